import type { SQLInputValue } from "node:sqlite";
import type { WorkResult } from "../contract.ts";
import type { BatchContext } from "./commit.ts";
import { deliverMessage } from "./deliver-message.ts";
import { changeOwn } from "./own-work.ts";

const COMPLETE = "DELETE FROM perdure_work_items WHERE id = ? AND owner = ? AND delivery = ?";

const RETRY = `
  UPDATE perdure_work_items SET owner = NULL, failures = failures + 1, visible_at = ?, note = ?
   WHERE id = ? AND owner = ? AND delivery = ?`;

const ABANDON = "UPDATE perdure_work_items SET owner = NULL WHERE id = ? AND owner = ? AND delivery = ?";

/** Applies how one delivery of a work item ended, if it is still this node's. */
export function commitResult(
  { tx, nodeId, receivers }: Pick<BatchContext, "tx" | "nodeId" | "receivers">,
  result: WorkResult,
): { readonly status: "committed" | "fenced" } {
  const fence = [result.id, nodeId, result.delivery] as const;
  const changed = (sql: string, ...values: SQLInputValue[]) =>
    changeOwn(tx, nodeId, result, () => tx.db.run(sql, ...values, ...fence));
  switch (result.kind) {
    case "complete": {
      if (!changed(COMPLETE)) return { status: "fenced" };
      const { key } = deliverMessage(tx, result.message);
      if (key !== null) receivers.add(key);
      return { status: "committed" };
    }
    case "retry": {
      if (!changed(RETRY, Math.ceil(tx.now + result.delayMs), result.note)) return { status: "fenced" };
      tx.wake.workQueued();
      return { status: "committed" };
    }
    case "abandon": {
      if (!changed(ABANDON)) return { status: "fenced" };
      tx.wake.workQueued();
      return { status: "committed" };
    }
  }
}
