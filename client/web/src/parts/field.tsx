// A control with its label, its help and what is wrong with it, tied together for screen readers.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** What a control must carry. */
export interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

interface FieldProps {
  label: string;
  help?: ComponentChildren;
  complaints?: string[];
  /** The place in the request, so that a summary can lead to it. */
  field?: string;
  class?: string;
  children: (control: ControlProps) => ComponentChildren;
}

export function Field({ label, help, complaints = [], field, class: kind = "", children }: FieldProps) {
  const id = useId();
  const described = [help ? `${id}-help` : "", complaints.length > 0 ? `${id}-wrong` : ""].filter(Boolean).join(" ");
  const control = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": complaints.length > 0 || undefined,
  };
  return (
    <div class={`field ${kind}`} data-field={field}>
      <label for={id}>{label}</label>
      {children(control)}
      {help && (
        <span class="help" id={`${id}-help`}>
          {help}
        </span>
      )}
      <Wrong id={`${id}-wrong`} texts={complaints} />
    </div>
  );
}

/** What is wrong, where there is anything. */
export function Wrong({ id, texts }: { id?: string; texts: string[] }) {
  if (texts.length === 0) return null;
  return (
    <p class="complaint" id={id}>
      {texts.map((text) => (
        <span key={text}>{text}</span>
      ))}
    </p>
  );
}
