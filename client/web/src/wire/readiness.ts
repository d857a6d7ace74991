// Why the server takes no new work, as its readiness probe says: "storage full", "draining".
import { signal } from "@preact/signals";

const kAskEveryMs = 10_000;

/** Empty while the server is ready, and while it cannot be asked. */
export const whyNotReady = signal("");

async function ask(): Promise<void> {
  if (document.hidden) return;
  try {
    const answer = await fetch("/readyz", { cache: "no-store" });
    whyNotReady.value = answer.status === 503 ? (await answer.text()).trim() : "";
  } catch {
    whyNotReady.value = "";
  }
}

export function keepAskingReadiness(): void {
  void ask();
  setInterval(() => void ask(), kAskEveryMs);
}
