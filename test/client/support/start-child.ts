import type { Client } from "../../../src/client/index.ts";
import { encodeMessage } from "../../../src/history/index.ts";
import type { NewInstance, Provider } from "../../../src/providers/contract.ts";
import type { ActingNode } from "./acting-node.ts";

/** Starts `parent`, and has it start `child` as event 2 of its history. */
export async function startChild(client: Client, provider: Provider, node: ActingNode): Promise<void> {
  await client.start("greet", 1, { instanceId: "parent" });
  await node.begin("parent");
  const { runId: parentRunId = "" } = (await provider.readInstance("parent")) ?? {};
  const parent = { instanceId: "parent", runId: parentRunId, executionId: 1, eventId: 2 };
  const runId = "run-of-child";
  const message = { kind: "Start", runId, executionId: 1, name: "greet", parent, payload: "2" } as const;
  const child: NewInstance = {
    instanceId: "child",
    runId,
    name: "greet",
    version: null,
    handler: "greet@*",
    parent,
    message: encodeMessage(message),
    onConflict: null,
  };
  const scheduled = { kind: "SubOrchestrationScheduled", name: "greet", instanceId: "child", payload: "2" } as const;
  await node.commit("parent", [scheduled], { starts: [child] });
}
