// A lesson's buttons: make its run, or its study, and go there.
import { go } from "../../app/router";
import { loadCatalogue } from "../../wire/catalogue";
import { requestId } from "../../wire/request_id";
import { optimization, studies } from "../../wire/rpc";
import { idOf } from "../runs/run_text";
import { runOf, studyOf } from "./lesson_requests";
import type { Lesson, Variant } from "./lessons";

/** Makes the run of one variant; its name. */
export async function makeRun(lesson: Lesson, variant: Variant): Promise<string> {
  const run = runOf(lesson, variant, await loadCatalogue());
  const made = await optimization.createRun({ run, requestId: requestId() });
  return made.run?.name ?? "";
}

export async function startVariant(lesson: Lesson, variant: Variant): Promise<void> {
  go(`runs/${idOf(await makeRun(lesson, variant))}`);
}

export async function startTogether(lesson: Lesson): Promise<void> {
  const study = studyOf(lesson, await loadCatalogue());
  const made = await studies.createStudy({ study, requestId: requestId() });
  go(`studies/${idOf(made.study?.name ?? "")}`);
}
