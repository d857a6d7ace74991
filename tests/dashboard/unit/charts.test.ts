// Axes, curves and the SVG of the convergence charts.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { IterateBatchSchema } from "../../../client/web/gen/thalweg/v1/iterate_pb";
import {
  allPositive,
  axisRange,
  countTicks,
  extent,
  linearTicks,
  logTicks,
  position,
  tickText,
} from "../../../client/web/src/charts/axis";
import { chartSvg, curvePath, escaped } from "../../../client/web/src/charts/chart_svg";
import { convergenceOf, curveText, marksOf, nearestRow, rowAt } from "../../../client/web/src/charts/convergence";
import { iterationsOf, zoomed } from "../../../client/web/src/charts/zoom";
import { Flag, Trace } from "../../../client/web/src/trace/trace";

function traceOf(values: number[], more: { flags?: number[]; steps?: number[]; from?: number } = {}): Trace {
  const trace = new Trace();
  trace.append(
    create(IterateBatchSchema, {
      iteration: values.map((_, i) => BigInt((more.from ?? 0) + i)),
      value: values,
      bestValue: values.map((_, i) => Math.min(...values.slice(0, i + 1))),
      gradientNorm: values.map((_, i) => 10 ** -i),
      gradientMax: values.map(() => 1),
      stepNorm: more.steps ?? values.map((_, i) => i),
      learningRate: values.map(() => 0.1),
      valueEvaluations: values.map((_, i) => BigInt(2 * i + 1)),
      gradientEvaluations: values.map((_, i) => BigInt(i + 1)),
      flags: more.flags ?? values.map(() => 0),
    }),
  );
  return trace;
}

