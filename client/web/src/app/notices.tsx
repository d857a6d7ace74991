// Short messages at the page's edge, read out by screen readers.
import { signal } from "@preact/signals";
import { problemOf } from "../wire/problem";

interface Notice {
  id: number;
  kind: "info" | "error";
  text: string;
}

const kShownMs = 8_000;
const notices = signal<Notice[]>([]);
let nextId = 1;

export function notice(text: string, kind: Notice["kind"] = "info"): void {
  const id = nextId++;
  notices.value = [...notices.value.slice(-3), { id, kind, text }];
  setTimeout(() => dismiss(id), kShownMs);
}

function dismiss(id: number): void {
  notices.value = notices.value.filter((one) => one.id !== id);
}

/** Runs `action` and says what went wrong with it, if anything. */
export async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    notice(problemOf(error).text, "error");
  }
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <div key={id} class={`notice ${kind}`}>
          <span>{text}</span>
          <button type="button" class="plain" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
