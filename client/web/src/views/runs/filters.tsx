// What the list is narrowed to; kept in the address.
import { useEffect, useRef, useState } from "preact/hooks";
import { RunState } from "../../../gen/thalweg/v1/run_pb";
import { setQuery } from "../../app/router";
import { type Filter, labelComplaint, queryOf } from "./filter";
import { kStates, stateSign, stateWord } from "./run_text";

const kPatienceMs = 250;

/** A text that is taken when typing pauses. */
function Typed({ value, onValue, ...rest }: { value: string; onValue: (value: string) => void; id: string; placeholder?: string; describedBy?: string; invalid?: boolean }) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const take = (next: string) => {
    clearTimeout(timer.current);
    onValue(next.trim());
  };
  return (
    <input
      type="search"
      id={rest.id}
      placeholder={rest.placeholder}
      aria-describedby={rest.describedBy}
      aria-invalid={rest.invalid}
      value={typed}
      onInput={({ currentTarget }) => {
        setTyped(currentTarget.value);
        clearTimeout(timer.current);
        timer.current = setTimeout(take, kPatienceMs, currentTarget.value);
      }}
      onChange={({ currentTarget }) => take(currentTarget.value)}
    />
  );
}

export function Filters({ filter }: { filter: Filter }) {
  const change = (changes: Partial<Filter>) => setQuery(queryOf({ ...filter, ...changes }));
  const complaint = labelComplaint(filter.label);
  return (
    <form class="filters" role="search" aria-label="Runs" onSubmit={(event) => event.preventDefault()}>
      <div class="field">
        <label for="filter-state">State</label>
        <select
          id="filter-state"
          value={String(filter.state)}
          onChange={({ currentTarget }) => change({ state: Number(currentTarget.value) as RunState })}
        >
          <option value={String(RunState.UNSPECIFIED)}>any</option>
          {kStates.map((state) => (
            <option key={state} value={String(state)}>
              {stateSign(state)} {stateWord(state)}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="filter-label">Label</label>
        <Typed
          id="filter-label"
          value={filter.label}
          placeholder="key=value"
          describedBy={complaint ? "filter-label-complaint" : undefined}
          invalid={complaint !== undefined}
          onValue={(label) => change({ label })}
        />
        {complaint && (
          <p class="complaint" id="filter-label-complaint">
            {complaint}
          </p>
        )}
      </div>
      <div class="field wide">
        <label for="filter-text">Text</label>
        <Typed
          id="filter-text"
          value={filter.text}
          placeholder="in the runs that are loaded"
          onValue={(text) => change({ text })}
        />
      </div>
    </form>
  );
}
