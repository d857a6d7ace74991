// Asks before something that cannot be taken back.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

interface Question {
  text: string;
  verb: string;
  answer: (yes: boolean) => void;
}

const question = signal<Question | undefined>(undefined);

/** Whether the user says `verb` to `text`; <Confirm> must be on the page. */
export function confirmed(text: string, verb: string): Promise<boolean> {
  return new Promise((resolve) => {
    question.value?.answer(false);
    question.value = { text, verb, answer: resolve };
  });
}

export function Confirm() {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = question.value;
  useEffect(() => {
    if (asked) dialog.current?.showModal();
  }, [asked]);
  useEffect(() => () => answer(false), []);
  if (!asked) return null;
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-text" onClose={() => answer(false)}>
      <p id="confirm-text">{asked.text}</p>
      <div class="row">
        <button type="button" class="primary" onClick={() => answer(true)}>
          {asked.verb}
        </button>
        <button type="button" onClick={() => answer(false)}>
          Keep
        </button>
      </div>
    </dialog>
  );
}

function answer(yes: boolean): void {
  const asked = question.peek();
  question.value = undefined;
  asked?.answer(yes);
}
