import { InvalidArgumentError, StorageError } from "../../errors/index.ts";
import type { CompleteWork, NewMessage, WorkCompletion, WorkFence } from "../contract.ts";
import { laneNumbers } from "./message-lane.ts";
import type { PostgresClient } from "./pool.ts";
import { codeOf, isConnectionLost, isConflict } from "./postgres-errors.ts";
import { openTransaction, type PostgresTransaction } from "./postgres-transaction.ts";
import { sqlLiteral } from "./sql-literal.ts";
import type { Store } from "./store.ts";

/** A body that lost against another transaction is run again so often before that is its own failure. */
const maxTries = 5;

/**
 * A machine that is gone without a word leaves the transaction open, and whoever runs the body again waits for what it
 * has locked. So the server asks, and ends it after a quarter of a minute instead of hours.
 */
const noticeDeath = "SET LOCAL tcp_keepalives_idle = 5; SET LOCAL tcp_keepalives_interval = 1";

export async function completeWork(store: Store, request: CompleteWork): Promise<WorkCompletion> {
  for (let tries = 1; ; tries += 1) {
    const end = await store.bodies.run(() => attempt(store, request));
    store.carriers.isEmpty(request.fence.instance);
    if (end.status === "committed") store.hints.changed({ instances: true });
    if (end.status !== "failed" || !isConflict(end.error) || tries === maxTries) return end;
  }
}

async function attempt(store: Store, request: CompleteWork): Promise<WorkCompletion> {
  if (request.signal.aborted) return { status: "fenced" };
  const given = new GivenUp(request.signal);
  try {
    return await store.db.withClient((client) => given.or(client, attemptOn(store, client, request)));
  } catch (error) {
    if (request.signal.aborted) return { status: "fenced" };
    throw error;
  } finally {
    given.stop();
  }
}

async function attemptOn(store: Store, client: PostgresClient, request: CompleteWork): Promise<WorkCompletion> {
  const send = (text: string) => store.db.sendOn(client, text);
  try {
    // Marks this transaction, and is forgotten with it. It is no query: the body may still choose an isolation level.
    const mark = sqlLiteral(markOf(request.fence));
    await send(`${setDown(store, request)}BEGIN; ${noticeDeath}; SET LOCAL perdure.delivery = ${mark}`);
  } catch (error) {
    // Whoever gets the connection next must not find a transaction there that failed.
    if (!isConnectionLost(error)) await send("ROLLBACK");
    throw error;
  }
  const { tx, close } = openTransaction(client);
  let message: NewMessage;
  try {
    message = await run(request, tx);
  } catch (error) {
    await send("ROLLBACK");
    return { status: "failed", error };
  } finally {
    close();
  }
  try {
    // One message: what follows a statement that fails is not carried out, so a delivery that no longer holds commits
    // nothing, and between the judgement and the commit there is no time in which a lease could end.
    await send(`${endOf(store, request, message)}; COMMIT`);
    return { status: "committed" };
  } catch (error) {
    if (isConnectionLost(error)) throw error;
    await send("ROLLBACK");
    return codeOf(error) === deliveryLost ? { status: "fenced" } : { status: "failed", error: explained(error) };
  }
}

/** What the body gives, from a place of its own: it may throw at once, too. */
const run = async ({ run: body }: CompleteWork, tx: PostgresTransaction): Promise<NewMessage> => await body(tx);

function endOf({ db }: Store, { nodeId, fence }: CompleteWork, message: NewMessage): string {
  const { instanceId, lane, body, payload } = message;
  const values = [nodeId, fence.id, fence.delivery, instanceId, laneNumbers[lane], body, payload].map(sqlLiteral);
  return `SELECT ${db.schema}.complete_work(${values.join(", ")})`;
}

/**
 * A row that carries an item may change while the body runs, which a transaction that sees one moment only could not
 * touch any more. Whether this is kept through a crash does not matter, so nothing waits for the disk.
 */
function setDown({ db }: Store, { nodeId, fence }: CompleteWork): string {
  if (fence.instance === undefined) return "";
  const values = [nodeId, fence.id, fence.delivery, Number(fence.instance)].map(sqlLiteral);
  return `BEGIN; SET LOCAL synchronous_commit = off; SELECT ${db.schema}.set_down_item(${values.join(", ")}); COMMIT; `;
}

const markOf = ({ id, delivery }: WorkFence): string => `${id} ${delivery}`;

// As `complete_work` raises them.
const deliveryLost = "PD002";
const otherTransaction = "PD003";
const abortedTransaction = "25P02";

function explained(error: unknown): unknown {
  const code = codeOf(error);
  const cause = { cause: error };
  if (code === otherTransaction) {
    return new InvalidArgumentError(
      "The body of a transaction sent COMMIT or ROLLBACK itself. Leave that out: it is committed when the body returns, " +
        "together with its completion, and undone if it throws.",
      cause,
    );
  }
  if (code === abortedTransaction) {
    return new InvalidArgumentError(
      "A statement of the transaction failed and its body went on. Let the error through, or send SAVEPOINT before " +
        "what may fail and ROLLBACK TO SAVEPOINT after it.",
      cause,
    );
  }
  return error;
}

/** Nobody waits any more for a body whose time is up, or whose connection is lost. */
class GivenUp {
  readonly #signal: AbortSignal;
  readonly #reason = Promise.withResolvers<never>();
  readonly #onAbort = () => this.#reason.reject(new StorageError("The transaction was given up."));

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#reason.promise.catch(() => undefined);
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  async or<T>(client: PostgresClient, work: Promise<T>): Promise<T> {
    const onLost = (cause: Error) => {
      this.#reason.reject(new StorageError("The connection of a transaction was lost.", { cause }));
    };
    client.on("error", onLost);
    // What it still comes to after that is of no interest.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, this.#reason.promise]);
    } finally {
      client.off("error", onLost);
    }
  }

  stop(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
