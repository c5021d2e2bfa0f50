import { InvalidArgumentError } from "../../errors/index.ts";
import type { Created, NewInstance } from "../contract.ts";
import { answersOf, type CreatedRow, encodeStarts } from "./create-instances.ts";
import { datedNews } from "./news-channel.ts";
import { codeOf, isConnectionLost } from "./postgres-errors.ts";
import type { PostgresTransaction } from "./postgres-transaction.ts";
import { sqlLiteral } from "./sql-literal.ts";
import type { Store } from "./store.ts";

/**
 * Inserts the starts in a transaction of the user's. All of it is one message, which is refused as a whole where no
 * transaction is open. It is on its way when this returns, so a COMMIT that does not wait for the answer comes after
 * it.
 */
export async function createInstancesIn(
  { db, channel }: Store,
  transaction: unknown,
  starts: readonly NewInstance[],
): Promise<Created> {
  if (!isTransaction(transaction)) {
    throw new InvalidArgumentError(
      "transaction must be a client of pg with an open transaction, or what a body was given.",
    );
  }
  const call = encodeStarts(starts).map(sqlLiteral).join(", ");
  // Carried by the user's own commit: nobody else knows when that is, and no turn waits for it.
  const news =
    channel !== null
      ? `; SELECT pg_notify(${sqlLiteral(channel.name)}, ${sqlLiteral(datedNews)} || ${db.schema}.store_now())`
      : "";
  try {
    const results = (await transaction.query(
      `SAVEPOINT perdure_start; SELECT array_to_json(runs)::text AS runs FROM ${db.schema}.create_instances(${call}); RELEASE SAVEPOINT perdure_start${news}`,
    )) as unknown as readonly { readonly rows: readonly { readonly runs: string }[] }[];
    // As JSON, because the process may have changed what \`pg\` makes of arrays.
    return answersOf(starts, { runs: JSON.parse(results[1]?.rows[0]?.runs ?? "[]") as CreatedRow["runs"] });
  } catch (error) {
    if (!isConnectionLost(error) && codeOf(error) !== noTransaction) await restore(transaction);
    throw explained(error, db.schema);
  }
}

const noTransaction = "25P01";
const abortedTransaction = "25P02";
const notHere = new Set(["3F000", "42883", "42P01", "42501"]);

const isTransaction = (given: unknown): given is PostgresTransaction =>
  typeof (given as Partial<PostgresTransaction> | null | undefined)?.query === "function";

/** What the user has done so far stays as it is. */
async function restore(transaction: PostgresTransaction): Promise<void> {
  await transaction
    .query("ROLLBACK TO SAVEPOINT perdure_start; RELEASE SAVEPOINT perdure_start")
    .catch(() => undefined);
}

function explained(error: unknown, schema: string): unknown {
  const code = codeOf(error);
  const cause = { cause: error };
  if (code === noTransaction) {
    return new InvalidArgumentError(
      "transaction has no open transaction. Send BEGIN on the client first; a pool is not enough, because each of its " +
        "statements may go to another connection.",
      cause,
    );
  }
  if (code === abortedTransaction) {
    return new InvalidArgumentError("transaction has failed already: only ROLLBACK is left.", cause);
  }
  if (code !== undefined && notHere.has(code)) {
    return new InvalidArgumentError(
      `transaction is on a connection that cannot use the schema ${schema}. It must be to the database of the store.`,
      cause,
    );
  }
  return error;
}
