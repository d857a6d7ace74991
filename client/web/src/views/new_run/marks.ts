// What is to be marked in a formula: errors, and findings where there are no errors.
import type { Complaint } from "../../wire/problem";
import { sentence } from "../../parts/complaints";
import { spanAt } from "./error_place";
import type { FormulaMark } from "./formula_editor";

const kPlace = /^line (\d+), column (\d+): ([\s\S]*)$/;

/** Findings that say where: "line 1, column 3: ..." */
export function findingMarks(formula: string, findings: string[]): FormulaMark[] {
  return findings.flatMap((finding) => {
    const place = kPlace.exec(finding);
    if (!place) return [];
    const [line, column] = [Number(place[1]), Number(place[2])];
    return [{ ...spanAt(formula, line, column), kind: "finding" as const, text: finding, line }];
  });
}

/** Findings that do not. */
export const otherFindings = (findings: string[]): string[] => findings.filter((finding) => !kPlace.test(finding));

export function errorMarks(formula: string, complaints: Complaint[]): FormulaMark[] {
  return complaints.flatMap((complaint) => {
    const { line, column } = complaint;
    if (line === undefined || column === undefined) return [];
    return [{ ...spanAt(formula, line, column), kind: "error" as const, text: sentence(complaint), line }];
  });
}
