import type { HistoryEvent } from "../../../src/history/events.ts";
import { absolute } from "../show/time.tsx";
import { visibleLine } from "../show/visible.ts";

/** What an event says, on one line. */
export function eventText(event: HistoryEvent): string {
  const parts: string[] = [];
  if ("name" in event) parts.push(event.name);
  if ("mailbox" in event) parts.push(event.mailbox);
  if ("key" in event) parts.push(event.key);
  if ("id" in event) parts.push(event.id);
  if ("scheduledId" in event) parts.push(`of #${event.scheduledId}`);
  if ("instanceId" in event) parts.push(`→ ${event.instanceId}`);
  if ("attempts" in event) parts.push(`after ${event.attempts} ${event.attempts === 1 ? "attempt" : "attempts"}`);
  if ("failure" in event) parts.push(`${event.failure.name}: ${event.failure.message}`);
  if ("reason" in event && event.reason !== undefined) parts.push(event.reason);
  if (event.kind === "TimerCreated") parts.push(`due ${absolute(event.dueAt)}`);
  if ("payload" in event) parts.push(event.payload);
  return visibleLine(parts.join("  ").slice(0, 240));
}

/** `ActivityScheduled` as `Activity scheduled`: the words of docs/history.md, for reading. */
export const kindText = (kind: string): string =>
  kind.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Which colour an event has: that of the state that it leads to; most have none. */
export const eventTone = (event: HistoryEvent): string =>
  event.kind === "ExecutionEnded" ? event.status : (tones[event.kind] ?? "");

const tones: Partial<Readonly<Record<HistoryEvent["kind"], string>>> = {
  ActivityFailed: "failed",
  SubOrchestrationFailed: "failed",
  OrchestrationFailed: "failed",
  OperationCancelled: "cancelled",
  CancelRequested: "cancelled",
  OrchestrationCancelled: "cancelled",
  OrchestrationCompleted: "completed",
};
