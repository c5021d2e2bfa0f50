import type { Context } from "hono";
import { PerdureError } from "../errors/index.ts";

/** The body of every answer that is not a success. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/** An error of the protocol, rather than of Perdure. */
export class ApiError extends Error {
  readonly status: Status;
  readonly code: string;

  constructor(status: Status, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Status = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 421 | 429 | 500 | 503;

/** Never says more than it must: what nobody expected is for the log. */
export function errorResponse(context: Context, error: unknown): Response {
  const { status, code, message } = problemOf(error);
  const body: ErrorBody = { error: { code, message } };
  return context.json(body, status);
}

export const isUnexpected = (error: unknown): boolean => problemOf(error).status >= 500;

function problemOf(error: unknown): { readonly status: Status; readonly code: string; readonly message: string } {
  if (error instanceof ApiError) return error;
  if (!(error instanceof PerdureError)) {
    return { status: 500, code: "INTERNAL", message: "Something went wrong. The log of the server says what." };
  }
  const { code, message } = error;
  const status = statuses.get(code) ?? (error.category === "infrastructure" ? 503 : 400);
  if (status !== 503) return { status, code, message };
  return { status, code, message: "The store did not answer, or not as it should. The log of the server says why." };
}

const statuses: ReadonlyMap<string, Status> = new Map<string, Status>([
  ["INSTANCE_NOT_FOUND", 404],
  ["INSTANCE_EXISTS", 409],
  ["INSTANCE_ENDED", 409],
  ["INSTANCE_RUNNING", 409],
  ["LIMIT_EXCEEDED", 413],
  ["MAILBOX_FULL", 429],
  // The history is damaged, and whoever looks should be told.
  ["CORRUPT_HISTORY", 409],
  ["CORRUPT_PAYLOAD", 409],
  // A newer release wrote it.
  ["SCHEMA_VERSION", 409],
]);
