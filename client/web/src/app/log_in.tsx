// Asks for a token where the server wants one; says who the page is for; logs out.
import { Code, ConnectError } from "@connectrpc/connect";
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Identity } from "../../gen/thalweg/v1/catalog_service_pb";
import { problemOf } from "../wire/problem";
import { catalog } from "../wire/rpc";
import { authorization, heldToken, holdToken, isToken, onRefused } from "../wire/session";

const asked = signal(false);
const complaint = signal("");
const caller = signal<Identity | undefined>(undefined);

/** Whether the page waits for a token: then what fails needs no other word. */
export const loggedOut = asked;

export function startLogIn(): void {
  onRefused((error) => {
    if (asked.peek()) return;
    // A token that was held is no good any more; without one there is nothing to complain of.
    complaint.value = heldToken() ? `${problemOf(error).text}.` : "";
    asked.value = true;
  });
  if (heldToken()) {
    catalog.getServerInfo({}).then(
      (info) => (caller.value = info.caller),
      () => {}, // the dialog, or the banner, says it
    );
  }
}

function leave(): void {
  holdToken("");
  location.reload();
}

async function enter(token: string): Promise<void> {
  if (!isToken(token)) {
    complaint.value = "A token is one word, such as tw_…";
    return;
  }
  try {
    await catalog.getServerInfo({}, { headers: authorization(token) });
  } catch (error) {
    // A monitor's token is known, but shows nothing here.
    const known = ConnectError.from(error).code === Code.PermissionDenied;
    complaint.value = known ? "This token may only read metrics." : `${problemOf(error).text}.`;
    return;
  }
  holdToken(token);
  location.reload(); // every view, and the worker's stream, as this caller
}

export function LogIn() {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (asked.value && !dialog.current?.open) dialog.current?.showModal();
  }, [asked.value]);
  if (!asked.value) return null;
  return (
    <dialog ref={dialog} class="log-in" aria-labelledby="log-in-title" onCancel={(event) => event.preventDefault()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter(field.current?.value.trim() ?? "");
        }}
      >
        <h2 id="log-in-title">This server asks for a token</h2>
        <label>
          Token
          <input
            ref={field}
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            aria-describedby="log-in-help"
            aria-invalid={complaint.value !== ""}
          />
        </label>
        <p id="log-in-help" class="quiet">
          Whoever runs the server gives you one. It is kept in this tab alone, until you close it or log out.
        </p>
        {complaint.value && (
          <p class="complaint" role="alert">
            {complaint.value}
          </p>
        )}
        <button type="submit" class="primary">
          Log in
        </button>
      </form>
    </dialog>
  );
}

/** Who the page is for, and the way out. */
export function WhoAmI() {
  const me = caller.value;
  if (!me) return null;
  const where = me.tenant ? `${me.tenant} · ${me.role}` : me.role;
  return (
    <span class="who">
      <span title={`Token “${me.name}”`}>{where}</span>
      <button type="button" class="plain" onClick={leave}>
        Log out
      </button>
    </span>
  );
}
