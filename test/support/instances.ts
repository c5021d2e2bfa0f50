import type { HistoryEntry, InstanceDetails } from "../../src/client/index.ts";
import type { EventKind } from "../../src/history/index.ts";
import type { World } from "./world.ts";

/** Undefined while there is no such instance. */
export const statusOf = (world: World, instanceId: string): Promise<InstanceDetails | undefined> =>
  world.client.getStatus(instanceId).catch((error: { code?: string }) => {
    if (error.code === "INSTANCE_NOT_FOUND") return undefined;
    throw error;
  });

export function untilStatus(
  world: World,
  instanceId: string,
  status: InstanceDetails["status"],
): Promise<InstanceDetails> {
  return world.until(`"${instanceId}" is ${status}`, async () => {
    const details = await statusOf(world, instanceId);
    return details?.status === status ? details : undefined;
  });
}

/** Waits until the current execution has recorded so many events of this kind. */
export function untilRecorded(world: World, instanceId: string, kind: EventKind, count = 1): Promise<boolean> {
  return world.until(`"${instanceId}" has ${count} ${kind}`, async () => {
    const history = await historyOf(world, instanceId);
    return history.filter((event) => event.kind === kind).length >= count;
  });
}

export const untilQuarantined = (world: World, instanceId: string): Promise<string> =>
  world.until(`"${instanceId}" is quarantined`, async () => (await statusOf(world, instanceId))?.quarantine);

/** Empty while there is no such instance. */
export const historyOf = (world: World, instanceId: string): Promise<readonly HistoryEntry[]> =>
  world.client.getHistory(instanceId).catch((error: { code?: string }) => {
    if (error.code === "INSTANCE_NOT_FOUND") return [];
    throw error;
  });

export const kindsOf = async (world: World, instanceId: string): Promise<EventKind[]> =>
  (await historyOf(world, instanceId)).map(({ kind }) => kind);

/** What a promise rejects with; fails if it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("It did not reject.");
}
