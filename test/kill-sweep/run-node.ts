import { Client } from "../../src/client/index.ts";
import type { Logger } from "../../src/definition/index.ts";
import { StorageError } from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { Runtime, type RuntimeOptions } from "../../src/runtime/index.ts";
import type { Ledger } from "./ledger.ts";
import type { Scenario } from "./scenarios/index.ts";

export interface NodeOptions {
  readonly provider: Provider;
  readonly scenario: Scenario;
  readonly ledger: Ledger;
  readonly leaseMs: number;
  readonly onTrouble?: (message: string, error: unknown) => void;
}

/** A node and a client in this process, until the scenario has come to its end. Stops the node whatever happens. */
export async function runNode(options: NodeOptions, limitMs = Infinity): Promise<"done" | "too late"> {
  const { provider, scenario, ledger, leaseMs } = options;
  const logger = watchingLogger(options);
  const node = await startNode({ ...scenario, provider, leaseDuration: leaseMs, logger });
  const { promise: tooLate, resolve } = Promise.withResolvers<"too late">();
  const timer = limitMs === Infinity ? undefined : setTimeout(() => resolve("too late"), limitMs);
  const done = playScript(scenario, new Client(provider, { logger }), ledger);
  const end = await Promise.race([done.then(() => "done" as const), tooLate]);
  clearTimeout(timer);
  if (end === "too late") done.catch(() => undefined);
  await node.stop(end === "done" ? {} : { timeout: 0 });
  return end;
}

/** As whoever supervises processes does: on a busy machine a store may not answer within a short lease. */
async function startNode(options: RuntimeOptions): Promise<Runtime> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await Runtime.start(options);
    } catch (error) {
      if (!(error instanceof StorageError) || attempt === 5) throw error;
    }
  }
}

/** As a client that writes down what was answered, and after a crash does again what was not. */
async function playScript({ script, roots }: Scenario, client: Client, ledger: Ledger): Promise<void> {
  for (const [step, act] of script.entries()) {
    if (ledger.has({ kind: "acked", step })) continue;
    await act(client, ledger);
    ledger.note({ kind: "acked", step });
  }
  for (const instanceId of roots) {
    if (ledger.has({ kind: "ended", instanceId })) continue;
    ledger.note({ kind: "ended", instanceId, outcome: await outcomeOf(client, instanceId) });
  }
}

/** Once it is there: a detached instance is started by another. */
export async function outcomeOf(client: Client, instanceId: string): Promise<string> {
  try {
    return JSON.stringify(await client.getHandle(instanceId).result());
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
}

function watchingLogger({ ledger, onTrouble }: NodeOptions): Logger {
  const ignore = (): void => undefined;
  const watch = (first: string | object, second?: string): void => {
    const message = typeof first === "string" ? first : (second ?? "");
    if (message.startsWith("lease lost")) ledger.note({ kind: "lease lost" });
    onTrouble?.(message, (first as { err?: unknown }).err);
  };
  return { debug: ignore, info: ignore, warn: watch, error: watch };
}
