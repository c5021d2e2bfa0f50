import type { EnqueueAnswer, EnqueuedMessage, InstanceStatus } from "../contract.ts";
import { deliverMessage } from "./deliver-message.ts";
import { hasEnded } from "./instance-row.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_RECEIVER = `
  SELECT i.status, o.mailbox_room, (SELECT count(*) FROM perdure_messages m WHERE m.key = i.key AND m.inbound = 1)
    FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key WHERE i.instance_id = ?`;

export function enqueue(tx: Transaction, messages: readonly EnqueuedMessage[]): EnqueueAnswer[] {
  return messages.map((message) => (isBeyondLimit(tx, message) ? "full" : deliverMessage(tx, message).status));
}

// Nobody else can write before this transaction is over, so what is counted here still holds at its commit.
function isBeyondLimit(tx: Transaction, { instanceId, inbound }: EnqueuedMessage): boolean {
  if (inbound === undefined) return false;
  const row = tx.db.get<[InstanceStatus, number | null, number]>(SELECT_RECEIVER, instanceId);
  if (row === undefined || hasEnded(row[0])) return false;
  const [, room, queued] = row;
  return queued >= (inbound.takesRoom ? (room ?? inbound.most) : inbound.most);
}
