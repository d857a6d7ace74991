// Playback's controls: first, back, play, on, newest, a slider over the iterations, the speed.
import { useEffect } from "preact/hooks";
import { count, number } from "../../app/format";
import { place, setQuery } from "../../app/router";
import { type RunModel, isOver } from "../../trace/run_model";
import { type Playback, kSpeeds, kUsualSpeed, parseSpeed, speedText } from "./playback";

const kSettledMs = 400; // the address changes only where the cursor stays

/** Moves playback on with the screen's frames, and keeps the address and it in step. */
export function usePlayback(playback: Playback, model: RunModel): void {
  useEffect(() => {
    const { query } = place.peek();
    playback.setSpeed(parseSpeed(query.get("speed")) ?? kUsualSpeed);
  }, [playback]);

  // A link's iteration is shown as soon as it is there.
  useEffect(() => {
    const wanted = Number(place.peek().query.get("at") ?? NaN);
    if (!Number.isFinite(wanted)) return;
    const stop = model.version.subscribe(() => {
      if (model.trace.length === 0) return;
      playback.seek(wanted);
      queueMicrotask(() => stop());
    });
    return stop;
  }, [playback, model]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let first = true;
    const stop = playback.iteration.subscribe((at) => {
      clearTimeout(timer);
      if (first) return void (first = false);
      timer = setTimeout(() => setQuery({ at: at === undefined ? undefined : String(at) }), kSettledMs);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [playback]);

  const playing = playback.playing.value;
  useEffect(() => {
    if (!playing) return;
    let frame = 0;
    let before = performance.now();
    const next = (now: number) => {
      playback.advance((now - before) / 1000);
      before = now;
      frame = requestAnimationFrame(next);
    };
    frame = requestAnimationFrame(next);
    return () => cancelAnimationFrame(frame);
  }, [playback, playing]);
}

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path d={path} fill="currentColor" stroke="currentColor" stroke-width="2" stroke-linejoin="round" />
    </svg>
  );
}

export function PlaybackBar({ playback, model }: { playback: Playback; model: RunModel }) {
  void model.version.value;
  const { trace } = model;
  if (trace.length === 0) return null;
  const at = playback.iteration.value;
  const row = playback.row();
  const shown = trace.at("iteration", row);
  const live = model.run.value !== undefined && !isOver(model.run.value);
  const whole = at === undefined;
  return (
    <section class="run-playback" aria-label="Playback">
      <div class="row">
        <button type="button" aria-label="First iterate" onClick={() => playback.first()}>
          <Icon path="M4 3v14M17 3L7 10l10 7z" />
        </button>
        <button type="button" aria-label="One back" onClick={() => playback.step(-1)}>
          <Icon path="M14 3L5 10l9 7z" />
        </button>
        <button type="button" class="primary" aria-label={playback.playing.value ? "Halt playback" : "Play"} onClick={() => playback.toggle()}>
          <Icon path={playback.playing.value ? "M6 4v12M14 4v12" : "M6 3l10 7-10 7z"} />
        </button>
        <button type="button" aria-label="One on" onClick={() => playback.step(1)}>
          <Icon path="M6 3l9 7-9 7z" />
        </button>
        <button type="button" aria-label={live ? "Follow the newest" : "Last iterate"} aria-pressed={whole} onClick={() => playback.newest()}>
          <Icon path="M16 3v14M3 3l10 7-10 7z" />
        </button>
      </div>
      <input
        type="range"
        aria-label="Iteration"
        aria-valuetext={`iteration ${shown} of ${trace.last}, value ${number(trace.at("value", row))}`}
        min={trace.first}
        max={Math.max(trace.last, trace.first + 1)}
        step={1}
        value={whole ? trace.last : at}
        onInput={({ currentTarget: { value } }) => {
          playback.pause();
          playback.seek(Number(value) >= trace.last ? undefined : Number(value));
        }}
      />
      <span class="run-playback-where" data-testid="playback-iteration">
        {count(shown)} <span class="quiet">of {count(trace.last)}{live && whole ? ", following" : ""}</span>
      </span>
      <label>
        Speed{" "}
        <select
          aria-label="Speed"
          value={speedText(playback.speed.value)}
          onChange={({ currentTarget: { value } }) => {
            playback.setSpeed(parseSpeed(value) ?? kUsualSpeed);
            setQuery({ speed: value === speedText(kUsualSpeed) ? undefined : value });
          }}
        >
          {kSpeeds.map((speed) => (
            <option key={speedText(speed)} value={speedText(speed)}>
              {"perSecond" in speed ? `${speed.perSecond} a second` : `all in ${speed.wholeIn} s`}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}
