// Iterates as a table: of the trace, or one by one as the server keeps them.
import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Variable } from "../../../gen/thalweg/v1/values_pb";
import { count, number } from "../../app/format";
import { attempt } from "../../app/notices";
import { coordinateName } from "../../trace/layout";
import type { RunModel } from "../../trace/run_model";
import type { Trace } from "../../trace/trace";
import type { Playback } from "./playback";
import { scrollTo, windowOf } from "./table_window";
import { flagWords } from "./words";

const kRowPx = 28;
const kHeight = 364; // of the body's view, px
const kMostX = 4;
const kPage = 500; // iterates that are asked for one by one

interface Props {
  model: RunModel;
  playback: Playback;
  variables: Variable[];
  /** Asks for every iterate in a range; undefined: the trace is all there is. */
  every?: ((from: number, to: number) => Promise<Trace>) | undefined;
}

export function IterateTable({ model, playback, variables, every }: Props) {
  const page = useSignal<Trace | undefined>(undefined);
  const from = useSignal("");
  const show = (first: number) =>
    every &&
    attempt(async () => {
      const start = Math.max(first, 0);
      page.value = await every(start, start + kPage - 1);
      from.value = String(start);
    });
  const shown = page.value ?? model.trace;
  return (
    <section aria-label="Iterates" class="iterates">
      <Rows key={page.value?.first ?? "all"} trace={shown} version={model.version.value} playback={playback} variables={variables} />
      {every && model.trace.thinned && (
        <form
          class="row table-tools"
          onSubmit={(event) => {
            event.preventDefault();
            void show(Number(from.value) || 0);
          }}
        >
          <label>
            Every iterate from{" "}
            <input inputMode="numeric" size={9} value={from.value} onInput={({ currentTarget }) => (from.value = currentTarget.value)} />
          </label>
          <button type="submit">Show</button>
          <button type="button" disabled={!page.value} onClick={() => void show((page.value?.first ?? 0) - kPage)}>
            Before
          </button>
          <button type="button" disabled={!page.value} onClick={() => void show((page.value?.last ?? 0) + 1)}>
            Next
          </button>
          <button type="button" disabled={!page.value} onClick={() => (page.value = undefined)}>
            The whole run
          </button>
          <span class="quiet">{page.value ? "" : `${count(model.trace.length)} of ${count(model.trace.last - model.trace.first + 1)} iterates`}</span>
        </form>
      )}
    </section>
  );
}

function Rows({ trace, version, playback, variables }: { trace: Trace; version: number; playback: Playback; variables: Variable[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const current = useComputed(() => playback.iteration.value);
  const at = current.value;
  const row = at === undefined ? trace.length - 1 : trace.rowOf(at);
  const within = at !== undefined && at >= trace.first && at <= trace.last;

  // The table follows playback; without it, it stays where the person scrolled it.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !within) return;
    element.scrollTop = scrollTo(row, kRowPx, element.scrollTop, kHeight - kRowPx);
  }, [row, within]);

  const { from, to, above, below } = windowOf(trace.length, kRowPx, top.value, kHeight);
  const coordinates = Math.min(trace.coordinates, kMostX);
  const violated = trace.length > 0 && trace.at("violation", trace.length - 1) !== 0;
  const learning = trace.length > 0 && trace.at("epoch", trace.length - 1) > 0;
  const known = (value: number) => (Number.isNaN(value) ? "" : number(value, 6));
  void version;
  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(row + step, 0), trace.length - 1);
    playback.pause();
    if (next >= 0) playback.seek(trace.at("iteration", next));
  };
  return (
    <div
      class="scroll table-view"
      ref={scroller}
      tabIndex={0}
      role="group"
      aria-label="Iterates; arrow keys move the cursor"
      style={{ maxHeight: `${kHeight}px` }}
      onScroll={({ currentTarget }) => (top.value = currentTarget.scrollTop)}
      onKeyDown={move}
    >
      <table aria-rowcount={trace.length + 1}>
        <thead>
          <tr>
            <th class="number">Iteration</th>
            <th class="number">Value</th>
            <th class="number">Gradient norm</th>
            <th class="number">Step</th>
            <th class="number">Rate</th>
            {violated && <th class="number">Violation</th>}
            {learning && <th class="number">Epoch</th>}
            {learning && <th class="number">Training</th>}
            {learning && <th class="number">Validation</th>}
            <th>Flags</th>
            {Array.from({ length: coordinates }, (_, k) => (
              <th key={k} class="number">
                {coordinateName(variables, k)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden="true" style={{ height: `${above}px` }} />}
          {Array.from({ length: to - from }, (_, i) => from + i).map((each) => (
            <tr
              key={each}
              aria-rowindex={each + 2}
              aria-current={each === row && within ? "true" : undefined}
              onClick={() => {
                playback.pause();
                playback.seek(trace.at("iteration", each));
              }}
            >
              <td class="number">{trace.at("iteration", each)}</td>
              <td class="number">{number(trace.at("value", each), 10)}</td>
              <td class="number">{number(trace.at("gradientNorm", each), 4)}</td>
              <td class="number">{number(trace.at("stepNorm", each), 4)}</td>
              <td class="number">{number(trace.at("learningRate", each), 4)}</td>
              {violated && <td class="number">{number(trace.at("violation", each), 4)}</td>}
              {learning && <td class="number">{number(trace.at("epoch", each), 4)}</td>}
              {learning && <td class="number">{known(trace.at("trainingValue", each))}</td>}
              {learning && <td class="number">{known(trace.at("validationValue", each))}</td>}
              <td>{flagWords(trace.at("flags", each)).join(", ")}</td>
              {Array.from(trace.x(each).subarray(0, coordinates), (value, k) => (
                <td key={k} class="number">
                  {number(value, 8)}
                </td>
              ))}
            </tr>
          ))}
          {below > 0 && <tr aria-hidden="true" style={{ height: `${below}px` }} />}
        </tbody>
      </table>
    </div>
  );
}
