// The list of studies, or the form of a new one.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Study } from "../../../gen/thalweg/v1/study_pb";
import { href, place } from "../../app/router";
import { type Problem, problemOf } from "../../wire/problem";
import { studies } from "../../wire/rpc";
import { When } from "../runs/run_row";
import { isStudyOver } from "./live_study";
import { NewStudy } from "./new_study";
import { studyTitle, variesText } from "./study_text";
import { StudySign } from "./study_view";
import "./studies.css";

const kPageSize = 50;
const kMostListed = 1_000;
/** Studies have no watch of their list: where one is running it is asked for again. */
const kAgainMs = 3_000;

export function StudiesView() {
  return place.value.query.has("new") ? <NewStudy /> : <StudiesList />;
}

function StudiesList() {
  const listed = useSignal<Study[] | undefined>(undefined);
  const next = useSignal("");
  const asking = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);

  const ask = async (pageToken: string, leaving?: AbortSignal) => {
    asking.value = true;
    try {
      const page = await studies.listStudies({ pageSize: kPageSize, pageToken }, leaving ? { signal: leaving } : {});
      const known = listed.peek() ?? [];
      if (pageToken !== "" || known.length === 0) {
        listed.value = [...known, ...page.studies];
        next.value = page.nextPageToken;
      } else {
        // The newest again; older ones stay as they were.
        const fresh = new Set(page.studies.map(({ name }) => name));
        const older = known.slice(kPageSize).filter(({ name }) => !fresh.has(name));
        listed.value = [...page.studies, ...older];
        if (older.length === 0) next.value = page.nextPageToken;
      }
      problem.value = undefined;
    } catch (error) {
      if (!leaving?.aborted) problem.value = problemOf(error);
    } finally {
      asking.value = false;
    }
  };
  useEffect(() => {
    const leaving = new AbortController();
    void ask("", leaving.signal);
    const timer = setInterval(() => {
      const wanted = problem.peek() !== undefined || listed.peek()?.some((study) => !isStudyOver(study));
      if (wanted && !asking.peek() && !document.hidden) void ask("", leaving.signal);
    }, kAgainMs);
    return () => {
      leaving.abort();
      clearInterval(timer);
    };
  }, []);

  const all = listed.value;
  return (
    <>
      <div class="row studies-head">
        <h1>Studies</h1>
        <a class="button primary" href={href("studies", { new: "1" })}>
          New study
        </a>
      </div>
      {problem.value && (
        <p class="complaint" role="alert">
          {problem.value.text}
        </p>
      )}
      {all && all.length > 0 && <StudiesTable all={all} />}
      {all?.length === 0 && (
        <p class="empty">
          No studies yet. <a href={href("studies", { new: "1" })}>Start a race of methods</a> on one landscape.
        </p>
      )}
      {!all && !problem.value && <p class="empty">Loading …</p>}
      {next.value && (all?.length ?? 0) < kMostListed && (
        <div class="row studies-foot">
          <button type="button" disabled={asking.value} onClick={() => void ask(next.value)}>
            Older
          </button>
        </div>
      )}
    </>
  );
}

function StudiesTable({ all }: { all: Study[] }) {
  return (
    <table class="studies" aria-label="Studies">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Study</th>
          <th scope="col">Winner</th>
          <th scope="col">Made</th>
        </tr>
      </thead>
      <tbody>
        {all.map((study) => (
          <tr key={study.name} data-testid="study">
            <td>
              <StudySign state={study.state} />
            </td>
            <th scope="row">
              <a href={href(study.name)}>{studyTitle(study)}</a>
              <span class="quiet">varies {variesText(study)}</span>
            </th>
            <td>{study.results?.winner?.sentence || study.failure || <span class="quiet">–</span>}</td>
            <td>
              <When time={study.createTime} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
