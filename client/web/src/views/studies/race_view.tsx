// Descents racing: all paths on one landscape, their curves, the standing, and playback over all of it.
import { computed, effect, signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Variable } from "../../../gen/thalweg/v1/values_pb";
import { number } from "../../app/format";
import { place, setQuery } from "../../app/router";
import { axisRange, extent } from "../../charts/axis";
import { Picture } from "../../pictures/picture";
import type { PathOnPicture, PictureKind, PlaneText } from "../../pictures/props";
import { kMostColoured, type Lane, seriesOf, shownLanes, shownText } from "./lanes";
import { Playback } from "./playback";
import { PlaybackBar } from "./playback_bar";
import { bestOfAll, type Clock, countsEpochs, endOf, gapsTo, isUneven, iterationAtTime, timesTo, valuesAtTimes } from "./race";
import { RaceChart } from "./race_chart";
import { Standing } from "./standing";
import "./race.css";

const kTimes = 600; // about one for every two pixels
const kRefreshMs = 100;

interface Props {
  lanes: Lane[];
  /** The run whose landscape is drawn; undefined: they have none in common. */
  subject: { name: string; variables: Variable[] } | undefined;
  ascent: boolean;
  /** The least value of the function, where that is known. */
  optimum: number | undefined;
  /** More is to come. */
  live: boolean;
  /** All lanes, the most important first: those are drawn where there are too many. Default: as they come. */
  order?: readonly number[];
}

