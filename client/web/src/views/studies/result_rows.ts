// What a study found, as rows of a table. No DOM.
import type { StudyArmAtTarget, StudyResults, StudyTarget } from "../../../gen/thalweg/v1/study_pb";
import { count, number } from "../../app/format";

export interface ResultRow {
  arm: number;
  rank: number;
  title: string;
  best: number;
  median: number;
  /** How many of its runs are over. */
  runs: number;
  /** "3 converged, 1 limit". */
  endings: string;
  evaluations: number;
  seconds: number;
  targets: StudyArmAtTarget[];
}

/** By rank, then in the order of the arms. */
export function resultRows(results: StudyResults, titles: string[]): ResultRow[] {
  return results.arms
    .map((result, arm) => ({
      arm,
      rank: Number(result.rank),
      title: titles[arm] ?? `arm ${arm}`,
      best: result.bestValue,
      median: result.medianValue,
      runs: Object.values(result.endings).reduce((sum, times) => sum + Number(times), 0),
      endings: endingsText(result.endings),
      evaluations: result.spent?.evaluations ?? 0,
      seconds: result.spent?.seconds ?? 0,
      targets: result.targets,
    }))
    .sort((a, b) => a.rank - b.rank || a.arm - b.arm);
}

/** "3 converged, 1 limit", the most frequent first; "converged" of a single run. */
export function endingsText(endings: Record<string, bigint>): string {
  const all = Object.entries(endings).filter(([, times]) => times > 0n);
  if (all.length === 1 && all[0]?.[1] === 1n) return all[0][0];
  return all
    .sort(([a, m], [b, n]) => Number(n - m) || a.localeCompare(b))
    .map(([word, times]) => `${count(times)} ${word}`)
    .join(", ");
}

/** "τ = 0.001", "f = 2.5": what is to be reached. */
export function targetText({ tau, value }: StudyTarget): string {
  return tau > 0 ? `τ = ${number(tau, 2)}` : `f = ${number(value, 4)}`;
}

/** "124 (67 %)": expected evaluations, and how often it was reached where not always. */
export function atTargetText({ successRate, expected }: StudyArmAtTarget): string {
  if (!expected) return "–";
  const share = successRate < 1 ? ` (${number(100 * successRate, 2)} %)` : "";
  return `${count(Math.round(expected.evaluations))}${share}`;
}
