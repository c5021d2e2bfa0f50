import type { NewMessage } from "../contract.ts";
import { deliverMessage } from "./deliver-message.ts";
import type { Transaction } from "./transaction.ts";

export function enqueue(tx: Transaction, messages: readonly NewMessage[]): ("queued" | "unknown" | "ended")[] {
  return messages.map((message) => deliverMessage(tx, message).status);
}
