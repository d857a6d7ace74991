// Questions that change faster than they are answered: one at a time, the newest next.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Problem, problemOf } from "../../wire/problem";

export interface Latest<Answer> {
  /** The last that came, also while the next is on its way. */
  answer?: Answer;
  problem?: Problem;
}

/** `key` says which question `ask` puts; undefined: none. Two questions are at least `apartMs` apart. */
export function useLatest<Answer>(key: string | undefined, ask: (signal: AbortSignal) => Promise<Answer>, apartMs: number): Latest<Answer> {
  const [state, setState] = useState<Latest<Answer>>({});
  const newest = useRef({ key, ask });
  newest.current = { key, ask };
  const pump = useRef<() => void>();
  useEffect(() => {
    const leaving = new AbortController();
    let asked: string | undefined;
    let busy = false;
    const next = async () => {
      const { key: wanted, ask: put } = newest.current;
      if (busy || wanted === undefined || wanted === asked || leaving.signal.aborted) return;
      busy = true;
      asked = wanted;
      try {
        const answer = await put(leaving.signal);
        if (!leaving.signal.aborted) setState({ answer });
      } catch (error) {
        if (!leaving.signal.aborted) setState((before) => ({ ...before, problem: problemOf(error) }));
      }
      setTimeout(() => {
        busy = false;
        void next();
      }, apartMs);
    };
    pump.current = () => void next();
    return () => leaving.abort();
  }, [apartMs]);
  useEffect(() => pump.current?.(), [key, apartMs]);
  return state;
}
