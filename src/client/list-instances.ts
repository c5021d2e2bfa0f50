import { InvalidArgumentError } from "../errors/index.ts";
import type { CountInstances, InstanceStatus } from "../providers/contract.ts";
import {
  checkBoolean,
  checkName,
  checkObject,
  describeArgument,
  parseInstant,
  parseVersion,
  wholeNumber,
} from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { type InstanceSummary, summaryOf } from "./instance-summary.ts";

/** Instances for which all that is given holds. */
export interface InstanceFilter {
  /** One status, or several of which any will do. */
  readonly status?: InstanceStatus | readonly InstanceStatus[];
  /** Of the orchestration. */
  readonly name?: string;
  /** Only those that are quarantined, or only those that are not. */
  readonly quarantined?: boolean;
  /** The version that it is pinned to. */
  readonly version?: string;
  /** A part of the instance id, letter for letter. */
  readonly idContains?: string;
  /** Created then or later. */
  readonly createdFrom?: Date;
  /** Created earlier. */
  readonly createdBefore?: Date;
}

/** What to list, and how much of it. */
export interface ListOptions extends InstanceFilter {
  /** At most this many, up to 1000. Default 100. */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
}

/** A page of instances. */
export interface InstanceList {
  /** Newest first. */
  readonly instances: readonly InstanceSummary[];
  /** For the next page; absent when this is the last one. */
  readonly cursor?: string;
}

export async function listInstances({ provider }: ClientContext, options: ListOptions = {}): Promise<InstanceList> {
  const filter = instanceFilter(options);
  const { limit = 100, cursor } = options;
  wholeNumber(limit, "limit", maxLimit);
  if (cursor !== undefined && typeof cursor !== "string") {
    throw new InvalidArgumentError("cursor must be the cursor of the page before. Leave it out for the first page.");
  }
  const page = await provider.listInstances({ ...filter, limit, cursor: cursor ?? null });
  return { instances: page.instances.map(summaryOf), ...(page.cursor !== null && { cursor: page.cursor }) };
}

export function instanceFilter(options: InstanceFilter): CountInstances {
  checkObject(options, "options");
  const { name, quarantined, version, idContains, createdFrom, createdBefore } = options;
  const statuses = checkStatuses(options.status);
  if (name !== undefined) checkName(name, "name");
  if (quarantined !== undefined) checkBoolean(quarantined, "quarantined");
  if (version !== undefined) parseVersion(version);
  if (idContains !== undefined && (typeof idContains !== "string" || /\p{Cc}/u.test(idContains))) {
    throw new InvalidArgumentError(
      `idContains must be a text without control characters, not ${describeArgument(idContains)}.`,
    );
  }
  return {
    statuses,
    name: name ?? null,
    quarantined: quarantined ?? null,
    ...(version !== undefined && { version }),
    ...(idContains !== undefined && { idContains }),
    ...(createdFrom !== undefined && { createdFrom: parseInstant(createdFrom, "createdFrom") }),
    ...(createdBefore !== undefined && { createdBefore: parseInstant(createdBefore, "createdBefore") }),
  };
}

export function checkStatuses(status: ListOptions["status"]): readonly InstanceStatus[] | null {
  if (status === undefined) return null;
  const statuses = Array.isArray(status) ? (status as readonly InstanceStatus[]) : [status as InstanceStatus];
  const index = statuses.findIndex((one) => typeof one !== "string" || !Object.hasOwn(statusesThereAre, one));
  if (index === -1) return statuses;
  const known = Object.keys(statusesThereAre).join(", ");
  throw new InvalidArgumentError(
    `status ${describeArgument(statuses[index])} is not that of any instance. Give one of ${known}.`,
  );
}

const maxLimit = 1_000;

const statusesThereAre: Readonly<Record<InstanceStatus, true>> = {
  pending: true,
  running: true,
  completed: true,
  failed: true,
  cancelled: true,
  terminated: true,
};
