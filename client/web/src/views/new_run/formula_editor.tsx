// The formula as it is typed, with what is wrong marked at its place.
import { useId, useRef } from "preact/hooks";
import { type Mark, pieces } from "./error_place";
import "./new_run.css";

export interface FormulaMark extends Mark {
  text: string;
  line: number;
}

interface FormulaEditorProps {
  formula: string;
  onFormula: (formula: string) => void;
  marks: FormulaMark[];
}

export function FormulaEditor({ formula, onFormula, marks }: FormulaEditorProps) {
  const id = useId();
  const backdrop = useRef<HTMLPreElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const errors = marks.filter(({ kind }) => kind === "error");
  const lines = formula.split("\n").length;
  const follow = () => {
    if (backdrop.current && area.current) backdrop.current.scrollLeft = area.current.scrollLeft;
  };
  const goTo = (mark: FormulaMark) => {
    area.current?.focus();
    area.current?.setSelectionRange(mark.from, mark.to);
  };
  return (
    <div class="field formula-field" data-field="run.objective.expression">
      <label for={id}>Objective</label>
      <div class="formula-editor mono">
        <ol class="line-numbers" aria-hidden="true">
          {Array.from({ length: Math.max(lines, 2) }, (_, i) => (
            <li key={i}>{i < lines ? i + 1 : ""}</li>
          ))}
        </ol>
        <div class="formula-text">
          <pre ref={backdrop} aria-hidden="true">
            {pieces(formula, marks).map(({ text, kind }, i) =>
              kind ? (
                <mark key={i} class={kind}>
                  {text}
                </mark>
              ) : (
                text
              ),
            )}
            {"\n"}
          </pre>
          <textarea
            ref={area}
            id={id}
            value={formula}
            rows={Math.max(lines, 2)}
            wrap="off"
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            aria-invalid={errors.length > 0 || undefined}
            aria-describedby={`${id}-help ${id}-marks`}
            placeholder="(x-2.5)**2 - 1"
            onInput={({ currentTarget }) => onFormula(currentTarget.value)}
            onScroll={follow}
          />
        </div>
      </div>
      <ul class="marks" id={`${id}-marks`}>
        {marks.map((mark) => (
          <li key={`${mark.from} ${mark.text}`} class={mark.kind === "error" ? "complaint" : "finding"}>
            <button type="button" class="plain place" onClick={() => goTo(mark)}>
              {mark.text}
            </button>
          </li>
        ))}
      </ul>
      <span class="help" id={`${id}-help`}>
        Python with NumPy’s names: <code>x**2</code>, <code>sum(x**2)</code>, <code>exp(-x) + 0.1*norm(w)</code>.
        Lines before the last give names.
      </span>
    </div>
  );
}
