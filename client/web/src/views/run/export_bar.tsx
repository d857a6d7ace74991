// Taking a run along: pictures, charts, the trace, a link.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { IterateBatch } from "../../../gen/thalweg/v1/iterate_pb";
import { copy } from "../../app/clipboard";
import { download, svgToPng } from "../../app/download";
import { count } from "../../app/format";
import { attempt } from "../../app/notices";
import { colour, series } from "../../app/theme";
import { chartSvg } from "../../charts/chart_svg";
import type { Drawn } from "../../charts/convergence_charts";
import type { Exporter } from "../../pictures/props";
import { batchesOf } from "../../trace/batches";
import type { RunModel } from "../../trace/run_model";
import { csvHead, csvRows } from "../../trace/trace_csv";
import { jsonBatch, jsonHead, kJsonEnd } from "../../trace/trace_json";
import { wholeTrace } from "../../trace/whole_trace";

interface Props {
  model: RunModel;
  online: boolean;
  picture: () => Exporter | undefined;
  charts: () => Drawn[];
}

type Format = "csv" | "json";

const coloursNow = () => ({
  paper: colour("paper"),
  ink: colour("ink"),
  quiet: colour("quiet"),
  grid: colour("grid"),
  series: Array.from({ length: 8 }, (_, i) => series(i)),
});

/** The trace as a file; the pieces are the browser's to hold, not the page's. */
async function traceFile(model: RunModel, batches: AsyncIterable<IterateBatch> | IterateBatch[], format: Format): Promise<Blob> {
  const run = model.run.value;
  if (!run) throw new Error("there is no run");
  const parts: Blob[] = [];
  const put = (text: string) => parts.push(new Blob([text]));
  let first = true;
  if (format === "json") put(jsonHead(run));
  for await (const batch of batches) {
    if (format === "json") put(jsonBatch(batch, first));
    else put((first ? csvHead(run, run.variables, Number(batch.coordinates), Number(batch.variables)) : "") + csvRows(batch));
    first = false;
  }
  if (format === "json") put(kJsonEnd);
  return new Blob(parts, { type: format === "json" ? "application/json" : "text/csv" });
}

export function ExportBar({ model, online, picture, charts }: Props) {
  const progress = useSignal<string | undefined>(undefined);
  const leaving = useRef<AbortController>();
  useEffect(() => () => leaving.current?.abort(), []);
  const stem = (model.run.value?.name || "trace").replace(/[^\w-]+/g, "-");

  const drawing = (kind: "png" | "svg") =>
    void attempt(async () => {
      const exporter = picture();
      if (exporter) download(await exporter[kind](), `${stem}.${kind}`);
      else throw new Error("There is no picture yet.");
    });
  const chart = (kind: "png" | "svg") =>
    void attempt(async () => {
      for (const drawn of charts()) {
        const svg = chartSvg({ ...drawn, colours: coloursNow() });
        const blob = kind === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await svgToPng(svg);
        download(blob, `${stem}-${drawn.title.toLowerCase()}.${kind}`);
      }
    });
  const trace = (format: Format) =>
    void attempt(async () => {
      const abort = new AbortController();
      leaving.current = abort;
      const last = Math.max(model.trace.last, 1);
      async function* pages() {
        for await (const batch of wholeTrace(model.run.value?.name ?? "", abort.signal)) {
          const at = Number(batch.iteration.at(-1) ?? 0);
          progress.value = `${count(at)} of ${count(last)} iterates`;
          yield batch;
        }
      }
      try {
        const source = online && model.trace.thinned ? pages() : batchesOf(model.trace);
        download(await traceFile(model, source, format), `${stem}.${format}`);
      } catch (error) {
        if (!abort.signal.aborted) throw error;
      } finally {
        progress.value = undefined;
      }
    });
  return (
    <section aria-label="Export" class="card export">
      <h2>Export</h2>
      <div class="row">
        <Pair label="Picture" act={drawing} kinds={["png", "svg"]} />
        <Pair label="Charts" act={chart} kinds={["png", "svg"]} />
        <Pair label="Trace" act={trace} kinds={["csv", "json"]} busy={progress.value !== undefined} />
        <button type="button" onClick={() => void copy(location.href, "The link")}>
          Copy a link to this view
        </button>
      </div>
      {progress.value !== undefined && (
        <p class="row" role="status">
          {progress.value}
          <button type="button" onClick={() => leaving.current?.abort()}>
            Cancel
          </button>
        </p>
      )}
    </section>
  );
}

function Pair<Kind extends string>({ label, kinds, act, busy = false }: { label: string; kinds: Kind[]; act: (kind: Kind) => void; busy?: boolean }) {
  return (
    <span class="row pair" role="group" aria-label={`Export: ${label}`}>
      <span>{label}</span>
      {kinds.map((kind) => (
        <button key={kind} type="button" disabled={busy} aria-label={`${label} as ${kind.toUpperCase()}`} onClick={() => act(kind)}>
          {kind.toUpperCase()}
        </button>
      ))}
    </span>
  );
}
