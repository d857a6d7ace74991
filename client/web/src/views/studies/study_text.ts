// What is said about a study in few words.
import { type Study, StudyState } from "../../../gen/thalweg/v1/study_pb";
import { count } from "../../app/format";
import { objectiveText } from "../runs/run_text";

export const studyStateWord = (state: StudyState): string => StudyState[state].toLowerCase();

export function studyStateSign(state: StudyState): string {
  switch (state) {
    case StudyState.RUNNING:
      return "▶";
    case StudyState.FINISHED:
      return "✓";
    case StudyState.CANCELLED:
      return "■";
    case StudyState.FAILED:
      return "✕";
    default:
      return "?";
  }
}

/** "optimizer", "learning_rate": the last name in the place of what varies. */
export function axisName(path: string): string {
  const names = path.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? [];
  return names[names.length - 1] ?? path;
}

/** "optimizer × learning_rate". */
export function variesText({ vary, starts }: Study): string {
  const names = vary.map(({ path }) => axisName(path));
  if (starts.length > 1) names.push(`${count(starts.length)} starts`);
  return names.join(" × ");
}

export const studyTitle = (study: Study): string =>
  study.displayName || (study.run ? `${objectiveText(study.run)}: ${variesText(study)}` : study.name);
