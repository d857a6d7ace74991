// Why a run ended, and what can be said about where.
import type { Run, RunEvent, Termination } from "../../../gen/thalweg/v1/run_pb";
import { count, number } from "../../app/format";
import type { RunModel } from "../../trace/run_model";
import { CertificateCard } from "./certificate";
import { Findings } from "./findings";
import type { Playback } from "./playback";
import { reasonMood, reasonSentence } from "./words";

export function Ending({ run, online }: { run: Run; online: boolean }) {
  const { termination } = run;
  if (!termination) return null;
  return (
    <section class={`card run-ending ${reasonMood(termination.reason)}`} aria-labelledby="ending-title">
      <h2 id="ending-title" data-testid="ending">
        {reasonSentence(termination.reason)}
      </h2>
      <Criterion termination={termination} />
      {termination.certificate && <CertificateCard run={run} certificate={termination.certificate} />}
      <Findings run={run} online={online} />
    </section>
  );
}

function Criterion({ termination }: { termination: Termination }) {
  const { criterion, measured, threshold, detail } = termination;
  const ruled = criterion !== "" && criterion !== "cancel" && criterion !== "error";
  return (
    <>
      {detail && <p class="run-ending-detail">{detail.charAt(0).toUpperCase() + detail.slice(1)}{/[.!?]$/.test(detail) ? "" : "."}</p>}
      {ruled && (
        <p class="quiet">
          <code>{criterion}</code>: measured {number(measured, 4)}, threshold {number(threshold, 4)}
        </p>
      )}
    </>
  );
}

export function Events({ model, playback }: { model: RunModel; playback: Playback }) {
  const events = [...model.events.value].sort((a, b) => Number(a.iteration - b.iteration));
  if (events.length === 0) return null;
  const missing = Number(model.run.value?.eventCount ?? 0) - events.length;
  return (
    <section class="card" aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      <ol class="run-events">
        {events.map((event: RunEvent) => (
          <li key={`${event.iteration} ${event.code} ${event.text}`}>
            <button type="button" class="plain mono" onClick={() => playback.seek(Number(event.iteration))}>
              {count(event.iteration)}
            </button>
            <b>{event.code}</b> {event.text}
          </li>
        ))}
      </ol>
      {missing > 0 && <p class="quiet">{count(missing)} more are not shown.</p>}
    </section>
  );
}
