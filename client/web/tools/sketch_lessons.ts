// The sketches on the gallery's cards: contours or curves and paths, as the server computes them.
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { contours } from "d3-contour";
import { CatalogService } from "../gen/thalweg/v1/catalog_service_pb";
import { ObjectiveService } from "../gen/thalweg/v1/objective_service_pb";
import { OptimizationService } from "../gen/thalweg/v1/optimization_service_pb";
import { type Run, RunState, TerminationReason } from "../gen/thalweg/v1/run_pb";
import { partText } from "../src/wire/parts";
import type { Catalogue } from "../src/wire/catalogue";
import { kLessons, type Lesson } from "../src/views/gallery/lessons";
import { runOf } from "../src/views/gallery/lesson_requests";
import type { Sketch } from "../src/views/gallery/sketch";

const kWidth = 160;
const kHeight = 100;
const kGrid = 61;
const kCurve = 121; // samples of a curve
const kLevels = 7;
const kMostPoints = 80;
const kLeastStep = 0.8;
const kMostContourText = 7_000; // a rugged landscape gets fewer levels

async function catalogueOf(service: ReturnType<typeof clients>["catalog"]): Promise<Catalogue> {
  const page = { pageSize: 1000 };
  return {
    optimizers: (await service.listOptimizers(page)).optimizers,
    schedules: (await service.listSchedules(page)).schedules,
    stoppingRules: (await service.listStoppingRules(page)).stoppingRules,
    lineSearches: (await service.listLineSearches(page)).lineSearches,
    functions: (await service.listFunctions(page)).functions,
    language: (await service.listLanguageFunctions(page)).functions,
    settings: {},
    version: "",
  };
}

function clients(baseUrl: string) {
  const transport = createGrpcWebTransport({ baseUrl: baseUrl.replace(/\/$/, ""), useBinaryFormat: true });
  return {
    catalog: createClient(CatalogService, transport),
    objectives: createClient(ObjectiveService, transport),
    optimization: createClient(OptimizationService, transport),
  };
}
type Clients = ReturnType<typeof clients>;

const sleep = (ms: number) => new Promise((woken) => setTimeout(woken, ms));

async function descend({ optimization }: Clients, wanted: Run): Promise<{ run: Run; path: number[][]; values: number[] }> {
  wanted.pace = 0; // the path is the same
  let run = (await optimization.createRun({ run: wanted })).run as Run;
  while (run.state !== RunState.FINISHED && run.state !== RunState.FAILED) {
    await sleep(20);
    run = (await optimization.getRun({ name: run.name })).run as Run;
  }
  const { iterates } = await optimization.listIterates({ name: run.name, pageSize: 10_000 });
  const width = Number(iterates?.coordinates ?? 0);
  const values = iterates?.value ?? [];
  const path = values.map((_, i) => (iterates?.x ?? []).slice(i * width, (i + 1) * width));
  await optimization.deleteRun({ name: run.name });
  return { run, path, values };
}

function say(title: string, run: Run): void {
  const { termination, best, last, optimizer } = run;
  const x = Object.entries(last?.x?.values ?? {}).map(([name, { values }]) => `${name}=${values.map((v) => v.toPrecision(4))}`);
  const why = TerminationReason[termination?.reason ?? 0];
  console.log(
    `${title}  [${optimizer ? partText(optimizer) : ""}]\n    ${why} by ${termination?.criterion} after ${run.iteration}` +
      `; best ${best?.value.toPrecision(4)}; last ${last?.value.toPrecision(4)} at ${x.join(" ")}` +
      `\n    ${(termination?.findings ?? []).map(({ code }) => code).join(", ")}`,
  );
}

/** A polyline in the picture's units, without steps too short to be seen. */
function polyline(points: [number, number][]): string {
  const far = (value: number) => Math.max(-kWidth, Math.min(2 * kWidth, value));
  const kept: [number, number][] = [];
  for (const [x, y] of points) {
    const [u, v] = kept[kept.length - 1] ?? [Infinity, Infinity];
    if (Math.hypot(x - u, y - v) >= kLeastStep) kept.push([x, y]);
  }
  const end = points[points.length - 1];
  if (end && kept.length < kMostPoints) kept.push(end);
  return kept.slice(0, kMostPoints).map(([x, y]) => `${far(x).toFixed(1)},${far(y).toFixed(1)}`).join(" ");
}

