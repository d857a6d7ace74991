// The lanes of a race: an arm of a study with its runs, or a run by itself. No DOM.
import { RunState } from "../../../gen/thalweg/v1/run_pb";
import type { StudyArm } from "../../../gen/thalweg/v1/study_pb";
import type { RunModel } from "../../trace/run_model";
import { stateWord } from "../runs/run_text";

export interface Racer {
  /** "runs/ab12". */
  name: string;
  model: RunModel;
}

export interface Lane {
  title: string;
  /** "given up after rung 2". */
  note?: string;
  racers: Racer[];
}

/** So many lanes are told apart by colour: eight colours, drawn through and dashed. */
export const kMostColoured = 16;

/**
 * Which lanes are drawn in colour: those that the address names ("0,3,5"; "none"), or the first of `order`,
 * all lanes in order of importance.
 */
export function shownLanes(text: string | null, order: readonly number[]): Set<number> {
  if (text === "none") return new Set();
  if (text === null) return new Set(order.slice(0, kMostColoured));
  return new Set(
    text
      .split(",")
      .map(Number)
      .filter((lane) => order.includes(lane))
      .slice(0, kMostColoured),
  );
}

/** What stands in the address; undefined where it is what goes without saying. */
export function shownText(shown: ReadonlySet<number>, order: readonly number[]): string | undefined {
  if (shown.size === 0) return "none";
  const sorted = [...shown].sort((a, b) => a - b);
  const usual = shownLanes(null, order);
  return sorted.length === usual.size && sorted.every((lane) => usual.has(lane)) ? undefined : sorted.join(",");
}

/** The colour of `lane`, 0 to 15: always the same where all lanes can have one. */
export function seriesOf(lane: number, shown: ReadonlySet<number>, lanes: number): number | undefined {
  if (!shown.has(lane)) return undefined;
  return lanes <= kMostColoured ? lane : [...shown].sort((a, b) => a - b).indexOf(lane);
}

/** At most `most` runs of a study, as many of each arm as of the others. */
export function fairRuns(arms: Pick<StudyArm, "runs">[], most: number): { run: string; arm: number }[] {
  const chosen: { run: string; arm: number }[] = [];
  const longest = Math.max(0, ...arms.map(({ runs }) => runs.length));
  for (let i = 0; i < longest && chosen.length < most; ++i) {
    for (let arm = 0; arm < arms.length && chosen.length < most; ++arm) {
      const run = arms[arm]?.runs[i];
      if (run) chosen.push({ run, arm });
    }
  }
  return chosen;
}

/** "running", "2 of 3 over": where a lane's runs are in their lives. */
export function laneState(states: RunState[]): { state: RunState; text: string } {
  const over = states.filter((state) => state >= RunState.FINISHED).length;
  const going = states.find((state) => state === RunState.RUNNING) ?? states.find((state) => state < RunState.FINISHED);
  const state = going ?? states[0] ?? RunState.QUEUED;
  const several = states.length > 1 && going !== undefined;
  return { state, text: several ? `${over} of ${states.length} over` : stateWord(state) };
}
