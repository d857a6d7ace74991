// A trace file dropped anywhere on the page is opened there, without a server.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { readTraceFile } from "../trace/trace_file";
import type { RunModel } from "../trace/run_model";
import { notice } from "./notices";
import { go } from "./router";

/** The file that was dropped last. */
export const opened = signal<{ name: string; model: RunModel } | undefined>(undefined);

export async function openFile(file: File): Promise<void> {
  try {
    opened.value = { name: file.name, model: await readTraceFile(file) };
    go("file");
  } catch (error) {
    notice(`${file.name}: ${(error as Error).message}`, "error");
  }
}

const over = signal(false);

/** What is done with a dropped file: a view may want it for itself. */
let take: (file: File) => void = (file) => void openFile(file);

/** Hands dropped files to `taker` until what is returned is called. */
export function takeFiles(taker: (file: File) => void): () => void {
  const before = take;
  take = taker;
  return () => {
    take = before;
  };
}

export function DropTarget({ children }: { children: ComponentChildren }) {
  return (
    <div
      class={`drop-target${over.value ? " over" : ""}`}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        const file = event.dataTransfer?.files[0];
        over.value = false;
        if (!file) return;
        event.preventDefault();
        take(file);
      }}
    >
      {children}
    </div>
  );
}
