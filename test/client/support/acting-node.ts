import assert from "node:assert/strict";
import { errorToFailure } from "../../../src/errors/index.ts";
import {
  decodeMessage,
  type DecisionDraft,
  encodeEvent,
  encodeMessage,
  type Message,
  type ReceivedDraft,
  type StartMessage,
} from "../../../src/history/index.ts";
import { turnOf } from "../../../src/providers/conformance/scene.ts";
import type { FetchedInstance, InstanceStatus, Provider, TurnCommit } from "../../../src/providers/contract.ts";
import { encodeValue, randomId } from "../../../src/values/index.ts";

type Draft = DecisionDraft | ReceivedDraft;

interface Owned {
  readonly instance: FetchedInstance;
  readonly executionId: number;
  readonly lastEventId: number;
  /** Fetched and not acked yet. */
  readonly messages: FetchedInstance["messages"];
}

/** A node without a runtime: takes instances and commits what the test says, through the contract alone. */
export class ActingNode implements AsyncDisposable {
  readonly #provider: Provider;
  readonly #nodeId = randomId();
  readonly #handlers: readonly string[];
  readonly #owned = new Map<string, Owned>();

  static async open(provider: Provider, ...names: readonly string[]): Promise<ActingNode> {
    const node = new ActingNode(provider, names.length === 0 ? ["greet"] : names);
    await provider.openLease({ nodeId: node.#nodeId, durationMs: 60_000, capabilities: node.#handlers });
    return node;
  }

  private constructor(provider: Provider, names: readonly string[]) {
    this.#provider = provider;
    this.#handlers = names.flatMap((name) => [`${name}@1.0.0`, `${name}@2.0.0`, `${name}@*`]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#provider.closeLease(this.#nodeId);
  }

  /** The messages that wait for the instance, in order. */
  async messages(instanceId: string): Promise<Message[]> {
    return (await this.#take(instanceId)).messages.map(decodeMessage);
  }

  /** Takes the start: after that the instance is running. */
  async begin(instanceId: string, version = "1.0.0"): Promise<void> {
    const messages = await this.messages(instanceId);
    const start = messages.find((message) => message.kind === "Start");
    assert.ok(start, `no start waits for ${instanceId}`);
    const projection = { status: "running", version, handler: null, customStatus: null } as const;
    await this.commit(instanceId, [startedBy(start, version)], { projection });
  }

  async complete(instanceId: string, result: unknown): Promise<void> {
    await this.#end(instanceId, "completed", { kind: "OrchestrationCompleted", payload: stored(result) });
  }

  async fail(instanceId: string, error: Error): Promise<void> {
    await this.#end(instanceId, "failed", { kind: "OrchestrationFailed", failure: errorToFailure(error) });
  }

  /** Ends it with an event of the test's choice. */
  async end(instanceId: string, status: "failed" | "cancelled" | "terminated", error: Error): Promise<void> {
    await this.#end(instanceId, status, { kind: "ExecutionEnded", status, failure: errorToFailure(error) });
  }

  async continueAsNew(instanceId: string, input: unknown): Promise<void> {
    const { instance, executionId } = await this.#take(instanceId);
    const payload = stored(input);
    const next = {
      kind: "Start",
      runId: instance.runId,
      executionId: executionId + 1,
      name: "greet",
      payload,
    } as const;
    await this.commit(instanceId, [{ kind: "OrchestrationContinuedAsNew", payload }], {
      closes: true,
      nextExecutionId: executionId + 1,
      messages: [{ instanceId, lane: "start", ...encodeMessage(next) }],
    });
  }

  /** One turn: acks all messages that wait, and appends these events. */
  async commit(instanceId: string, drafts: readonly Draft[], turn: Partial<TurnCommit> = {}): Promise<void> {
    const { instance, executionId, lastEventId, messages } = await this.#take(instanceId);
    const at = this.#provider.now?.() ?? Date.now();
    const events = drafts.map((draft, index) => encodeEvent({ ...draft, eventId: lastEventId + 1 + index, at }));
    const ackedMessages = messages.map(({ token }) => token);
    const commit = turnOf(instance, 0, { executionId, lastEventId, ackedMessages, events, ...turn });
    const batch = { nodeId: this.#nodeId, turns: [commit], results: [], claimWork: [] };
    const [outcome] = (await this.#provider.commit(batch)).turns;
    assert.equal(outcome?.status, "committed", JSON.stringify(outcome));
    assert.ok(outcome.status === "committed");
    if (commit.release) this.#owned.delete(instanceId);
    else {
      const isNext = commit.nextExecutionId !== null;
      this.#owned.set(instanceId, {
        instance,
        executionId: commit.nextExecutionId ?? executionId,
        lastEventId: isNext ? 0 : lastEventId + events.length,
        messages: outcome.messages,
      });
    }
  }

  async #end(instanceId: string, status: InstanceStatus, event: Draft): Promise<void> {
    const messages = await this.messages(instanceId);
    const start = messages.find((message) => message.kind === "Start");
    const events = start === undefined ? [event] : [startedBy(start, "1.0.0"), event];
    const projection = { status, version: "1.0.0", handler: null, customStatus: null };
    await this.commit(instanceId, events, { projection, closes: true, release: true });
  }

  async #take(instanceId: string): Promise<Owned> {
    const { instances } = await this.#provider.fetchInstances({
      nodeId: this.#nodeId,
      limit: 100,
      handlers: this.#handlers,
      busy: [],
      suspectAfter: 100,
      quarantineAfter: 100,
      unservableForMs: null,
      messageLimit: 100,
    });
    for (const instance of instances) {
      const known = this.#owned.get(instance.instanceId)?.messages ?? [];
      const tokens = new Set(known.map(({ token }) => token));
      const messages = [...known, ...instance.messages.filter(({ token }) => !tokens.has(token))];
      const { executionId, lastEventId } = instance;
      this.#owned.set(instance.instanceId, { instance, executionId, lastEventId, messages });
    }
    const owned = this.#owned.get(instanceId);
    assert.ok(owned, `${instanceId} is not to be had`);
    return owned;
  }
}

export const stored = (value: unknown): string => encodeValue(value, { path: "value", maxBytes: 1_000_000 });

function startedBy(start: StartMessage, version: string): Draft {
  const { name, runId, executionId, parent, payload } = start;
  const link = parent === undefined ? {} : { parent };
  return {
    kind: "OrchestrationStarted",
    name,
    version,
    runId,
    executionId,
    semantics: 1,
    startedAt: 0,
    payload,
    ...link,
  };
}
