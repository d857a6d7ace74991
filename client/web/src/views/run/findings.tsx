// What was noticed about a run, each with what would fix it one click away.
import { useSignal } from "@preact/signals";
import type { Finding, Run } from "../../../gen/thalweg/v1/run_pb";
import { attempt } from "../../app/notices";
import { go } from "../../app/router";
import { optimization } from "../../wire/rpc";
import { afresh, canContinue, onlyStopping, onward, suggestionText, suggests } from "./apply";

interface Props {
  run: Run;
  /** Whether a server is there to make the suggested run. */
  online: boolean;
}

export function Findings({ run, online }: Props) {
  const findings = run.termination?.findings ?? [];
  if (findings.length === 0) return null;
  return (
    <section aria-label="Findings">
      <h3>Noticed</h3>
      <ul class="run-findings">
        {findings.map((finding) => (
          <FindingItem key={finding.code} run={run} finding={finding} online={online} />
        ))}
      </ul>
    </section>
  );
}

function FindingItem({ run, finding, online }: { run: Run; finding: Finding; online: boolean }) {
  const busy = useSignal(false);
  const begin = (make: () => Promise<{ run?: Run }>) =>
    void attempt(async () => {
      busy.value = true;
      try {
        const { run: made } = await make();
        if (made) go(made.name);
      } finally {
        busy.value = false;
      }
    });
  const apply = () => begin(() => optimization.createRun(afresh(run, finding)));
  const goOn = () => begin(() => optimization.forkRun(onward(run, finding)));
  const further = canContinue(run, finding);
  const first = onlyStopping(finding) && further ? "further" : "afresh";
  return (
    <li class={finding.informational ? "run-finding calm" : "run-finding"} data-code={finding.code}>
      <p>{finding.text}</p>
      {finding.evidence && <p class="quiet">{finding.evidence}</p>}
      {suggests(finding) && (
        <p class="row">
          <code>{suggestionText(finding)}</code>
          {online && (
            <>
              {further && first === "further" && <Button text="Apply and go on from the end" primary busy={busy.value} act={goOn} />}
              <Button text={first === "afresh" ? "Apply" : "Apply from the start"} primary={first === "afresh"} busy={busy.value} act={apply} />
              {further && first === "afresh" && <Button text="Apply from the end on" busy={busy.value} act={goOn} />}
            </>
          )}
        </p>
      )}
    </li>
  );
}

function Button({ text, primary = false, busy, act }: { text: string; primary?: boolean; busy: boolean; act: () => void }) {
  return (
    <button type="button" class={primary ? "primary" : undefined} disabled={busy} onClick={act}>
      {text}
    </button>
  );
}
