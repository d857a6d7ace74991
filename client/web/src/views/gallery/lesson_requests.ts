// What a lesson asks of the server: one run a variant, or one study of all of them.
import { create } from "@bufbuild/protobuf";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { type Study, StudyCombination, StudySchema } from "../../../gen/thalweg/v1/study_pb";
import { SettingSchema } from "../../../gen/thalweg/v1/values_pb";
import type { Catalogue } from "../../wire/catalogue";
import { toRun } from "../new_run/request";
import { draftOf, kLessons, type Lesson, type Variant } from "./lessons";

export const runOf = (lesson: Lesson, variant: Variant, all: Catalogue): Run => toRun(draftOf(lesson, variant), all).what;

/** Varies what the variants differ in: their optimizers, their starts, or both together. */
export function studyOf(lesson: Lesson, all: Catalogue): Study {
  const runs = lesson.variants.map((variant) => runOf(lesson, variant, all));
  const differ = (field: "optimizer" | "start") =>
    lesson.variants.some(({ draft }) => draft[field] !== undefined && draft[field] !== lesson.variants[0]?.draft[field]);
  const optimizers = runs.flatMap(({ optimizer }) =>
    optimizer ? [create(SettingSchema, { value: { case: "part", value: optimizer } })] : [],
  );
  const vary = [
    ...(differ("optimizer") ? [{ path: "optimizer", values: optimizers }] : []),
    ...(differ("start") ? [{ path: "start", points: runs.flatMap(({ start }) => start ?? []) }] : []),
  ];
  const run = runs[0] as Run;
  if (differ("optimizer")) run.optimizer = undefined;
  if (differ("start")) run.start = undefined;
  run.displayName = "";
  return create(StudySchema, { run, displayName: lesson.title, vary, combination: StudyCombination.LIST });
}

/** All that the gallery may ask for, for tests. */
export const allLessonRuns = (all: Catalogue): { title: string; run: Run }[] =>
  kLessons.flatMap((lesson) =>
    lesson.variants.map((variant) => ({ title: `${lesson.title}: ${variant.title}`, run: runOf(lesson, variant, all) })),
  );

export const allLessonStudies = (all: Catalogue): { title: string; study: Study }[] =>
  kLessons.filter(({ together }) => together).map((lesson) => ({ title: lesson.title, study: studyOf(lesson, all) }));
