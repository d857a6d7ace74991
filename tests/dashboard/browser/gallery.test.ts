// The first page shows a live descent, and its lessons are what they say.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kDataLessons } from "../../../client/web/src/views/gallery/data_lessons";
import { bringTable, runOf as dataRunOf, studyOf as dataStudyOf } from "../../../client/web/src/views/gallery/data_requests";
import { allLessonRuns, allLessonStudies } from "../../../client/web/src/views/gallery/lesson_requests";
import type { Catalogue } from "../../../client/web/src/wire/catalogue";
import { eventually, Server, Visitor } from "./harness";

let server: Server;
let visitor: Visitor;
before(async () => {
  server = await Server.start();
  visitor = await Visitor.arrive();
});
after(async () => {
  await visitor.leave();
  await server.stop();
});

test("a run that is going on is seen live on the first page", async () => {
  await server.create({ function: "rosenbrock", settings: { learning_rate: 1e-4 }, iterations: 1e6, pace: 20, name: "Look here" });
  const page = await visitor.open(server.url);
  await page.getByRole("heading", { name: "Look here" }).waitFor();
  const drawn = async () => Number(await page.getByTestId("path").first().getAttribute("data-iterates"));
  await eventually(async () => assert.ok((await drawn()) > 2));
  const before = await drawn();
  await eventually(async () => assert.ok((await drawn()) > before + 5, "it goes on"));
});

test("opening the page makes no run", async () => {
  const before = (await server.api().runs.listRuns({})).runs.length;
  const page = await visitor.open(server.url);
  await page.getByRole("heading", { name: /lessons/i }).waitFor();
  assert.equal((await server.api().runs.listRuns({})).runs.length, before);
});

test("the page is small and comes from its server alone", async () => {
  const page = await visitor.open(server.url);
  const bytes = await page.evaluate(() =>
    performance.getEntriesByType("resource").reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
  );
  // What a page has to fetch before it is there is what makes it slow; time itself is for the benchmark.
  assert.ok(bytes < 400_000, `${bytes} bytes`);
  const foreign = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => new URL(name).host).filter((host) => host !== location.host),
  );
  assert.deepEqual(foreign, [], "everything comes from the server");
});

test("every lesson is taken by the server as it stands", async () => {
  const api = server.api();
  const [optimizers, functions, schedules, stoppingRules, lineSearches, info] = await Promise.all([
    api.catalog.listOptimizers({ pageSize: 1000 }),
    api.catalog.listFunctions({ pageSize: 1000 }),
    api.catalog.listSchedules({ pageSize: 1000 }),
    api.catalog.listStoppingRules({ pageSize: 1000 }),
    api.catalog.listLineSearches({ pageSize: 1000 }),
    api.catalog.getServerInfo({}),
  ]);
  const all: Catalogue = {
    optimizers: optimizers.optimizers,
    functions: functions.functions,
    schedules: schedules.schedules,
    stoppingRules: stoppingRules.stoppingRules,
    lineSearches: lineSearches.lineSearches,
    language: [],
    settings: info.settings,
    version: info.version,
  };
  const runs = allLessonRuns(all);
  assert.ok(runs.length > 20);
  for (const { title, run } of runs) {
    await assert.doesNotReject(api.runs.createRun({ run, validateOnly: true }), title);
  }
  for (const { title, study } of allLessonStudies(all)) {
    await assert.doesNotReject(api.studies.createStudy({ study, validateOnly: true }), title);
  }
});

test("every lesson from data is taken by the server as it stands", async () => {
  const api = server.api();
  for (const lesson of kDataLessons) {
    const dataset = await bringTable(api.datasets, lesson);
    for (const variant of lesson.variants) {
      const run = dataRunOf(lesson, variant, dataset, undefined);
      await assert.doesNotReject(api.runs.createRun({ run, validateOnly: true }), `${lesson.title}: ${variant.title}`);
    }
    if (!lesson.together) continue;
    await assert.doesNotReject(api.studies.createStudy({ study: dataStudyOf(lesson, dataset, undefined), validateOnly: true }), lesson.title);
  }
});

test("a lesson is one click away: four rates race on one bowl, and one of them diverges", async () => {
  const page = await visitor.open(server.url);
  await page.getByRole("button", { name: "All four at once" }).click();
  await page.waitForURL(/#\/studies\//);
  const name = new URL(page.url()).hash.slice(2).split("?")[0] as string;
  const { study } = await eventually(async () => {
    const now = await server.api().studies.getStudy({ name });
    assert.ok(now.study?.results);
    return now;
  });
  const [creeps, glides, , climbs] = study?.results?.arms.map((arm) => Object.keys(arm.endings)[0]) ?? [];
  assert.deepEqual([creeps, glides, climbs], ["limit", "converged", "diverged"]);
  await eventually(async () => assert.match((await page.locator("main").textContent()) ?? "", /wins/));
});
