// One run in the list: a table row, a card on a narrow screen.
import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Direction } from "../../../gen/thalweg/v1/objective_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { ago, count, dateOf, number } from "../../app/format";
import { attempt } from "../../app/notices";
import { href } from "../../app/router";
import { isOver } from "../../trace/run_state";
import { catalogue } from "../../wire/catalogue";
import { optimization } from "../../wire/rpc";
import { newRunHref } from "../new_run/address";
import type { Action } from "./actions";
import { actionsOf, endMood, endWord, objectiveText, runTitle, stateSign, stateWord } from "./run_text";
import { shortPart } from "./short_part";
import { Sparkline } from "./sparkline";
import { curveKey, openCurve } from "./sparks";

const kTickMs = 10_000;
const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), kTickMs);

export function State({ state }: { state: Run["state"] }) {
  return (
    <span class={`state ${stateWord(state)}`}>
      <span aria-hidden="true">{stateSign(state)}</span> {stateWord(state)}
    </span>
  );
}

export function When({ time }: { time: Run["createTime"] }) {
  if (!time) return null;
  const date = dateOf(time);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {ago(time, now.value)}
    </time>
  );
}

function useCurve(run: Run) {
  const key = curveKey(run);
  const opened = useMemo(() => openCurve(run), [key]);
  useEffect(() => opened.close, [opened]);
  return opened.curve.value;
}

/** Lists leave out what is long: the whole run is asked for, unless a tab of its own is. */
async function openLike(event: MouseEvent, { name }: Run): Promise<void> {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await attempt(async () => {
    const { run } = await optimization.getRun({ name });
    if (run) location.hash = newRunHref(run);
  });
}

interface Props {
  run: Run;
  /** From 0, in the whole list. */
  index: number;
  /** Runs of several tenants are listed: to say whose this is. */
  showTenant: boolean;
  selected: boolean;
  onSelect: (selected: boolean) => void;
  onAction: (action: Action) => void;
}

const kActions: { action: Action; sign: string; verb: string }[] = [
  { action: "pause", sign: "❚❚", verb: "Pause" },
  { action: "resume", sign: "▶", verb: "Resume" },
  { action: "stop", sign: "■", verb: "Stop" },
  { action: "remove", sign: "✕", verb: "Delete" },
];

export function RunRow({ run, index, showTenant, selected, onSelect, onAction }: Props) {
  const curve = useCurve(run);
  const title = runTitle(run);
  const about = run.displayName ? objectiveText(run) : "";
  const optimizer = run.optimizer ? shortPart(run.optimizer, catalogue.value?.optimizers ?? []) : "";
  const begun = run.iteration >= 0n || curve !== undefined;
  // A run that goes on is further than the list says.
  const newer = curve !== undefined && !isOver(run);
  const last = newer ? (curve.iterations[curve.iterations.length - 1] as number) : Number(run.iteration);
  const best = newer ? curve.bestValue : run.bestValue;
  const norm = newer ? curve.gradientNorm : run.gradientNorm;
  const allowed = actionsOf(run);
  return (
    <tr role="row" aria-rowindex={index + 2} aria-selected={selected} data-testid="run" data-name={run.name}>
      <td role="cell" class="pick">
        <input
          type="checkbox"
          aria-label={`Select ${title}`}
          checked={selected}
          onChange={(event) => onSelect(event.currentTarget.checked)}
        />
      </td>
      <td role="cell" class="state-cell">
        <State state={run.state} />
      </td>
      <th role="rowheader" scope="row" class="what">
        <a href={href(run.name)} title={title}>
          {title}
        </a>
        <span class="about" title={`${about} ${optimizer}`.trim()}>
          {showTenant && run.tenant && <span class="tenant">{run.tenant}</span>}
          {about && <span class="mono">{about} · </span>}
          {optimizer}
        </span>
      </th>
      <td role="cell" class="spark">
        <Sparkline curve={curve} maximize={run.objective?.direction === Direction.MAXIMIZE} />
      </td>
      <td role="cell" class="number best" data-label="best">
        {begun ? number(best) : "–"}
      </td>
      <td role="cell" class="number norm" data-label="‖∇f‖">
        {begun && !Number.isNaN(norm) ? number(norm, 3) : "–"}
      </td>
      <td role="cell" class="number iteration" data-label="iteration">
        {begun ? count(last) : "–"}
      </td>
      <td role="cell" class={`end ${endMood(run)}`} title={run.termination?.detail}>
        {endWord(run) || "–"}
      </td>
      <td role="cell" class="when">
        <When time={run.createTime} />
      </td>
      <td role="cell" class="actions">
        {kActions
          .filter(({ action }) => allowed[action])
          .map(({ action, sign, verb }) => (
            <button
              key={action}
              type="button"
              class={`plain ${action === "remove" ? "danger" : ""}`}
              title={verb}
              aria-label={`${verb} ${title}`}
              onClick={() => onAction(action)}
            >
              {sign}
            </button>
          ))}
        <a
          class="again"
          href={newRunHref(run)}
          title="New run like this"
          aria-label={`New run like ${title}`}
          onClick={(event) => void openLike(event, run)}
        >
          ↻
        </a>
      </td>
    </tr>
  );
}
