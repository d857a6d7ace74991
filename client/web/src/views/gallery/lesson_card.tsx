// One lesson: what to look for, and the buttons that show it.
import { useState } from "preact/hooks";
import { attempt } from "../../app/notices";
import { newRunHref } from "../new_run/address";
import { draftOf, type Lesson } from "./lessons";
import { SketchPicture } from "./sketch";
import { kSketches } from "./sketches";
import { startTogether, startVariant } from "./start_lesson";

export function LessonCard({ lesson }: { lesson: Lesson }) {
  const [busy, setBusy] = useState(false);
  const act = async (start: () => Promise<void>) => {
    setBusy(true);
    await attempt(start);
    setBusy(false);
  };
  const sketch = kSketches[lesson.id];
  const [first] = lesson.variants;
  return (
    <article class="lesson card" aria-labelledby={`lesson-${lesson.id}`} data-lesson={lesson.id}>
      {sketch && <SketchPicture sketch={sketch} />}
      <h3 id={`lesson-${lesson.id}`}>{lesson.title}</h3>
      <p>{lesson.look}</p>
      <div class="row variants">
        {lesson.variants.map((variant, i) => (
          <button
            key={variant.title}
            type="button"
            disabled={busy}
            aria-label={`${lesson.title}: ${variant.title}`}
            onClick={() => void act(() => startVariant(lesson, variant))}
          >
            <span class="lesson-swatch" style={{ background: `var(--series-${i % 8})` }} aria-hidden="true" />
            {variant.title}
          </button>
        ))}
        {lesson.together && (
          <button
            type="button"
            class="primary"
            disabled={busy}
            aria-label={`${lesson.title}: ${lesson.together}`}
            onClick={() => void act(() => startTogether(lesson))}
          >
            {lesson.together}
          </button>
        )}
      </div>
      {first && (
        <a class="change" href={newRunHref(draftOf(lesson, first))} aria-label={`Change it first: ${lesson.title}`}>
          Change it first…
        </a>
      )}
    </article>
  );
}
