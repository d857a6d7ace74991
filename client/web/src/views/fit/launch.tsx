// What is done with a filled-in fit: checked, started, compared.
import { useState } from "preact/hooks";
import { go } from "../../app/router";
import { catalogue } from "../../wire/catalogue";
import type { Problem } from "../../wire/problem";
import { requestId } from "../../wire/request_id";
import { optimization, studies } from "../../wire/rpc";
import { send, Summary } from "../new_run/actions";
import { idOf } from "../runs/run_text";
import type { FitDraft } from "./draft";
import { armsOf, toComparison, toFit } from "./request";

interface Props {
  draft: FitDraft;
  problem: Problem | undefined;
  onProblem: (problem: Problem | undefined) => void;
}

function start(draft: FitDraft, validateOnly: boolean): Promise<Problem | undefined> {
  const id = requestId();
  if (armsOf(draft) > 1) {
    return send(toComparison(draft, catalogue.value), validateOnly, async (study, only) => {
      const made = await studies.createStudy({ study, requestId: id, validateOnly: only });
      if (!only && made.study) go(`studies/${idOf(made.study.name)}`);
    });
  }
  return send(toFit(draft, catalogue.value), validateOnly, async (run, only) => {
    const made = await optimization.createRun({ run, requestId: id, validateOnly: only });
    if (!only && made.run) go(`runs/${idOf(made.run.name)}`);
  });
}

export function Launch({ draft, problem, onProblem }: Props) {
  const [busy, setBusy] = useState(false);
  const [right, setRight] = useState(false);
  const doing = async (validateOnly: boolean) => {
    setBusy(true);
    const found = await start(draft, validateOnly);
    onProblem(found);
    setRight(!found && validateOnly);
    setBusy(false);
  };
  return (
    <div class="actions">
      <div class="row">
        <button type="button" class="primary" disabled={busy} onClick={() => void doing(false)}>
          {armsOf(draft) > 1 ? `Compare ${armsOf(draft)} fits` : "Fit"}
        </button>
        <button type="button" disabled={busy} onClick={() => void doing(true)}>
          Check
        </button>
      </div>
      <div role="status">{right && !problem && <p class="right">All is right: it can be started.</p>}</div>
      {problem && <Summary problem={problem} />}
    </div>
  );
}
