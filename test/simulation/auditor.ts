import type {
  CommitBatch,
  CommitResult,
  DeleteInstance,
  DeleteOutcome,
  FetchInstances,
  FetchWork,
  FetchedInstance,
  FetchedInstances,
  FetchedWork,
  FiredTimers,
  InstanceRef,
  LeaseState,
  NewInstance,
  NewMessage,
  NodeLease,
  QueuedMessage,
  TurnCommit,
  TurnOutcome,
  WorkFence,
  WorkItem,
  WorkResult,
  Kept,
} from "../../src/providers/contract.ts";
import type { Ledger } from "./activities.ts";
import { auditTurn } from "./audit-turn.ts";
import type { Coverage } from "./coverage.ts";
import type { Applied } from "./observed-store.ts";
import { Shadow, type ShadowInstance } from "./shadow.ts";

export interface AuditorOptions {
  readonly ledger: Ledger;
  readonly coverage: Coverage;
  /** The store's time, for calls whose answers do not say it. */
  readonly storeNow: () => number;
  readonly onViolation: (rule: string, what: string) => void;
}

/**
 * Watches every call that the store has carried out, in that order, keeps what the store must hold by now, and says
 * what is against the rules: of the contract, in answers; of the runtime, in what it asks for.
 */
export class Auditor {
  readonly shadow = new Shadow();
  readonly #ledger: Ledger;
  readonly #coverage: Coverage;
  readonly #storeNow: () => number;
  readonly #onViolation: (rule: string, what: string) => void;
  turns = 0;
  /** Payloads of all messages of clients that were queued. */
  readonly sent = new Set<string | null>();

  constructor({ ledger, coverage, storeNow, onViolation }: AuditorOptions) {
    this.#ledger = ledger;
    this.#coverage = coverage;
    this.#storeNow = storeNow;
    this.#onViolation = onViolation;
  }

  readonly applied = ({ method, args, answer }: Applied): void => {
    switch (method) {
      case "openLease":
      case "renewLease":
        return this.#lease(method, args[0] as NodeLease, answer as LeaseState);
      case "closeLease":
        return this.#closedLease(args[0] as string);
      case "fetchInstances":
        return this.#fetched(args[0] as FetchInstances, answer as FetchedInstances);
      case "releaseInstances":
        return this.#released(args[0] as string, args[1] as readonly { ref: InstanceRef; epoch: number }[]);
      case "releaseAllExcept":
        return this.#releasedAll(args[0] as string, args[1] as Kept);
      case "fetchWork":
        return this.#fetchedWork(args[0] as FetchWork, answer as FetchedWork);
      case "expireWork":
        return this.#expiredWork((args[0] as { nodeId: string }).nodeId, answer as FetchedWork);
      case "endTrial":
        return this.#endedTrial(args[0] as string, args[1] as WorkFence);
      case "heartbeatWork":
        return this.#heartbeat(args[0] as string, args[1] as WorkFence, answer as boolean);
      case "fireTimers":
        return this.#fired(args[0] as { partitions: readonly number[]; limit: number }, answer as FiredTimers);
      case "commit":
        return this.#committed(args[0] as CommitBatch, answer as CommitResult);
      case "createInstances":
        return this.#created(args[0] as readonly NewInstance[], answer as readonly { created: boolean }[]);
      case "enqueue":
        return this.#enqueued(args[0] as readonly NewMessage[], answer as readonly string[]);
      case "releaseQuarantine":
        return this.#unquarantined(args[0] as string);
      case "deleteInstance":
        return this.#deleted(args[0] as DeleteInstance, answer as DeleteOutcome);
      default:
    }
  };

  check(holds: boolean, rule: string, what: () => string): void {
    if (!holds) this.#onViolation(rule, what());
  }

