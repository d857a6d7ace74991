// Landscapes from the server: asked for once, kept for a while, dropped where the question has changed.
import { Code } from "@connectrpc/connect";
import { toBinary } from "@bufbuild/protobuf";
import { useEffect, useState } from "preact/hooks";
import { SampleLandscapeRequestSchema } from "../../gen/thalweg/v1/objective_service_pb";
import type { Shaped } from "../trace/layout";
import { type Problem, problemOf } from "../wire/problem";
import { objectives } from "../wire/rpc";
import { type Landscape, landscapeOf } from "./landscape";
import { type Question, requestOf } from "./plane_request";

const kKept = 32;
const kLeastCount = 12; // coarser than this is no picture
const kAgainMs = 3_000; // where the server could not be reached
const kept = new Map<string, Landscape>();

function keep(key: string, landscape: Landscape): void {
  kept.delete(key);
  kept.set(key, landscape);
  if (kept.size > kKept) kept.delete(kept.keys().next().value as string);
}

/** Samples as finely as asked, or more coarsely where that is too much for one call. */
async function sample(question: Question, variables: Shaped[], signal: AbortSignal): Promise<Landscape> {
  const { subject } = question;
  if (subject.case === "objective" && !subject.value.kind.case) throw new Error("nothing says which it was");
  try {
    return landscapeOf(variables, await objectives.sampleLandscape(requestOf(question), { signal }));
  } catch (error) {
    const counts = question.counts.map((each) => Math.floor(each / 2)) as [number, number];
    const tooMuch = problemOf(error).code === Code.ResourceExhausted && Math.min(...counts) >= kLeastCount;
    if (!tooMuch || signal.aborted) throw error;
    return sample({ ...question, counts }, variables, signal);
  }
}

export interface Answer {
  /** The last one that came, also while the next is on its way. */
  landscape?: Landscape;
  /** Of which question, as given with it. */
  id?: string;
  problem?: Problem;
}

/** `moment` tells questions apart whose answer changes with time: planes along a run's path. */
export function useLandscape(question: Question | undefined, id: string, moment: string): Answer {
  const [answer, setAnswer] = useState<Answer>({});
  const [attempt, setAttempt] = useState(0);
  const key = question
    ? `${moment} ${[...toBinary(SampleLandscapeRequestSchema, requestOf(question))].join(",")}`
    : undefined;
  useEffect(() => {
    if (!question || !key) return;
    const known = kept.get(key);
    if (known) {
      keep(key, known);
      setAnswer({ landscape: known, id });
      return;
    }
    const leaving = new AbortController();
    let again: ReturnType<typeof setTimeout> | undefined;
    sample(question, question.variables, leaving.signal).then(
      (landscape) => {
        if (leaving.signal.aborted) return;
        keep(key, landscape);
        setAnswer({ landscape, id });
      },
      (error) => {
        if (leaving.signal.aborted) return;
        const problem = problemOf(error);
        setAnswer((last) => ({ ...last, problem }));
        if (problem.passing) again = setTimeout(() => setAttempt((last) => last + 1), kAgainMs);
      },
    );
    return () => {
      leaving.abort();
      clearTimeout(again);
    };
  }, [key, attempt]);
  return answer;
}
