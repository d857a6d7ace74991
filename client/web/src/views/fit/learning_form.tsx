// How it is learnt: which rows a step sees, what steps, and when it stops.
import { PartEditor } from "../../parts/part_editor";
import { PartListEditor } from "../../parts/part_list_editor";
import { PointEditor } from "../../parts/point_editor";
import type { Shaped } from "../../parts/point_text";
import { StoppingEditor } from "../../parts/stopping_editor";
import { readNumber } from "../../parts/number_text";
import { Naming, Pace } from "../new_run/pace";
import type { FitFormProps } from "./data_form";
import { methodField, rivalField } from "./request";

const kMostFields = 24;

/** `unknowns`: as the server understands the model. */
export function LearningForm({ draft, onDraft, problem, unknowns }: FitFormProps & { unknowns: Shaped[] }) {
  return (
    <>
      <PartEditor
        catalogue="batches"
        label="Rows of a step"
        part={draft.batches}
        onPart={(batches) => onDraft({ batches })}
        problem={problem}
        field="run.batches"
      />
      <details open={draft.rivals.length > 0}>
        <summary>Compare it with other batches</summary>
        <PartListEditor
          catalogue="batches"
          label="Others"
          help="With one or more the button below starts a study: the same fit with each of them, side by side."
          parts={draft.rivals}
          onParts={(rivals) => onDraft({ rivals })}
          problem={problem}
          field="study.vary"
          itemField={rivalField}
        />
      </details>
      <PartEditor
        catalogue="optimizer"
        label="Optimizer"
        part={draft.optimizer}
        onPart={(optimizer) => onDraft({ optimizer })}
        problem={problem}
        field="run.optimizer"
      />
      <details open={draft.optimizers.length > 0}>
        <summary>Compare it with others</summary>
        <PartListEditor
          catalogue="optimizer"
          label="Others"
          help="Other methods, or the same with other rates; each with every choice of rows above."
          parts={draft.optimizers}
          onParts={(optimizers) => onDraft({ optimizers })}
          problem={problem}
          field="study.vary"
          itemField={methodField}
        />
      </details>
      {unknowns.length > 0 && (
        <details open={Object.values(draft.start).some(Boolean)}>
          <summary>Where it begins</summary>
          <PointEditor
            label="Start"
            variables={unknowns.slice(0, kMostFields)}
            texts={draft.start}
            onTexts={(start) => onDraft({ start })}
            placeholder={() => "the model’s own"}
            problem={problem}
            field="run.start"
          />
        </details>
      )}
      <details open={draft.stopping.length > 0}>
        <summary>When to stop</summary>
        <StoppingEditor rules={draft.stopping} onRules={(stopping) => onDraft({ stopping })} problem={problem} field="run.stopping" />
      </details>
      <Pace pace={draft.pace} usual={readNumber(draft.pace) ?? 0} onPace={(pace) => onDraft({ pace })} problem={problem} />
      <Naming draft={draft} onDraft={onDraft} problem={problem} />
    </>
  );
}