  #lease(method: string, { nodeId, durationMs }: NodeLease, { held, storeNow }: LeaseState): void {
    const { shadow } = this;
    this.#endExpired(storeNow);
    const isExpected = method === "openLease" || shadow.leases.has(nodeId);
    this.check(held === isExpected, "Q1", () => `${method} of ${nodeId} answered held: ${held}`);
    if (held) shadow.leases.set(nodeId, Math.floor(storeNow + durationMs));
  }

  /** What a node owned whose lease has expired is lost, even if it says itself that it leaves. */
  #closedLease(nodeId: string): void {
    this.#endExpired(this.#storeNow());
    this.shadow.disown(nodeId, "handed back");
  }

  #endExpired(storeNow: number): void {
    const { shadow } = this;
    for (const [nodeId, until] of shadow.leases) if (until <= storeNow) shadow.disown(nodeId, "lost");
  }

  #isLive(nodeId: string, storeNow: number): boolean {
    return (this.shadow.leases.get(nodeId) ?? 0) > storeNow;
  }

  #fetched(request: FetchInstances, { storeNow, instances }: FetchedInstances): void {
    const isLive = this.#isLive(request.nodeId, storeNow);
    this.check(isLive || instances.length === 0, "Q2", () => `${request.nodeId} claimed without a lease`);
    for (const fetched of instances) this.#claimed(request, fetched);
  }

  #claimed(request: FetchInstances, fetched: FetchedInstance): void {
    const { nodeId } = request;
    const { instanceId, ref, epoch, history, withheld } = fetched;
    const instance = this.shadow.instances.get(instanceId);
    const what = () => `${instanceId} claimed by ${nodeId} at epoch ${epoch}`;
    if (instance === undefined) return this.check(false, "M1", what);
    this.check(instance.ref === null || instance.ref === ref, "M1", what);
    instance.ref = ref;
    this.shadow.byRef.set(ref, instance);
    if (history === null && !withheld) {
      this.check(instance.owner === nodeId && instance.epoch === epoch, "Q1", what);
    } else {
      this.check(instance.owner === null && epoch === instance.epoch + 1, "Q1", what);
      instance.owner = nodeId;
      instance.epoch = epoch;
    }
    this.check(fetched.lastEventId === instance.lastEventId, "H6", what);
    this.check(fetched.executionId === instance.executionId, "E5", what);
    const isSame = (index: number) => history?.[index]?.body === instance.rows[index]?.body;
    if (history !== null) {
      this.check(history.length === instance.rows.length && instance.rows.every((_, at) => isSame(at)), "H7", what);
    }
    if (!withheld) this.#handedOut(instance, fetched.messages, request.messageLimit);
  }

  /** All that waits, oldest first by lane, and nothing else. */
  #handedOut(instance: ShadowInstance, messages: readonly QueuedMessage[], limit: number): void {
    const { instanceId, queue } = instance;
    const expected = Math.min(limit, queue.length);
    this.check(
      messages.length === expected,
      "Q4",
      () => `${instanceId} got ${messages.length} of ${expected} messages`,
    );
    for (const { token, lane, body, payload } of messages) {
      const known = queue.find((message) => message.token === token);
      const found =
        known ?? queue.find((message) => message.token === null && message.lane === lane && message.body === body);
      const isTrue = found !== undefined && found.body === body && found.payload === payload;
      this.check(isTrue, "Q4", () => `${instanceId} got a message that was not sent, or was acked: ${body}`);
      if (found !== undefined) found.token = token;
    }
  }

  #released(nodeId: string, claims: readonly { readonly ref: InstanceRef; readonly epoch: number }[]): void {
    for (const { ref, epoch } of claims) {
      const instance = this.shadow.byRef.get(ref);
      if (instance?.owner === nodeId && instance.epoch === epoch) instance.owner = null;
    }
  }

  #releasedAll(nodeId: string, kept: Kept): void {
    for (const instance of this.shadow.all) {
      const isKept = instance.ref !== null && kept.instances.includes(instance.ref);
      if (instance.owner === nodeId && !isKept) instance.owner = null;
    }
    for (const item of this.shadow.work.values()) {
      const isKept = kept.work.some(({ id, delivery }) => id === item.id && delivery === item.delivery);
      if (item.owner === nodeId && !isKept) item.owner = null;
    }
  }

  #fetchedWork({ nodeId, queue, activities, suspectAfter }: FetchWork, { storeNow, items }: FetchedWork): void {
    for (const item of items) {
      const known = this.#takenWork(nodeId, item, storeNow);
      if (known === undefined) continue;
      known.isOnTrial = item.lost >= suspectAfter;
      this.check(known.visibleAt <= storeNow, "Q6", () => `${item.id} was taken before it was to be tried again`);
      this.check(item.queue === queue && activities.includes(item.name), "E10", () => `${item.id} for ${nodeId}`);
    }
  }

  #expiredWork(nodeId: string, { storeNow, items }: FetchedWork): void {
    for (const item of items) this.#takenWork(nodeId, item, storeNow);
  }

  #takenWork(nodeId: string, { id, delivery, lost, failures }: WorkItem, storeNow: number) {
    const item = this.shadow.work.get(id);
    const what = () => `delivery ${delivery} of ${id} to ${nodeId}`;
    this.check(item !== undefined, "H4", what);
    if (item === undefined) return undefined;
    this.check(this.#isLive(nodeId, storeNow), "Q2", what);
    this.check(item.owner === null && delivery === item.delivery + 1, "Q1", what);
    this.check(item.lost === lost && item.failures === failures, "Q5", what);
    item.owner = nodeId;
    item.delivery = delivery;
    item.isOnTrial = false;
    return item;
  }

  #endedTrial(nodeId: string, { id, delivery }: WorkFence): void {
    const item = this.shadow.work.get(id);
    if (item?.owner === nodeId && item.delivery === delivery) item.isOnTrial = false;
  }

  #heartbeat(nodeId: string, { id, delivery }: WorkFence, isHeld: boolean): void {
    const item = this.shadow.work.get(id);
    const isOwned = item?.owner === nodeId && item.delivery === delivery;
    this.check(isOwned || !isHeld, "Q1", () => `heartbeat of ${nodeId} for delivery ${delivery} of ${id}`);
  }

  #fired({ partitions, limit }: { partitions: readonly number[]; limit: number }, answer: FiredTimers): void {
    const { shadow } = this;
    const due = shadow.timers.filter(
      (timer) => partitions.includes(timer.partition) && Math.ceil(timer.dueAt) <= answer.storeNow,
    );
    this.check(
      answer.fired === Math.min(limit, due.length),
      "E2",
      () => `${answer.fired} of ${due.length} timers fired`,
    );
    for (const timer of due) {
      shadow.removeTimer(timer);
      const { instance, body } = timer;
      if (!instance.hasEnded) shadow.send({ instanceId: instance.instanceId, lane: "normal", body, payload: null });
    }
  }

  #committed(batch: CommitBatch, answer: CommitResult): void {
    const { storeNow } = answer;
    const isLive = this.#isLive(batch.nodeId, storeNow);
    const outcomes = batch.turns.map((turn, index) => {
      const outcome = answer.turns[index] as TurnOutcome;
      return { turn, outcome, instance: this.#turn({ batch, turn, outcome, storeNow, isLive }) };
    });
    for (const [index, result] of batch.results.entries()) {
      this.#result(batch.nodeId, result, { status: answer.results[index], storeNow, isLive });
    }
    for (const item of answer.work) this.#takenWork(batch.nodeId, item, storeNow);
    for (const { turn, outcome, instance } of outcomes) {
      if (outcome.status !== "committed" || instance === undefined) continue;
      // A turn that is sent again may be answered when another node has the instance.
      const isOurs = instance.owner === batch.nodeId && instance.epoch === turn.epoch;
      if (isOurs && !turn.release) this.#handedOut(instance, outcome.messages, batch.messageLimit ?? 1_000);
    }
  }

  #turn(committed: {
    readonly batch: CommitBatch;
    readonly turn: TurnCommit;
    readonly outcome: TurnOutcome;
    readonly storeNow: number;
    readonly isLive: boolean;
  }): ShadowInstance | undefined {
    const { batch, turn, outcome, storeNow, isLive } = committed;
    const instance = this.shadow.byRef.get(turn.ref);
    const what = () =>
      `turn ${turn.turnId} of ${turn.instanceId} by ${batch.nodeId}, epoch ${turn.epoch}, after event ` +
      `${turn.executionId}/${turn.lastEventId}: ${outcome.status}`;
    const refused = outcome.status === "fenced" ? outcome.refused : undefined;
    this.check(refused === undefined, "H6", () => `${what()}: ${refused}`);
    if (instance === undefined || instance.isDeleted) {
      this.check(outcome.status === "fenced", "M1", what);
      return undefined;
    }
    if (isLive && instance.lastTurnId === turn.turnId) {
      this.check(outcome.status === "committed", "H1", what);
      this.#coverage.count("turn sent again after it was committed");
      return instance;
    }
    // A copy of it that was under way for long. The store knows only the last turn from its copies; but that one would
    // ack what is gone, and nothing else, and the shadow must not take that for a second ack.
    if (instance.emptyTurns.has(turn.turnId)) {
      this.#coverage.count("turn without events came again, late");
      if (outcome.status === "committed") instance.lastTurnId = turn.turnId;
      return undefined;
    }
    const isFenced =
      !isLive ||
      instance.owner !== batch.nodeId ||
      instance.epoch !== turn.epoch ||
      instance.executionId !== turn.executionId ||
      instance.lastEventId !== turn.lastEventId ||
      !turn.ackedWork.every(({ id, delivery }) => this.#owns(batch.nodeId, id, delivery));
    this.check((outcome.status === "fenced") === isFenced, isLive ? "Q1" : "Q2", what);
    if (isFenced) this.#coverage.count("turn fenced");
    if (isFenced || outcome.status === "fenced") return undefined;
    this.turns += 1;
    auditTurn({
      shadow: this.shadow,
      instance,
      turn,
      outcome,
      storeNow,
      ledger: this.#ledger,
      coverage: this.#coverage,
      check: (holds, rule, why) => this.check(holds, rule, () => `${why()}; ${what()}`),
    });
    return instance;
  }

  #owns(nodeId: string, id: string, delivery: number): boolean {
    const item = this.shadow.work.get(id);
    return item !== undefined && item.owner === nodeId && item.delivery === delivery;
  }

  #result(
    nodeId: string,
    result: WorkResult,
    { status, storeNow, isLive }: { status: string | undefined; storeNow: number; isLive: boolean },
  ): void {
    const { id, delivery } = result;
    const item = this.shadow.work.get(id);
    const isFenced = !isLive || item === undefined || !this.#owns(nodeId, id, delivery);
    const what = () => `${result.kind} of delivery ${delivery} of ${id} by ${nodeId}: ${status}`;
    this.check((status === "fenced") === isFenced, isLive ? "Q1" : "Q2", what);
    if (isFenced) return this.#coverage.count("result fenced");
    this.#coverage.count(`result ${result.kind}`);
    switch (result.kind) {
      case "complete":
        this.shadow.work.delete(id);
        this.check(item.instance.hasEnded || this.shadow.send(result.message) === "queued", "Q4", what);
        return;
      case "retry":
        item.owner = null;
        item.failures += 1;
        item.visibleAt = Math.ceil(storeNow + result.delayMs);
        return;
      case "abandon":
        item.owner = null;
    }
  }

  #created(starts: readonly NewInstance[], answers: readonly { readonly created: boolean }[]): void {
    for (const [index, start] of starts.entries()) {
      const created = this.shadow.start(start) === "created";
      this.check(answers[index]?.created === created, "E7", () => `start of ${start.instanceId}: ${created}`);
    }
  }

  #enqueued(messages: readonly NewMessage[], answers: readonly string[]): void {
    for (const [index, message] of messages.entries()) {
      const status = this.shadow.send(message);
      if (status === "queued") this.sent.add(message.payload);
      this.check(
        answers[index] === status,
        "E6",
        () => `message to ${message.instanceId}: ${answers[index]}, ${status}`,
      );
    }
  }

  #unquarantined(instanceId: string): void {
    const instance = this.shadow.instances.get(instanceId);
    if (instance !== undefined) instance.quarantine = null;
  }

  #deleted({ notify }: DeleteInstance, outcome: DeleteOutcome): void {
    if (outcome.status !== "deleted") return;
    const { shadow } = this;
    const [root] = outcome.instanceIds;
    const hadEnded = shadow.instances.get(root ?? "")?.hasEnded ?? true;
    for (const instanceId of outcome.instanceIds) {
      const instance = shadow.instances.get(instanceId);
      if (instance === undefined) continue;
      instance.isDeleted = true;
      instance.owner = null;
      instance.queue = [];
      shadow.removeRows(instance);
      shadow.instances.delete(instanceId);
    }
    if (notify !== null && !hadEnded) shadow.send(notify);
  }
}
