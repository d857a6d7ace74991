// Keyboard shortcuts: views register theirs while they are shown; "?" lists them.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Key {
  /** KeyboardEvent.key: " ", "ArrowRight", "s". */
  key: string;
  meaning: string;
  act: () => void;
}

const groups = signal<Key[][]>([]);
const shown = signal(false);

/** `keys` work while the component is there. Give the same array as long as they are the same. */
export function useKeys(keys: Key[]): void {
  useEffect(() => {
    groups.value = [...groups.value, keys];
    return () => {
      groups.value = groups.value.filter((group) => group !== keys);
    };
  }, [keys]);
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function startKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    // A space or Enter belongs to the button that has the focus.
    if ((event.key === " " || event.key === "Enter") && event.target instanceof HTMLButtonElement) return;
    if (event.key === "?") shown.value = !shown.value;
    if (event.key === "Escape") shown.value = false;
    for (const group of [...groups.value].reverse()) {
      const found = group.find(({ key }) => key === event.key);
      if (!found) continue;
      event.preventDefault();
      found.act();
      return;
    }
  });
}

const kNames: Record<string, string> = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

export function KeyHelp() {
  if (!shown.value) return null;
  return (
    <dialog open class="key-help" aria-label="Keyboard shortcuts">
      <h2>Keyboard</h2>
      <dl>
        {groups.value.flat().map(({ key, meaning }) => (
          <div key={key}>
            <dt>
              <kbd>{kNames[key] ?? key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>this list</dd>
        </div>
      </dl>
      <button type="button" onClick={() => (shown.value = false)}>
        Close
      </button>
    </dialog>
  );
}
