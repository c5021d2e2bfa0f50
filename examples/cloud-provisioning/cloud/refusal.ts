export type RefusalCode =
  | "InvalidRequest"
  | "NotFound"
  | "ImageNotFound"
  | "QuotaExceeded"
  | "DependencyMissing"
  | "AlreadyExists"
  | "KeyReused"
  | "Gone"
  | "StillInUse"
  | "StillCreating"
  | "TooManyRequests"
  | "Unavailable";

/** The cloud says no; sent to the client as an HTTP status and `{ code, message }`. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: RefusalCode;

  constructor(status: number, code: RefusalCode, message: string) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
  }
}
