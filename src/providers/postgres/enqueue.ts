import type { NewMessage } from "../contract.ts";
import { laneNumbers } from "./message-lane.ts";
import type { Store } from "./store.ts";

type Answer = "queued" | "unknown" | "ended";

export async function enqueue({ db, hints }: Store, messages: readonly NewMessage[]): Promise<Answer[]> {
  if (messages.length === 0) return [];
  const { enqueue: answers } = await db.call<{ enqueue: Answer[] }>(
    "enqueue",
    messages.map(({ instanceId }) => instanceId),
    messages.map(({ lane }) => laneNumbers[lane]),
    messages.map(({ body }) => body),
    messages.map(({ payload }) => payload),
  );
  hints.changed({ instances: answers.includes("queued") });
  return answers;
}
