// What the server understands of an objective, asked for a moment after the last change.
import { useEffect, useRef, useState } from "preact/hooks";
import { toBinary } from "@bufbuild/protobuf";
import { type Objective, ObjectiveSchema } from "../../../gen/thalweg/v1/objective_pb";
import type { CompileObjectiveResponse } from "../../../gen/thalweg/v1/objective_service_pb";
import { type Problem, problemOf } from "../../wire/problem";
import { objectives } from "../../wire/rpc";

const kQuietMs = 250;

export interface Understanding {
  /** Of the last objective that was right. */
  understood?: { objective: Objective; response: CompileObjectiveResponse };
  /** What is wrong with the present one. */
  problem?: Problem;
}

const isEmpty = ({ kind }: Objective): boolean => kind.case === "expression" && kind.value.trim() === "";

/** Two objectives that spell the same are the same. */
const spelt = (objective: Objective): string => toBinary(ObjectiveSchema, objective).join();

/** `idle`: there is nothing to ask yet. */
export function useCompiled(objective: Objective, derivatives: boolean, idle = isEmpty(objective)): Understanding {
  const [state, setState] = useState<Understanding>({});
  const last = useRef(objective);
  const key = spelt(objective);
  if (spelt(last.current) !== key) last.current = objective;

  useEffect(() => {
    const asked = last.current;
    if (idle) {
      setState({});
      return;
    }
    const leaving = new AbortController();
    const ask = async () => {
      try {
        const response = await objectives.compileObjective({ objective: asked, derivatives }, { signal: leaving.signal });
        if (!leaving.signal.aborted) setState({ understood: { objective: asked, response } });
      } catch (error) {
        if (!leaving.signal.aborted) setState((before) => ({ ...before, problem: problemOf(error) }));
      }
    };
    const timer = setTimeout(() => void ask(), kQuietMs);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [key, derivatives, idle]);
  return state;
}
