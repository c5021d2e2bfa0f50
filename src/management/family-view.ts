import { InstanceNotFoundError } from "../errors/index.ts";
import type { InstanceRecord, Provider } from "../providers/contract.ts";
import { checkInstanceId } from "../values/index.ts";
import { type InstanceView, instanceView } from "./instance-view.ts";

/** An instance with its children, theirs, and so on. */
export interface FamilyView extends InstanceView {
  /** Oldest first. */
  readonly children: readonly FamilyView[];
}

/** The whole family of an instance, whichever of its members was asked for. */
export interface FamilyTree {
  /** The topmost ancestor that is still in the store. */
  readonly root: FamilyView;
  /** There are more members than were read. */
  readonly isTruncated: boolean;
}

const membersShown = 500;

/** The whole family of an instance, whichever member it is. */
export async function familyTree(provider: Provider, instanceId: string): Promise<FamilyTree> {
  checkInstanceId(instanceId, "instanceId");
  const record = await provider.readInstance(instanceId);
  if (record === null) throw new InstanceNotFoundError(instanceId);
  const budget = { left: membersShown, isTruncated: false };
  const root = await familyOf(provider, await rootOf(provider, record), budget);
  return { root, isTruncated: budget.isTruncated };
}

async function rootOf(provider: Provider, record: InstanceRecord): Promise<InstanceRecord> {
  let root = record;
  for (const seen = new Set<string>(); root.parent !== null && !seen.has(root.instanceId);) {
    seen.add(root.instanceId);
    const parent = await provider.readInstance(root.parent.instanceId);
    if (parent === null || parent.runId !== root.parent.runId) break;
    root = parent;
  }
  return root;
}

async function familyOf(
  provider: Provider,
  record: InstanceRecord,
  budget: { left: number; isTruncated: boolean },
): Promise<FamilyView> {
  budget.left -= 1;
  const children: FamilyView[] = [];
  for (const child of await provider.listChildren(record.instanceId, record.runId)) {
    if (budget.left > 0) children.push(await familyOf(provider, child, budget));
    else budget.isTruncated = true;
  }
  return { ...instanceView(record), children };
}
