import { InstanceExistsError, InvalidArgumentError, StorageError } from "../errors/index.ts";
import type { Created, NewInstance } from "../providers/contract.ts";
import type { Moment } from "./change-watch.ts";
import type { ClientContext } from "./client-context.ts";
import { createHandle, type InstanceHandle } from "./instance-handle.ts";

type OnConflict = "use" | "fail";

/** Stores starts in one commit, and gives a handle for each, in order. An id in use is warned about, or an error. */
export async function createInstances(
  client: ClientContext,
  starts: readonly NewInstance[],
  onConflict: OnConflict,
): Promise<InstanceHandle<unknown>[]> {
  const sent = client.changes.moment();
  const answers = await client.provider.createInstances(starts);
  return starts.map((start, index) => handleOf(client, start, answers[index], onConflict, sent));
}

interface StartInTransaction {
  readonly start: NewInstance;
  readonly onConflict: OnConflict;
  readonly transaction: unknown;
}

/** Stores a start in a transaction of the user's: at once if the store is synchronous, and then it throws as well. */
export function createInTransaction(
  client: ClientContext,
  { start, onConflict, transaction }: StartInTransaction,
): Promise<InstanceHandle<unknown>> {
  const { kind, transactions } = client.provider;
  if (transactions === undefined) {
    throw new InvalidArgumentError(`The store (${kind}) cannot share a transaction. Start without \`transaction\`.`);
  }
  // A start that was meant to share one must not quietly go its own way.
  if (transaction === undefined || transaction === null) {
    throw new InvalidArgumentError(`transaction is ${String(transaction)}. Leave it out to start without one.`);
  }
  const answers = transactions.createInstances(transaction, [start]);
  if (!isPromise(answers)) return Promise.resolve(handleOf(client, start, answers[0], onConflict));
  return answers.then(([answer]) => handleOf(client, start, answer, onConflict));
}

const isPromise = (answers: Created | Promise<Created>): answers is Promise<Created> => "then" in answers;

function handleOf(
  client: ClientContext,
  { instanceId, name }: NewInstance,
  answer: Created[number] | undefined,
  onConflict: OnConflict,
  sent?: Moment,
): InstanceHandle<unknown> {
  if (answer === undefined) throw new StorageError("The store did not say what became of a start.");
  const { created, runId } = answer;
  if (!created && onConflict === "fail") throw new InstanceExistsError(instanceId);
  if (!created) {
    client.logger.warn({ instanceId, orchestration: name }, "instance exists already; this start changes nothing");
  }
  return createHandle(client, instanceId, runId, created ? sent : undefined);
}
