import { type Command, Option } from "commander";
import type { InstanceFilter } from "../client/index.ts";
import { parseDuration } from "../values/index.ts";

export interface FilterOptions {
  readonly status?: readonly string[];
  readonly name?: string;
  readonly version?: string;
  readonly id?: string;
  readonly quarantined?: boolean;
  readonly olderThan?: string;
  readonly newerThan?: string;
}

const statuses = ["pending", "running", "completed", "failed", "cancelled", "terminated"] as const;

export function withFilterOptions(command: Command): Command {
  return command
    .addOption(new Option("--status <status...>", "in one of these states").choices(statuses))
    .option("--name <name>", "of this orchestration")
    .option("--version <version>", "pinned to this version")
    .option("--id <part>", "with this in their id")
    .option("--quarantined", "in quarantine")
    .option("--older-than <age>", "started longer ago than, such as 2h or 7d")
    .option("--newer-than <age>", "started no longer ago than");
}

export function filterFrom(options: FilterOptions, now: number): InstanceFilter {
  const { status, name, version, id, quarantined, olderThan, newerThan } = options;
  return {
    ...(status !== undefined && { status: status as NonNullable<InstanceFilter["status"]> }),
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(id !== undefined && { idContains: id }),
    ...(quarantined !== undefined && { quarantined }),
    ...(olderThan !== undefined && { createdBefore: new Date(now - parseDuration(olderThan as "1d", "--older-than")) }),
    ...(newerThan !== undefined && { createdFrom: new Date(now - parseDuration(newerThan as "1d", "--newer-than")) }),
  };
}

export const isFiltered = (filter: InstanceFilter): boolean => Object.keys(filter).length > 0;
