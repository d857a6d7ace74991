// The buttons and the slider of a race that is seen again.
import { useMemo } from "preact/hooks";
import { count } from "../../app/format";
import { useKeys } from "../../app/keys";
import { kSpeeds, type Playback } from "./playback";
import type { Clock } from "./race";

const kSteps = 1000;
const kKeyStep = 0.01;

export function PlaybackBar({ playback, clock, live }: { playback: Playback; clock: Clock; live: boolean }) {
  useKeys(
    useMemo(
      () => [
        { key: " ", meaning: "play or halt the race", act: () => playback.toggle() },
        { key: "ArrowLeft", meaning: "back in the race", act: () => playback.moveTo(playback.share - kKeyStep) },
        { key: "ArrowRight", meaning: "on in the race", act: () => playback.moveTo(playback.share + kKeyStep) },
        { key: "Home", meaning: "to the start of the race", act: () => playback.moveTo(0) },
        { key: "End", meaning: "to the end of the race", act: () => playback.release() },
      ],
      [playback],
    ),
  );
  const time = playback.time.value;
  const end = playback.end.value;
  const whole = (value: number) => count(Math.floor(value));
  const where = `${whole(time ?? end)} of ${whole(end)} ${clock}`;
  return (
    <div class="playback row" role="group" aria-label="Playback">
      <button type="button" onClick={() => playback.toggle()} disabled={end <= 0}>
        {playback.playing.value ? "❚❚ Halt" : "▶ Race"}
      </button>
      <input
        type="range"
        aria-label="Time of the race"
        aria-valuetext={where}
        min={0}
        max={kSteps}
        value={Math.round(playback.share * kSteps)}
        onInput={({ currentTarget }) => {
          playback.pause();
          playback.moveTo(Number(currentTarget.value) / kSteps);
        }}
      />
      <output class="where">{where}</output>
      <label class="row">
        Speed
        <select
          value={String(playback.speed.value)}
          onChange={({ currentTarget }) => (playback.speed.value = Number(currentTarget.value))}
        >
          {kSpeeds.map((speed) => (
            <option key={speed} value={String(speed)}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
      <label class="row">
        <input
          type="checkbox"
          checked={!playback.even.value}
          onChange={({ currentTarget }) => (playback.even.value = !currentTarget.checked)}
        />
        slower at first
      </label>
      {time !== undefined && (
        <button type="button" onClick={() => playback.release()}>
          {live ? "Back to live" : "Show all"}
        </button>
      )}
    </div>
  );
}
