// What a lesson from data asks of the server: its table, then one run a variant, or one study of all of them.
import { create } from "@bufbuild/protobuf";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { type Study, StudySchema } from "../../../gen/thalweg/v1/study_pb";
import { type Part, SettingSchema } from "../../../gen/thalweg/v1/values_pb";
import type { Catalogue } from "../../wire/catalogue";
import { upload, type UploadService } from "../data/upload";
import { toFit } from "../fit/request";
import { type DataLesson, type DataVariant, fitOf } from "./data_lessons";
import { csvOf, tableOf } from "./tables";

/** The id of the lesson's table on the server, which has it once however often it is brought. */
export async function bringTable(service: UploadService, { table }: DataLesson): Promise<string> {
  const small = tableOf(table);
  const { dataset } = await upload(service, new Blob([csvOf(small)]), { displayName: small.title });
  return dataset.name.replace("datasets/", "");
}

export const runOf = (lesson: DataLesson, variant: DataVariant, dataset: string, all: Catalogue | undefined): Run =>
  toFit(fitOf(lesson, variant, dataset), all).what;

export function studyOf(lesson: DataLesson, dataset: string, all: Catalogue | undefined): Study {
  const runs = lesson.variants.map((variant) => runOf(lesson, variant, dataset, all));
  const path = lesson.together?.path ?? "optimizer";
  const values = runs.map((run) => create(SettingSchema, { value: { case: "part", value: run[path] as Part } }));
  const run = runs[0] as Run;
  run[path] = undefined;
  run.displayName = "";
  run.pace = 0; // a study is seen again afterwards
  return create(StudySchema, { run, displayName: lesson.title, vary: [{ path, values }] });
}
