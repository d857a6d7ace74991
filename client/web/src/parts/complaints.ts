// Which complaints of the server belong to which control of a form.
import type { Complaint, Problem } from "../wire/problem";

/** Some errors spell nested parts "settings[a].part.settings[b]", some "settings[a].settings[b]". */
const spelt = (field: string): string => field.replace(/\.part(?=\.|$)/g, "").replace(/\.parts\[/g, "[");

/** Whether the place `field` is `at` or below it. */
export function isWithin(field: string, at: string): boolean {
  const [place, whole] = [spelt(field), spelt(at)];
  return place === whole || place.startsWith(`${whole}.`) || place.startsWith(`${whole}[`);
}

/** Complaints about `field` and what is below it, but for the places in `elsewhere`. */
export function complaintsFor(problem: Problem | undefined, field: string, elsewhere: string[] = []): Complaint[] {
  return (problem?.complaints ?? []).filter(
    (complaint) => isWithin(complaint.field, field) && !elsewhere.some((other) => isWithin(complaint.field, other)),
  );
}

/** What a complaint says, without the piece of the formula that a terminal is shown. */
export const sentence = ({ text }: Complaint): string => text.split("\n", 1)[0] ?? "";
