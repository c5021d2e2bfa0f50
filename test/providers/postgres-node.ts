import { TestNode } from "../../src/providers/conformance/scene.ts";
import type { PostgresProvider } from "../../src/providers/postgres/index.ts";

const options = { leaseMs: 600_000, handlers: ["order@1"], activities: ["charge"] };

/** A node whose lease no test outlasts. */
export async function openNode(provider: PostgresProvider): Promise<TestNode> {
  const node = new TestNode(provider, options);
  await node.openLease();
  return node;
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
