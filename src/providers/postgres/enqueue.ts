import type { EnqueueAnswer, EnqueuedMessage } from "../contract.ts";
import { laneNumbers } from "./message-lane.ts";
import type { Store } from "./store.ts";

export async function enqueue({ db, hints }: Store, messages: readonly EnqueuedMessage[]): Promise<EnqueueAnswer[]> {
  if (messages.length === 0) return [];
  const { enqueue: answers } = await db.call<{ enqueue: EnqueueAnswer[] }>(
    "enqueue",
    messages.map(({ instanceId }) => instanceId),
    messages.map(({ lane }) => laneNumbers[lane]),
    messages.map(({ body }) => body),
    messages.map(({ payload }) => payload),
    messages.map(({ inbound }) => inbound?.most ?? null),
    messages.map(({ inbound }) => inbound?.takesRoom ?? null),
  );
  hints.changed({ instances: answers.includes("queued") });
  return answers;
}
