import type { EventRow, FetchedInstance, InstanceStatus, NewInstance, NewMessage } from "../../providers/contract.ts";
import { decodeMessage, encodeMessage } from "../../history/index.ts";
import type { Host } from "../../host/index.ts";
import { Instance } from "../../runtime/instance.ts";
import type { PreparedTurn } from "../../runtime/prepared-turn.ts";
import { HashedText } from "./hashed-text.ts";

/** One instance of an explored world: its live function, its histories, and what waits in its queue. */
export class ExploredInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly executions: EventRow[][] = [[]];
  readonly mail: NewMessage[] = [];
  status: InstanceStatus = "pending";
  live: Instance;
  readonly #start: NewInstance;
  readonly #hash = new HashedText();

  constructor(start: NewInstance, host: Host) {
    this.#start = start;
    this.instanceId = start.instanceId;
    this.name = start.name;
    this.mail.push({ instanceId: start.instanceId, lane: "start", ...start.message });
    this.live = new Instance(this.#fetched(), host);
  }

  get hasEnded(): boolean {
    return this.status !== "pending" && this.status !== "running";
  }

  get history(): EventRow[] {
    return this.executions.at(-1) as EventRow[];
  }

  /** Says all that the function's state can depend on, and what waits for it. */
  get fingerprint(): string {
    return `${this.instanceId} ${this.#hash.value} ${this.mail.map(({ body, payload }) => `${body}${payload}`).join()}`;
  }

  /** As a store does: an end before a start, a start before all else. */
  enqueue(message: NewMessage): void {
    const behind = this.mail.findIndex(({ lane }) => lanes.indexOf(lane) > lanes.indexOf(message.lane));
    this.mail.splice(behind === -1 ? this.mail.length : behind, 0, message);
  }

  /** Its node has died: it goes on from its history. */
  crash(): void {
    if (this.hasEnded) return;
    const { handler } = this.live;
    this.live.engine?.dispose();
    this.live = new Instance({ ...this.#fetched(), handler }, this.live.host);
  }

  advance({ commit, events }: PreparedTurn): void {
    this.history.push(...commit.events);
    for (const { body, payload } of commit.events) this.#hash.add(`${body}${payload}`);
    const { live } = this;
    live.lastEventId += events.length;
    live.unreplayed = null;
    live.queued = [];
    live.endAs = null;
    if (commit.projection?.status != null) this.status = commit.projection.status;
    if (commit.projection?.handler != null) live.handler = commit.projection.handler;
    if (commit.nextExecutionId === null) return;
    live.executionId = commit.nextExecutionId;
    live.lastEventId = 0;
    live.engine?.dispose();
    live.engine = null;
    this.executions.push([]);
  }

  #fetched(): FetchedInstance {
    const { instanceId, runId, handler, parent } = this.#start;
    return {
      ref: instanceId,
      instanceId,
      runId,
      epoch: 1,
      claims: 1,
      withheld: false,
      executionId: this.executions.length,
      lastEventId: this.history.length,
      handler,
      parent,
      messages: [],
      history: this.history,
    };
  }
}

const lanes: readonly NewMessage["lane"][] = ["ending", "start", "normal"];

/** The same start, with a run id that is the same in every schedule: random numbers and activity ids come from it. */
export function repeatable(start: NewInstance): NewInstance {
  const hash = new HashedText();
  hash.add(start.instanceId);
  const runId = `run-${hash.value}`;
  const message = decodeMessage(start.message);
  return { ...start, runId, message: encodeMessage({ ...message, runId } as typeof message) };
}
