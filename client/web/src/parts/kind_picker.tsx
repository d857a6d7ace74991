// Choosing from a catalogue: a list by family, and for a long one a search with all it says of itself.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { CatalogEntry } from "../../gen/thalweg/v1/catalog_service_pb";
import { closest, families, kNeeds, type Need, search } from "./catalogue_entries";

interface KindPickerProps {
  label: string;
  entries: CatalogEntry[];
  kind: string;
  onKind: (kind: string) => void;
}

const kLong = 20;

const Choices = ({ entries }: { entries: CatalogEntry[] }) => (
  <>
    {entries.map(({ name, title }) => (
      <option key={name} value={name}>
        {title}
      </option>
    ))}
  </>
);

export function KindPicker({ label, entries, kind, onKind }: KindPickerProps) {
  const [browsing, setBrowsing] = useState(false);
  const long = entries.length > kLong;
  const known = entries.some(({ name }) => name === kind);
  return (
    <div class="row">
      <select
        aria-label={`${label}: kind`}
        value={known ? kind : ""}
        onChange={({ currentTarget: { value } }) => value !== "" && onKind(value)}
      >
        {!known && <option value="">{kind ? `unknown: ${kind}` : "choose…"}</option>}
        {long ? (
          families(entries).map(([family, members]) => (
            <optgroup key={family} label={family}>
              <Choices entries={members} />
            </optgroup>
          ))
        ) : (
          <Choices entries={entries} />
        )}
      </select>
      {long && (
        <button type="button" onClick={() => setBrowsing(true)}>
          Browse…
        </button>
      )}
      {browsing && (
        <BrowserDialog label={label} entries={entries} kind={kind} onKind={onKind} onClosed={() => setBrowsing(false)} />
      )}
    </div>
  );
}

function BrowserDialog(props: KindPickerProps & { onClosed: () => void }) {
  const { label, entries, kind, onKind, onClosed } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector("input")?.focus();
  }, []);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="browser" aria-label={`Choose: ${label}`} onClose={onClosed}>
      <Browser
        entries={entries}
        kind={kind}
        onKind={(chosen) => {
          onKind(chosen);
          close();
        }}
        onClose={close}
      />
    </dialog>
  );
}

function Browser({ entries, kind, onKind, onClose }: Omit<KindPickerProps, "label"> & { onClose: () => void }) {
  const id = useId();
  const [query, setQuery] = useState("");
  const [needs, setNeeds] = useState<ReadonlySet<Need>>(new Set());
  const [shown, setShown] = useState(kind);
  const found = search(entries, query, needs);
  const entry = found.find(({ name }) => name === shown) ?? closest(found, query);
  // Without its default action, which would press the button that the closed dialog gives the focus back to.
  const onEnter = (name: string | undefined) => (event: KeyboardEvent) => {
    if (event.key !== "Enter" || name === undefined) return;
    event.preventDefault();
    onKind(name);
  };
  const toggle = (need: Need) => {
    const next = new Set(needs);
    if (!next.delete(need)) next.add(need);
    setNeeds(next);
  };
  return (
    <>
      <div class="browser-head">
        <input
          type="search"
          aria-label="Search"
          placeholder="Search names, summaries, advice"
          value={query}
          onInput={({ currentTarget }) => setQuery(currentTarget.value)}
          onKeyDown={onEnter(entry?.name)}
        />
        <button type="button" class="plain" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </div>
      <div class="row needs">
        {kNeeds.map(({ need, title }) => (
          <label key={need} class="need">
            <input type="checkbox" checked={needs.has(need)} onChange={() => toggle(need)} /> {title}
          </label>
        ))}
      </div>
      <div class="browser-body">
        <div class="browser-list" role="radiogroup" aria-label="Methods">
          {families(found).map(([family, members]) => (
            <div key={family} role="group" aria-label={family}>
              <h3>{family}</h3>
              {members.map(({ name, title }) => (
                <label key={name} class="browser-entry">
                  <input
                    type="radio"
                    name={id}
                    checked={entry?.name === name}
                    onChange={() => setShown(name)}
                    onKeyDown={onEnter(name)}
                  />
                  <span onDblClick={() => onKind(name)}>{title}</span>
                </label>
              ))}
            </div>
          ))}
          {found.length === 0 && <p class="quiet">Nothing has all of that.</p>}
        </div>
        {entry && <Entry entry={entry} onKind={onKind} />}
      </div>
    </>
  );
}

function Entry({ entry, onKind }: { entry: CatalogEntry; onKind: (kind: string) => void }) {
  return (
    <div class="browser-help" aria-live="polite">
      <h2>{entry.title}</h2>
      <p>{entry.summary}</p>
      {entry.formula && <pre class="mono">{entry.formula}</pre>}
      {entry.advice && <p>{entry.advice}</p>}
      <p class="quiet">Options: {entry.options.map(({ name }) => name).join(", ") || "none"}</p>
      {entry.source && <p class="quiet">{entry.source}</p>}
      <button type="button" class="primary" onClick={() => onKind(entry.name)}>
        Use {entry.title}
      </button>
    </div>
  );
}
