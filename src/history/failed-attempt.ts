import { type Failure, isFailure } from "../errors/index.ts";

/** An attempt of an activity that did not work. */
export interface FailedAttempt {
  /** From 1. Numbers that are missing were lost with their node, or are not kept any more. */
  readonly attempt: number;
  /** When it ended, by the store's clock. */
  readonly at: number;
  /** The node that made it. */
  readonly node?: string;
  readonly failure: Failure;
}

/** What stands with a queued work item: how its last attempt failed, and in brief how those before it did. */
interface AttemptNote extends Failure, Omit<FailedAttempt, "failure"> {
  readonly earlier?: readonly FailedAttempt[];
}

/** So many attempts before the last one are kept. */
const maxEarlier = 4;

/** The note for the attempt after this one, given the note that this one had. */
export function noteAfter(note: string | null, { failure, ...attempt }: FailedAttempt): string {
  const earlier = attemptsIn(note).slice(-maxEarlier).map(inBrief);
  const next: AttemptNote = { ...failure, ...attempt, ...(earlier.length > 0 && { earlier }) };
  return JSON.stringify(next);
}

/** Oldest first; none if there is no note, or one that says nothing of attempts. */
export function attemptsIn(note: string | null): readonly FailedAttempt[] {
  const json = note === null ? null : parsed(note);
  if (!isFailure(json)) return [];
  const { earlier = [], attempt, at, node, ...failure } = json as AttemptNote;
  const all = [
    ...(Array.isArray(earlier) ? earlier : []),
    { attempt, at, ...(node !== undefined && { node }), failure },
  ];
  return all.every(isFailedAttempt) ? all : [];
}

/** What the completion of an activity says of the attempts before: nothing, for nearly all of them. */
export function earlierAttempts(note: string | null): { readonly earlier?: readonly FailedAttempt[] } {
  if (note === null) return {};
  const earlier = attemptsIn(note).slice(-maxEarlier).map(inBrief);
  return earlier.length === 0 ? {} : { earlier };
}

export function isFailedAttempt(value: unknown): value is FailedAttempt {
  if (typeof value !== "object" || value === null) return false;
  const { attempt, at, node, failure } = value as Partial<FailedAttempt>;
  const isNumbered = Number.isSafeInteger(attempt) && (attempt as number) >= 1 && Number.isFinite(at);
  return isNumbered && (node === undefined || typeof node === "string") && isFailure(failure);
}

const inBrief = ({ failure, ...attempt }: FailedAttempt): FailedAttempt => ({ ...attempt, failure: brief(failure) });

// A history is for ever, and whoever compares attempts looks for what differs: a few lines of each say that.
function brief({ name, message, code, category, stack, details, cause }: Failure): Failure {
  return {
    name: clip(name, 100),
    message: clip(message, 600),
    ...(code !== undefined && { code: clip(code, 100) }),
    ...(category !== undefined && { category }),
    ...(stack !== undefined && { stack: clip(stack, 600) }),
    ...(details !== undefined && JSON.stringify(details).length <= 400 && { details }),
    ...(cause !== undefined && { cause: { name: clip(cause.name, 100), message: clip(cause.message, 300) } }),
  };
}

const clip = (text: string, max: number) => (text.length <= max ? text : `${text.slice(0, max - 1)}…`);

function parsed(note: string): unknown {
  try {
    return JSON.parse(note);
  } catch {
    return null;
  }
}
