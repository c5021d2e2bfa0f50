import { InvalidArgumentError } from "../errors/index.ts";
import { checkInstanceId, checkName, parseVersion } from "../values/index.ts";

/*
 * A file comes from anywhere: what is in it is looked at field by field before anything of it reaches a store. Whether
 * the events are such is for whoever decodes them.
 */

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

/** Throws `InvalidArgumentError`, naming the field. */
export function checkExportedInstance(value: unknown): void {
  const field =
    wrongField(value, instance) ?? wrongField((value as Named).record, record) ?? disagreement(value as Named);
  if (field === null) return;
  const id = (value as Partial<Named> | null)?.instanceId;
  const what = isInstanceId(id) ? `instance "${String(id)}"` : "an instance";
  throw new InvalidArgumentError(`This export is damaged: ${field} of ${what} is missing or wrong.`);
}

interface Named {
  readonly instanceId: string;
  readonly record: { readonly instanceId: string; readonly runId: string };
  readonly executions: readonly { readonly executionId: number }[];
  readonly work: readonly { readonly id: string; readonly executionId: number }[];
  readonly timers: readonly { readonly eventId: number; readonly executionId: number }[];
  readonly state: readonly { readonly key: string }[];
}

// What names something twice, or something of another's, would be refused by the store, or reach what is not its own.
function disagreement({
  instanceId,
  record: { runId, ...own },
  executions,
  work,
  timers,
  state,
}: Named): string | null {
  const isOwn = work.every(({ id, executionId }) => id.startsWith(`${runId}.${executionId}.`));
  if (own.instanceId !== instanceId) return "instanceId";
  if (!isOwn || !areUnique(work.map(({ id }) => id))) return "work";
  if (!areUnique(executions.map(({ executionId }) => executionId))) return "executions";
  if (!areUnique(timers.map(({ executionId, eventId }) => `${executionId}.${eventId}`))) return "timers";
  return areUnique(state.map(({ key }) => key)) ? null : "state";
}

const areUnique = (values: readonly unknown[]) => new Set(values).size === values.length;

function wrongField(value: unknown, shape: Shape): string | null {
  if (typeof value !== "object" || value === null) return "all";
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.keys(shape).find((field) => shape[field]?.(fields[field]) !== true) ?? null;
}

// No store keeps half a surrogate pair, and PostgreSQL no NUL.
const text: Check = (value) => typeof value === "string" && value.isWellFormed() && !value.includes("\0");
const id: Check = (value) => text(value) && value !== "" && (value as string).length <= 1_000;
const amount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const count: Check = (value) => amount(value) && value !== 0;
const time: Check = (value) => Number.isSafeInteger(value);
const nullable =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const absentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);
const listOf =
  (shape: Shape): Check =>
  (value) =>
    Array.isArray(value) && value.every((one) => wrongField(one, shape) === null);
const passes =
  (check: (value: unknown) => unknown): Check =>
  (value) => {
    try {
      check(value);
      return true;
    } catch {
      return false;
    }
  };

const isInstanceId = passes((value) => checkInstanceId(value, "instanceId"));
const name = passes((value) => checkName(value, "name"));
// A star: it was ended before any node could tell which version runs it.
const version: Check = (value) => value === "*" || passes(() => parseVersion(value as string))(value);

const parent: Shape = { instanceId: isInstanceId, runId: id, executionId: count, eventId: count };

const record: Shape = {
  instanceId: isInstanceId,
  runId: id,
  name,
  version: nullable(version),
  status: oneOf("pending", "running", "completed", "failed", "cancelled", "terminated"),
  executionId: count,
  parent: nullable((value) => wrongField(value, parent) === null),
  createdAt: time,
  updatedAt: time,
  customStatus: nullable(text),
  quarantine: nullable(text),
};

const work: Shape = {
  id,
  queue: id,
  name,
  body: text,
  payload: nullable(text),
  startBy: nullable(time),
  session: absentOr(id),
  executionId: count,
  delivery: amount,
  failures: amount,
  lost: amount,
  visibleAt: time,
  scheduledAt: time,
  heartbeat: nullable(text),
  note: nullable(text),
};

const instance: Shape = {
  instanceId: isInstanceId,
  record: (value) => typeof value === "object" && value !== null,
  handler: id,
  claims: amount,
  availableAt: time,
  executions: listOf({ executionId: count, events: Array.isArray }),
  messages: listOf({ lane: oneOf("ending", "start", "normal"), body: text, payload: nullable(text) }),
  work: listOf(work),
  timers: listOf({ eventId: count, partition: amount, dueAt: time, body: text, executionId: count }),
  state: listOf({ key: id, payload: text }),
};