describe("An axis", () => {
  it("has ticks at 1, 2 or 5 times a power of ten", () => {
    assert.deepEqual(linearTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(linearTicks(-0.13, 0.21, 4), [-0.1, 0, 0.1, 0.2]);
    assert.deepEqual(linearTicks(1e6, 1e6 + 4, 4), [1000000, 1000001, 1000002, 1000003, 1000004]);
    assert.deepEqual(linearTicks(1, 1, 5), []);
  });

  it("that counts has whole ticks", () => {
    assert.deepEqual(countTicks([0, 2], 8), [0, 1, 2]);
  });

  it("that is logarithmic has powers of ten, every so many where they are many, and 2 and 5 where they are few", () => {
    assert.deepEqual(logTicks(1e-3, 1e3, 10), [1e-3, 1e-2, 1e-1, 1, 10, 100, 1000]);
    assert.deepEqual(logTicks(1e-12, 1, 5), [1e-12, 1e-9, 1e-6, 1e-3, 1]);
    assert.deepEqual(logTicks(1, 10, 5), [1, 2, 5, 10]);
  });

  it("writes ticks as people do", () => {
    assert.equal(tickText(0.01, "log"), "0.01");
    assert.equal(tickText(1e-12, "log"), "1e−12");
    assert.equal(tickText(1e6, "log"), "1e6");
    assert.equal(tickText(1500, "linear"), "1500");
  });

  it("leaves room around linear values, and whole decades around logarithmic ones", () => {
    assert.deepEqual(axisRange([0, 10], "linear"), [-0.5, 10.5]);
    assert.deepEqual(axisRange([0.02, 30], "log").map((end) => Math.round(Math.log10(end))), [-2, 2]);
  });

  it("is never empty, whatever the values", () => {
    for (const scale of ["linear", "log"] as const) {
      for (const values of [undefined, [7, 7], [1e308, 1.7e308], [5e-324, 5e-324], [1e-300, 1e300]] as const) {
        const [from, to] = axisRange(values && [values[0], values[1]], scale);
        assert.ok(from < to && Number.isFinite(from) && Number.isFinite(to), `${values?.join()} on a ${scale} axis`);
      }
    }
    assert.ok(axisRange([-1.7e308, 1.7e308], "linear").every(Number.isFinite));
  });

  it("leaves out what it cannot show", () => {
    const column = [null, NaN, -3, 0, 2, 7, Infinity];
    assert.deepEqual(extent([column], "linear"), [-3, 7]);
    assert.deepEqual(extent([column], "log"), [2, 7]);
    assert.deepEqual(extent([column], "log", 0, 5), [2, 2]);
    assert.equal(extent([[null, -1]], "log"), undefined);
  });

  it("knows whether a logarithm leaves anything out", () => {
    assert.equal(allPositive([[1, null, NaN, 2]]), true);
    assert.equal(allPositive([[1, 2], [1, 0]]), false);
    assert.equal(allPositive([[null]]), false);
  });

  it("places values by their share, or that of their logarithm", () => {
    assert.equal(position(5, "linear", [0, 20], 400), 100);
    assert.ok(Math.abs(position(10, "log", [1, 1000], 300) - 100) < 1e-9);
  });
});

describe("The curves of convergence", () => {
  it("measure the gap from the known minimum", () => {
    const { measures } = convergenceOf(traceOf([9, 3, 2]), "iteration", { value: 1, known: true });
    const gap = measures.find(({ id }) => id === "gap");
    assert.deepEqual(gap?.values, [8, 2, 1]);
    assert.equal(gap.label, "f − f*");
  });

  it("measure it from the best otherwise, which itself has no place on a logarithmic axis", () => {
    const { measures } = convergenceOf(traceOf([9, 3, 5]), "iteration", { value: 3, known: false });
    assert.deepEqual(measures.find(({ id }) => id === "gap")?.values, [6, null, 2]);
  });

  it("turn the gap of an ascent over", () => {
    const { measures } = convergenceOf(traceOf([1, 4, 9]), "iteration", { value: 10, known: false }, true);
    const gap = measures.find(({ id }) => id === "gap");
    assert.deepEqual(gap?.values, [9, 6, 1]);
    assert.equal(gap.label, "best − f");
  });

  it("leave out what is not finite, and curves without a point", () => {
    const { values, measures } = convergenceOf(traceOf([1, NaN, Infinity]), "iteration", { value: 0, known: true });
    assert.deepEqual(values[0]?.values, [1, null, null]);
    assert.ok(!measures.some(({ id }) => id === "violation"));
    assert.deepEqual(measures.find(({ id }) => id === "step")?.values, [null, 1, 2], "the start has no step");
  });

  it("run over iterations or over all evaluations", () => {
    const trace = traceOf([3, 2, 1], { from: 10 });
    assert.deepEqual([...convergenceOf(trace, "iteration", { value: 0, known: true }).x], [10, 11, 12]);
    assert.deepEqual([...convergenceOf(trace, "evaluations", { value: 0, known: true }).x], [2, 5, 8]);
  });

  it("are told in words", () => {
    const series = { id: "value", label: "value", values: [null, 5.25, 3, -1, null], colour: 0 };
    assert.equal(curveText(series, String), "value from 5.25 to -1");
    assert.equal(curveText({ ...series, values: [null] }, String), "");
  });

  it("are marked where something happened", () => {
    const trace = traceOf([1, 1, 1, 1], { flags: [1, Flag.changed, Flag.restarted | 1, Flag.nonFinite] });
    assert.deepEqual(
      marksOf(trace, "iteration").map(({ x, text, kind }) => [x, text, kind]),
      [[1, "changed", "event"], [2, "restart", "event"], [3, "not finite", "alarm"]],
    );
  });

  it("find the row at an x, and the nearest", () => {
    const xs = [0, 10, 11, 40];
    assert.deepEqual([-5, 0, 1, 11, 12, 99].map((x) => rowAt(xs, x)), [0, 0, 1, 2, 3, 3]);
    assert.deepEqual([-5, 4, 6, 25, 26, 99].map((x) => nearestRow(xs, x)), [0, 0, 1, 2, 3, 3]);
    assert.equal(nearestRow([], 3), -1);
  });
});

describe("Zooming", () => {
  it("halves the part that is shown around the cursor, and stays within the whole", () => {
    assert.deepEqual(zoomed([0, 100], 60, 0.5, [0, 100]), [35, 85]);
    assert.deepEqual(zoomed([0, 100], 10, 0.5, [0, 100]), [0, 50]);
    assert.deepEqual(zoomed([40, 60], undefined, 0.5, [0, 100]), [45, 55]);
  });

  it("ends at the whole", () => {
    assert.equal(zoomed([20, 80], undefined, 2, [0, 100]), undefined);
  });

  it("asks for the iterations of a part, with one more at each side", () => {
    const trace = traceOf([5, 4, 3, 2, 1], { from: 100 });
    assert.deepEqual(iterationsOf(trace, "iteration", [101.5, 102.5]), [101, 103]);
    assert.deepEqual(iterationsOf(trace, "evaluations", [4, 6]), [100, 102]);
  });
});

describe("A chart as SVG", () => {
  const colours = { paper: "#fff", ink: "#000", quiet: "#555", grid: "#ddd", series: ["#00f", "#f00"] };
  const drawing = {
    title: "Value of <f> & g",
    xLabel: "iteration",
    x: [0, 1, 2, 3],
    series: [{ id: "value", label: "value", values: [8, 4, 2, 1], colour: 0 }],
    scale: "log" as const,
    colours,
  };

  it("draws each point where its value is", () => {
    const identity = (value: number) => value;
    assert.equal(curvePath([0, 10, 20], [3, 5, 4], [0, 3], identity, identity), "M0 3L10 5L20 4");
  });

  it("leaves gaps where there is no value", () => {
    const identity = (value: number) => value;
    assert.equal(curvePath([0, 1, 2, 3], [3, null, 4, 5], [0, 4], identity, identity), "M0 3M2 4L3 5");
  });

  it("draws at most four points for each pixel, the extremes among them", () => {
    const n = 16_000;
    const x = Array.from({ length: n }, (_, i) => (100 * i) / n);
    const values = x.map((_, i) => (i === 8_017 ? 1e6 : i === 8_018 ? -1e6 : Math.sin(i)));
    const path = curvePath(x, values, [0, n], (at) => at, (value) => value);
    const points = path.split(/[ML]/).filter(Boolean).map((point) => Number(point.split(" ")[1]));
    assert.ok(points.length <= 400);
    assert.deepEqual([Math.min(...points), Math.max(...points)], [-1e6, 1e6]);
  });

  it("halves a logarithmic curve by equal lengths", () => {
    const svg = chartSvg(drawing);
    const path = /<path d="(M[^"]+)" fill="none"/.exec(svg)?.[1] ?? "";
    const ys = path.split(/[ML]/).filter(Boolean).map((point) => Number(point.split(" ")[1]));
    const falls = ys.slice(1).map((y, i) => y - (ys[i] as number));
    assert.equal(falls.length, 3);
    for (const fall of falls) assert.ok(fall > 0 && Math.abs(fall - (falls[0] as number)) < 0.02);
  });

  it("escapes what people wrote", () => {
    assert.ok(chartSvg(drawing).includes("Value of &lt;f&gt; &amp; g"));
    assert.equal(escaped('"<&>"'), "&quot;&lt;&amp;&gt;&quot;");
  });

  it("shows the part that is zoomed to, and survives having nothing to show", () => {
    assert.ok(chartSvg({ ...drawing, zoom: [1, 2] }).includes(">1<"));
    assert.ok(chartSvg({ ...drawing, x: [], series: [] }).startsWith("<svg"));
    assert.ok(!chartSvg({ ...drawing, series: [{ id: "a", label: "a", values: [-1, -2, 0, null], colour: 0 }] }).includes("NaN"));
  });
});