/** Grows, a few times a second, when any of the traces has. */
function useVersion(lanes: Lane[]): number {
  const version = useSignal(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = effect(() => {
      for (const { racers } of lanes) for (const { model } of racers) void model.version.value;
      timer ??= setTimeout(() => {
        timer = undefined;
        ++version.value;
      }, kRefreshMs);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [lanes]);
  return version.value;
}

/** What the curves show: the distance to the best, the best value, or each value with its noise. */
type Shows = "gap" | "value" | "each";

interface Options {
  clock: Clock;
  shows: Shows;
  /** undefined: as suits the race. */
  logX: boolean | undefined;
  kind: PictureKind;
  plane: PlaneText | undefined;
}

/** `usual`: what suits the race where the address does not say. */
function optionsOf(query: URLSearchParams, usual: Clock): Options {
  const clock = query.get("clock");
  const y = query.get("y");
  return {
    clock: clock === "iterations" || clock === "evaluations" || (clock === "epochs" && usual === "epochs") ? clock : usual,
    shows: y === "value" || y === "each" ? y : "gap",
    logX: query.has("x") ? query.get("x") === "log" : undefined,
    kind: query.get("view") === "surface" ? "surface" : "auto",
    plane: query.get("plane") ?? undefined,
  };
}

export function Race({ lanes, subject, ascent, optimum, live, order = lanes.map((_, i) => i) }: Props) {
  const { query } = place.value;
  const shown = shownLanes(query.get("arms"), order);
  const version = useVersion(lanes);
  const playback = useMemo(() => new Playback(), []);
  useEffect(() => () => playback.pause(), [playback]);

  const racers = lanes.flatMap((lane, i) => lane.racers.map((racer) => ({ ...racer, lane: i, title: lane.title })));
  const usualClock: Clock = countsEpochs(racers.map(({ model }) => model.trace)) ? "epochs" : "evaluations";
  const { clock, shows, kind, plane, ...options } = optionsOf(query, usualClock);
  const gap = shows === "gap";
  const ends = racers.map(({ model }) => endOf(model.trace, clock));
  const end = Math.max(0, ...ends);
  const uneven = isUneven(ends);
  const logX = options.logX ?? uneven;
  useEffect(() => {
    playback.end.value = end;
  }, [end]);
  useEffect(() => {
    playback.even.value = !uneven;
  }, [uneven]);

  const drawn = useMemo(() => {
    const x = timesTo(end, kTimes, logX);
    const best = racers.map(({ model }) => valuesAtTimes(model.trace, clock, x, shows === "each" ? "value" : "bestValue"));
    const reference = optimum ?? bestOfAll(best, ascent);
    const values = gap ? gapsTo(best, reference, ascent) : best;
    const scale = gap ? ("log" as const) : ("linear" as const);
    return { x, values, scale, range: axisRange(extent(values, scale), scale) };
  }, [lanes, version, clock, shows, logX, end, ascent, optimum]);

  const time = playback.time.value;
  const curves = useMemo(() => {
    const until = time ?? Infinity;
    // Grey ones first: they lie behind the others.
    const behind = racers.map((racer, i) => ({ i, series: seriesOf(racer.lane, shown, lanes.length) }));
    behind.sort((a, b) => Number(a.series !== undefined) - Number(b.series !== undefined));
    return behind.map(({ i, series }) => ({
      series,
      values: (drawn.values[i] ?? []).map((value, k) => ((drawn.x[k] as number) <= until ? value : null)),
    }));
  }, [drawn, time, [...shown].join()]);

  const toggle = (lane: number, on: boolean) => {
    const next = new Set(shown);
    on ? next.add(lane) : next.delete(lane);
    setQuery({ arms: shownText(next, order) });
  };
  const what = gap ? (ascent ? "f* − best value" : "best value − f*") : shows === "each" ? "value" : "best value";
  return (
    <>
      <div class="race">
        {subject && (
          <section class="race-picture" aria-label="Landscape">
            <RacePicture lanes={lanes} shown={shown} subject={subject} kind={kind} plane={plane} clock={clock} playback={playback} />
          </section>
        )}
        <section class="race-curves" aria-label="Convergence">
          <h2>
            Convergence <span class="quiet">{what}</span>
          </h2>
          <RaceChart
            label={`${what} of ${lanes.length} descents against ${clock}, from ${number(drawn.range[1], 3)} to ${number(
              drawn.range[0],
              3,
            )}; the table of the standing has the figures`}
            xLabel={clock}
            x={drawn.x}
            curves={curves}
            xScale={logX ? "log" : "linear"}
            yScale={drawn.scale}
            range={drawn.range}
          />
          <ChartOptions clock={clock} usual={usualClock} shows={shows} logX={logX} />
        </section>
      </div>
      <PlaybackBar playback={playback} clock={clock} live={live} />
      <Standing lanes={lanes} shown={shown} clock={clock} time={time} ascent={ascent} full={shown.size >= kMostColoured} onToggle={toggle} />
    </>
  );
}

function ChartOptions({ clock, usual, shows, logX }: { clock: Clock; usual: Clock; shows: Shows; logX: boolean }) {
  return (
    <div class="row chart-options">
      <label class="row">
        Against
        <select
          value={clock}
          onChange={({ currentTarget: { value } }) => setQuery({ clock: value === usual ? undefined : value })}
        >
          {usual === "epochs" && <option value="epochs">epochs</option>}
          <option value="evaluations">evaluations</option>
          <option value="iterations">iterations</option>
        </select>
      </label>
      <label class="row">
        Show
        <select value={shows} onChange={({ currentTarget: { value } }) => setQuery({ y: value === "gap" ? undefined : value })}>
          <option value="gap">distance to the best, log</option>
          <option value="value">best value</option>
          <option value="each">each value, with its noise</option>
        </select>
      </label>
      <label class="row">
        <input
          type="checkbox"
          checked={logX}
          onChange={({ currentTarget: { checked } }) => setQuery({ x: checked ? "log" : "linear" })}
        />
        {clock} logarithmic
      </label>
    </div>
  );
}

interface RacePictureProps {
  lanes: Lane[];
  shown: ReadonlySet<number>;
  subject: { name: string; variables: Variable[] };
  kind: PictureKind;
  plane: PlaneText | undefined;
  clock: Clock;
  playback: Playback;
}

function RacePicture({ lanes, shown, subject, kind, plane, clock, playback }: RacePictureProps) {
  const clockNow = useMemo(() => signal(clock), []);
  clockNow.value = clock;
  // One cursor for each path: at one time of the race all are at iterations of their own.
  const cursors = useMemo(() => {
    const all = lanes.flatMap(({ racers }) => racers);
    return new Map(
      all.map(({ name, model }) => [
        name,
        computed(() => {
          const time = playback.time.value;
          return time === undefined ? undefined : iterationAtTime(model.trace, clockNow.value, time);
        }),
      ]),
    );
  }, [lanes]);
  const paths = useMemo(
    () =>
      lanes.flatMap(({ title, racers }, lane): PathOnPicture[] => {
        const series = seriesOf(lane, shown, lanes.length);
        if (series === undefined) return [];
        return racers.map(({ name, model }) => ({ model, title, series, cursor: cursors.get(name) }));
      }),
    [lanes, cursors, [...shown].join()],
  );
  const drawn = useMemo(() => ({ case: "run" as const, value: subject.name }), [subject.name]);
  return (
    <Picture
      subject={drawn}
      variables={subject.variables}
      kind={kind}
      onKind={(chosen) => setQuery({ view: chosen === "surface" ? chosen : undefined })}
      plane={plane}
      onPlane={(chosen) => setQuery({ plane: chosen })}
      paths={paths}
      title="The race on its landscape"
    />
  );
}
