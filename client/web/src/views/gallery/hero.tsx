// On top of the gallery: a descent as it happens, or the last one again.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { number } from "../../app/format";
import { attempt } from "../../app/notices";
import { href } from "../../app/router";
import { Picture } from "../../pictures/picture";
import { openRun, type RunModel } from "../../trace/run_model";
import { catalogue } from "../../wire/catalogue";
import { shortPart } from "../runs/short_part";
import { endWord, idOf, objectiveText, runTitle, stateSign, stateWord } from "../runs/run_text";
import { kHeroes, kLessons } from "./lessons";
import { useReplay } from "./replay";
import { type Shown, useShowcase } from "./showcase";
import { SketchPicture } from "./sketch";
import { kSketches } from "./sketches";
import { makeRun } from "./start_lesson";

/** One of those that are good to look at, another each time. */
async function descendSomething(turn: number): Promise<void> {
  const { lesson: id, variant: title } = kHeroes[turn % kHeroes.length] as (typeof kHeroes)[0];
  const lesson = kLessons.find((each) => each.id === id);
  const variant = lesson?.variants.find((each) => each.title === title);
  if (lesson && variant) await makeRun(lesson, variant);
}

function DescendButton({ busy }: { busy: boolean }) {
  const [turn, setTurn] = useState(0);
  const [asked, setAsked] = useState(false);
  const act = async () => {
    setAsked(true);
    await attempt(() => descendSomething(turn));
    setTurn(turn + 1);
    setAsked(false);
  };
  return (
    <button type="button" class="primary" disabled={busy || asked} onClick={() => void act()}>
      Descend something
    </button>
  );
}

export function Hero() {
  const { shown, problem } = useShowcase();
  if (problem) {
    return (
      <p class="complaint" role="alert">
        {problem.text}
      </p>
    );
  }
  return (
    <section class="hero" aria-label="A descent">
      {typeof shown === "object" ? (
        <ShownRun key={shown.name} shown={shown} />
      ) : (
        <div class="hero-empty">
          <div class="hero-words">
            <h1>See it descend</h1>
            <p>
              A point on a landscape, and a method that looks for the way down. Start one and watch every step; then
              change the method, the rate, the start.
            </p>
            <p class="row">
              <DescendButton busy={shown === undefined} />
              <a class="button" href={href("new")}>
                Type a formula
              </a>
            </p>
          </div>
          {kSketches["himmelblau"] && <SketchPicture sketch={kSketches["himmelblau"]} />}
        </div>
      )}
    </section>
  );
}

function ShownRun({ shown }: { shown: Shown }) {
  const opened = useMemo(() => openRun(shown.name), [shown.name]);
  useEffect(() => opened.close, [opened]);
  const { model } = opened;
  const run = model.run.value;
  const replayed = !shown.live;
  const { cursor, playing, setPlaying } = useReplay(model, replayed);
  const subject = useMemo(() => ({ case: "run" as const, value: shown.name }), [shown.name]);
  const paths = useMemo(() => [{ model, title: "" }], [model]);
  const word = shown.going ? "Live" : replayed ? "The last descent, again" : "Just now";
  return (
    <div class="hero-run">
      <div class="hero-picture">
        {run && run.variables.length > 0 && (
          <Picture subject={subject} variables={run.variables} kind="auto" paths={paths} {...(replayed ? { cursor } : {})} />
        )}
      </div>
      <div class="hero-words">
        <p class={`hero-state${shown.going ? " going" : ""}`}>{word}</p>
        {run && <Figures run={run} model={model} />}
        <p class="row">
          <a class="button primary" href={href(`runs/${idOf(shown.name)}`)}>
            Open this run
          </a>
          {replayed && (
            <button type="button" onClick={() => setPlaying(!playing)}>
              {playing ? "Pause" : "Play"}
            </button>
          )}
        </p>
        <p class="row">
          {!shown.going && <DescendButton busy={false} />}
          <a class="button" href={href("new")}>
            Type a formula
          </a>
        </p>
      </div>
    </div>
  );
}

function Figures({ run, model }: { run: Run; model: RunModel }) {
  void model.version.value; // drawn again when the trace has grown
  const { trace } = model;
  const last = trace.length - 1;
  const at = (column: "iteration" | "value" | "gradientNorm") => (last >= 0 ? trace.at(column, last) : NaN);
  const optimizer = run.optimizer && shortPart(run.optimizer, catalogue.value?.optimizers ?? []);
  const gradient = at("gradientNorm");
  const title = runTitle(run);
  const what = objectiveText(run);
  return (
    <>
      <h1>{title}</h1>
      {what !== title && <p class="mono hero-formula">{what}</p>}
      <dl class="figures">
        <div>
          <dt>Optimizer</dt>
          <dd class="mono">{optimizer}</dd>
        </div>
        <div>
          <dt>Iteration</dt>
          <dd>{last >= 0 ? at("iteration") : "—"}</dd>
        </div>
        <div>
          <dt>Value</dt>
          <dd>{last >= 0 ? number(at("value")) : "—"}</dd>
        </div>
        {!Number.isNaN(gradient) && (
          <div>
            <dt>Gradient</dt>
            <dd>{number(gradient, 3)}</dd>
          </div>
        )}
        <div>
          <dt>State</dt>
          <dd>
            {stateSign(run.state)} {endWord(run) || stateWord(run.state)}
          </dd>
        </div>
      </dl>
    </>
  );
}
