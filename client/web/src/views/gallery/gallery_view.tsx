// The start page: a descent as it happens, and the classic lessons one click away.
import { useEffect } from "preact/hooks";
import { lazy } from "../../app/lazy";
import { loadCatalogue } from "../../wire/catalogue";
import { Hero } from "./hero";
import { LessonCard } from "./lesson_card";
import { kLessons } from "./lessons";
import "./gallery.css";

const DataLessons = lazy(async () => (await import("./data_lessons_view")).DataLessons);

export function GalleryView() {
  // Short names of optimizers need it; without it they are longer.
  useEffect(() => void loadCatalogue().catch(() => undefined), []);
  return (
    <div class="gallery">
      <Hero />
      <section aria-labelledby="lessons">
        <h2 id="lessons">The classic lessons</h2>
        <p class="quiet">Each button starts a descent slow enough to follow.</p>
        <div class="lessons">
          {kLessons.map((lesson) => (
            <LessonCard key={lesson.id} lesson={lesson} />
          ))}
        </div>
      </section>
      <DataLessons />
    </div>
  );
}
