// A descent on the page: the same for a run of the server and for a trace file.
import { useMemo, useRef } from "preact/hooks";
import { ConvergenceCharts, type Drawn } from "../../charts/convergence_charts";
import type { Exporter } from "../../pictures/props";
import { type RunModel, history } from "../../trace/run_model";
import type { Trace } from "../../trace/trace";
import { lazy } from "../../app/lazy";
import { catalogue } from "../../wire/catalogue";
import { Actions } from "./actions";
import { Ending, Events } from "./ending";
import { ExportBar } from "./export_bar";
import { Head } from "./head";
import { IterateTable } from "./iterate_table";
import { minimumOf } from "./minimum";
import { PicturePanel } from "./picture_panel";
import { Playback } from "./playback";
import { PlaybackBar, usePlayback } from "./playback_bar";
import { isAscent } from "./words";
import "./run.css";

const ModelPanel = lazy(async () => (await import("../model/model_panel")).ModelPanel);

/** `online`: the run is the server's, which has more of it and can be asked to steer it. */
export function RunPage({ model, online }: { model: RunModel; online: boolean }) {
  const playback = useMemo(() => new Playback(model), [model]);
  const exporter = useRef<Exporter>();
  const charts = useRef<Drawn[]>([]);
  usePlayback(playback, model);
  const run = model.run.value;
  const name = run?.name ?? "";
  const ask = useMemo(
    () => ({
      detail: (from: number, to: number, abort: AbortSignal): Promise<Trace> => history(name, { from, to }, abort),
      every: (from: number, to: number): Promise<Trace> => history(name, { from, to, maxPoints: 0 }),
    }),
    [name],
  );
  if (!run) return null;
  return (
    <div class="run-page">
      <Head model={model} />
      {online && <Actions model={model} playback={playback} />}
      <PlaybackBar playback={playback} model={model} />
      {run.objective?.kind.case === "model" && (
        <ModelPanel model={model} run={run} spec={run.objective.kind.value} playback={playback} online={online} />
      )}
      <div class="run-pictures">
        <PicturePanel
          model={model}
          run={run}
          online={online}
          cursor={playback.iteration}
          onExporter={(given) => (exporter.current = given)}
        />
        <section aria-label="Convergence" class="run-charts">
          <ConvergenceCharts
            model={model}
            minimum={minimumOf(run, catalogue.value?.functions ?? [])}
            ascent={isAscent(run)}
            cursor={playback.iteration}
            onPick={(iteration) => {
              playback.pause();
              playback.seek(iteration);
            }}
            detail={online ? ask.detail : undefined}
            onDrawing={(drawn) => (charts.current = drawn)}
          />
        </section>
      </div>
      <Ending run={run} online={online} />
      <Events model={model} playback={playback} />
      <h2>Iterates</h2>
      <IterateTable model={model} playback={playback} variables={run.variables} every={online ? ask.every : undefined} />
      <ExportBar model={model} online={online} picture={() => exporter.current} charts={() => charts.current} />
    </div>
  );
}
