// What kind of function a formula is, in words.
import { type CompileObjectiveResponse, Degree } from "../../../gen/thalweg/v1/objective_service_pb";
import { count } from "../../app/format";

const kDegrees: Record<Degree, string> = {
  [Degree.UNSPECIFIED]: "",
  [Degree.CONSTANT]: "Constant: there is nothing to descend.",
  [Degree.LINEAR]: "Linear: its gradient is the same everywhere.",
  [Degree.QUADRATIC]: "Quadratic: its curvature is the same everywhere.",
};

const plural = (many: number | bigint, one: string): string => `${count(many)} ${one}${Number(many) === 1 ? "" : "s"}`;

/** Sentences about the function, the most telling first. */
export function structureWords({ structure }: CompileObjectiveResponse): string[] {
  if (!structure) return [];
  const { degree, kinks, groupCount, residuals } = structure;
  return [
    kDegrees[degree],
    residuals > 0n ? `A sum of ${plural(residuals, "square")}: least-squares methods know how to use that.` : "",
    kinks.length > 0 ? `It may have a kink or a jump at ${kinks.join(", ")}.` : "Smooth, as far as its formula shows.",
    groupCount > 1n ? `A sum of ${count(groupCount)} functions that share no unknown.` : "",
  ].filter(Boolean);
}

/** "2 unknowns; 5 operations a value, 12 with the gradient". */
export const costWords = ({ size, operations, gradientOperations }: CompileObjectiveResponse): string =>
  `${plural(size, "unknown")}; ${plural(operations, "operation")} a value, ${count(gradientOperations)} with its gradient`;
