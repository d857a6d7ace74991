// What went wrong with a call, in words, and where: from a gRPC status and its details.
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb";

/** Something wrong at one place of a request. */
export interface Complaint {
  /** Path of the field: "run.objective.expression". */
  field: string;
  text: string;
  /** In a formula, both from 1. */
  line?: number;
  column?: number;
}

export interface Problem {
  code: Code;
  /** Stable name: "INVALID_EXPRESSION"; empty where the server gave none. */
  reason: string;
  text: string;
  complaints: Complaint[];
  /** Trying again later may do. */
  passing: boolean;
}

const kPlace = /line (\d+), column (\d+)/;

export function problemOf(error: unknown): Problem {
  const failure = ConnectError.from(error);
  const complaints = failure.findDetails(BadRequestSchema).flatMap((detail) =>
    detail.fieldViolations.map((violation): Complaint => {
      const place = kPlace.exec(violation.description);
      return {
        field: violation.field,
        text: violation.description,
        ...(place ? { line: Number(place[1]), column: Number(place[2]) } : {}),
      };
    }),
  );
  const offline = failure.code === Code.Unknown && failure.cause instanceof TypeError; // fetch's own failure
  return {
    code: offline ? Code.Unavailable : failure.code,
    reason: failure.findDetails(ErrorInfoSchema)[0]?.reason ?? "",
    text: offline ? "The server cannot be reached." : failure.rawMessage || failure.message,
    complaints,
    passing: offline || failure.code === Code.Unavailable || failure.code === Code.DeadlineExceeded,
  };
}