async function sketch(servers: Clients, lesson: Lesson, all: Catalogue): Promise<Sketch> {
  const descents = [];
  for (const variant of lesson.variants) {
    const result = await descend(servers, runOf(lesson, variant, all));
    say(`${lesson.title}: ${variant.title}`, result.run);
    descents.push(result);
  }
  const objective = runOf(lesson, lesson.variants[0] as Lesson["variants"][0], all).objective;
  const across = (x: number): number => {
    const [from, to] = lesson.box[0] as [number, number];
    return ((x - from) / (to - from)) * kWidth;
  };
  const range = ([from, to]: [number, number], count: number) => ({ from, to, count: BigInt(count) });
  const samples = lesson.box.length === 1 ? kCurve : kGrid;
  const shown = lesson.box.map((axis) => range(axis, samples));
  const { values } = await servers.objectives.sampleLandscape({
    of: { case: "objective", value: objective as NonNullable<typeof objective> },
    ...(shown[0] ? { u: shown[0] } : {}),
    ...(shown[1] ? { v: shown[1] } : {}),
  });
  if (lesson.box.length === 1) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const up = (value: number) => kHeight * (0.92 - (0.84 * (value - low)) / (high - low));
    const curve = values.map((value, i): [number, number] => [(i / (kCurve - 1)) * kWidth, up(value)]);
    const paths = descents.map((each) =>
      polyline(each.path.map(([x], i) => [across(x as number), up(each.values[i] as number)])),
    );
    return { curve: curve.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "), contours: [], paths };
  }
  const [from, to] = lesson.box[1] as [number, number];
  const up = (y: number) => kHeight * (1 - (y - from) / (to - from));
  const paths = descents.map(({ path }) => polyline(path.map(([x, y]) => [across(x as number), up(y as number)])));
  return { curve: "", contours: readable(values), paths };
}

function readable(values: number[]): string[] {
  for (let levels = kLevels; ; --levels) {
    const drawn = contourPaths(values, levels);
    if (levels <= 3 || drawn.join("").length < kMostContourText) return drawn;
  }
}

/** Contours at levels between which lie about equally many samples, more of them below. */
function contourPaths(values: number[], count: number): string[] {
  const sorted = [...values].sort((a, b) => a - b);
  const levels = Array.from({ length: count }, (_, i) => sorted[Math.floor(((i + 0.5) / count) ** 1.5 * sorted.length)] as number);
  const rings = contours().size([kGrid, kGrid]).thresholds(levels)(values);
  // d3 counts samples in cells: the first sample is in the middle of the first cell.
  const place = (cell: number, size: number) => ((cell - 0.5) / (kGrid - 1)) * size;
  return rings.map(({ coordinates }) =>
    coordinates
      .flat()
      .map((ring) => {
        const points = ring.slice(0, -1).map(([u = 0, v = 0]): [number, number] => [
          Math.round(place(u, kWidth)),
          Math.round(kHeight - place(v, kHeight)),
        ]);
        const kept: [number, number][] = [];
        for (const point of points) {
          const last = kept[kept.length - 1];
          if (!last || isFar(point, last)) kept.push(point);
        }
        return path(kept);
      })
      .join(""),
  );
}

const isFar = ([x, y]: [number, number], [u, v]: [number, number]): boolean => Math.hypot(x - u, y - v) > 2.5;

/** A closed SVG path of whole numbers, relative from point to point: few characters. */
function path(points: [number, number][]): string {
  const steps = points.slice(1).map(([x, y], i) => {
    const [u, v] = points[i] as [number, number];
    return `${x - u} ${y - v}`;
  });
  const line = steps.filter((step) => step !== "0 0").join(" ").replace(/ -/g, "-");
  return line === "" ? "" : `M${points[0]?.join(" ")}l${line}z`;
}

export async function sketchLessons(server: string, only?: string): Promise<string> {
  const servers = clients(server);
  const all = await catalogueOf(servers.catalog);
  const sketches: Record<string, Sketch> = {};
  for (const lesson of kLessons.filter(({ id }) => only === undefined || id === only)) {
    sketches[lesson.id] = await sketch(servers, lesson, all);
  }
  const rows = Object.entries(sketches).map(([id, each]) => `  ${JSON.stringify(id)}: ${JSON.stringify(each)},`);
  return [
    "// Written by tools/sketch_lessons.mjs from the lessons' own runs.",
    'import type { Sketch } from "./sketch";',
    "",
    "/** By the lesson's id. */",
    "export const kSketches: Record<string, Sketch> = {",
    ...rows,
    "};",
    "",
  ].join("\n");
}
