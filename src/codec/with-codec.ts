import type {
  ExpiredWork,
  CommitBatch,
  CommitResult,
  EventRow,
  FetchedInstance,
  InstanceDump,
  InstanceRecord,
  NewInstance,
  NewMessage,
  Provider,
  StoredText,
  Transactions,
  TurnCommit,
  TurnOutcome,
  Undelivered,
  WorkItem,
  WorkResult,
} from "../providers/contract.ts";
import type { PayloadCodec } from "./payload-codec.ts";

/**
 * A provider in which everything that comes from users, and what happened to it, is stored encoded: events, messages,
 * inputs and results, state, custom status, heartbeats. Readable stay only what the store works with: ids, names,
 * versions, statuses and times. Give the result to every `Runtime` and `Client` of the store.
 */
export function withCodec(provider: Provider, codec: PayloadCodec): Provider {
  const text = (value: string, binding: string) => codec.encode(value, binding);
  const plain = (value: string, binding: string) => codec.decode(value, binding);
  const maybe = (convert: typeof text, value: string | null, binding: string) =>
    value === null ? null : convert(value, binding);
  const both = <T extends StoredText>(convert: typeof text, row: T, binding: string): T => ({
    ...row,
    body: convert(row.body, binding),
    payload: maybe(convert, row.payload, binding),
  });

  const message = <T extends NewMessage>(row: T): T => both(text, row, messageTo(row.instanceId));
  const start = (row: NewInstance): NewInstance => ({
    ...row,
    message: both(text, row.message, messageTo(row.instanceId)),
    onConflict: row.onConflict && message(row.onConflict),
  });
  const turn = (commit: TurnCommit): TurnCommit => {
    const { instanceId, executionId } = commit;
    return {
      ...commit,
      events: commit.events.map((row) => both(text, row, eventOf(instanceId, executionId, row.eventId))),
      work: commit.work.map((row) => both(text, row, `work/${row.id}`)),
      timers: commit.timers.map((row) => ({ ...row, body: text(row.body, messageTo(instanceId)) })),
      starts: commit.starts.map(start),
      messages: commit.messages.map(message),
      state: commit.state.map((row) => ({
        ...row,
        payload: maybe(text, row.payload, stateOf(instanceId, row.key)),
      })),
      projection: commit.projection && {
        ...commit.projection,
        customStatus: maybe(text, commit.projection.customStatus, statusOf(instanceId)),
      },
    };
  };
  const result = (row: WorkResult): WorkResult => {
    if (row.kind === "complete") return { ...row, message: message(row.message) };
    return row.kind === "retry" ? { ...row, note: maybe(text, row.note, `note/${row.id}`) } : row;
  };

  const marks = <T extends Pick<WorkItem, "id" | "heartbeat" | "note">>(row: T): T => ({
    ...row,
    heartbeat: maybe(plain, row.heartbeat, `heartbeat/${row.id}`),
    note: maybe(plain, row.note, `note/${row.id}`),
  });
  const workItem = (row: WorkItem): WorkItem => marks(both(plain, row, `work/${row.id}`));
  const work = <F extends ExpiredWork>(fetched: F): F => ({ ...fetched, items: fetched.items.map(workItem) });
  const event = (row: EventRow, instanceId: string, executionId: number): EventRow =>
    both(plain, row, eventOf(instanceId, executionId, row.eventId));
  const events = (rows: readonly EventRow[], instanceId: string, executionId: number): EventRow[] =>
    rows.map((row) => event(row, instanceId, executionId));
  const instance = (row: FetchedInstance): FetchedInstance => ({
    ...row,
    messages: row.messages.map((queued) => both(plain, queued, messageTo(row.instanceId))),
    history: row.history && events(row.history, row.instanceId, row.executionId),
  });
  const undelivered = (row: Undelivered): Undelivered => ({
    ...row,
    body: plain(row.body, messageTo(row.instanceId)),
  });
  const outcome = (row: TurnOutcome, instanceId: string): TurnOutcome =>
    row.status === "fenced"
      ? row
      : {
          ...row,
          messages: row.messages.map((queued) => both(plain, queued, messageTo(instanceId))),
          undelivered: row.undelivered.map(undelivered),
        };
  const committed = (answer: CommitResult, batch: CommitBatch): CommitResult => ({
    ...answer,
    turns: answer.turns.map((row, index) => outcome(row, (batch.turns[index] as TurnCommit).instanceId)),
    work: answer.work.map(workItem),
  });
  const convertDump = (row: InstanceDump, convert: typeof text): InstanceDump => {
    const { instanceId } = row.record;
    return {
      ...row,
      record: { ...row.record, customStatus: maybe(convert, row.record.customStatus, statusOf(instanceId)) },
      executions: row.executions.map(({ executionId, events: rows }) => ({
        executionId,
        events: rows.map((event) => both(convert, event, eventOf(instanceId, executionId, event.eventId))),
      })),
      messages: row.messages.map((queued) => both(convert, queued, messageTo(instanceId))),
      work: row.work.map((item) => ({
        ...both(convert, item, `work/${item.id}`),
        heartbeat: maybe(convert, item.heartbeat, `heartbeat/${item.id}`),
        note: maybe(convert, item.note, `note/${item.id}`),
      })),
      timers: row.timers.map((timer) => ({ ...timer, body: convert(timer.body, messageTo(instanceId)) })),
      state: row.state.map(({ key, payload }) => ({ key, payload: convert(payload, stateOf(instanceId, key)) })),
    };
  };
  const record = (row: InstanceRecord): InstanceRecord => ({
    ...row,
    customStatus: maybe(plain, row.customStatus, statusOf(row.instanceId)),
  });

  const transactions = (real: Transactions): Transactions => ({
    style: real.style,
    createInstances: (transaction, starts) => real.createInstances(transaction, starts.map(start)),
    completeWork: (request) =>
      real.completeWork({
        ...request,
        run: (transaction) => {
          const end = request.run(transaction);
          return end instanceof Promise ? end.then(message) : message(end);
        },
      }),
  });

  const dump = (row: InstanceDump): InstanceDump => convertDump(row, plain);

  return {
    kind: provider.kind,
    ...(provider.transactions && { transactions: transactions(provider.transactions) }),
    transfer: {
      ...provider.transfer,
      dump: async (request) => {
        const page = await provider.transfer.dump(request);
        return { ...page, dumps: page.dumps.map(dump) };
      },
      dumpOne: async (instanceId) => {
        const found = await provider.transfer.dumpOne(instanceId);
        return found && dump(found);
      },
      restore: (dumps) => provider.transfer.restore(dumps.map((row) => convertDump(row, text))),
    },
    now: () => provider.now(),
    openLease: (lease) => provider.openLease(lease),
    renewLease: (lease) => provider.renewLease(lease),
    closeLease: (nodeId) => provider.closeLease(nodeId),
    releaseInstances: (nodeId, claims) => provider.releaseInstances(nodeId, claims),
    releaseAllExcept: (nodeId, kept) => provider.releaseAllExcept(nodeId, kept),
    findLostWork: (nodeId, fences) => provider.findLostWork(nodeId, fences),
    fireTimers: (request) => provider.fireTimers(request),
    findUnservable: (request) => provider.findUnservable(request),
    releaseQuarantine: (instanceId) => provider.releaseQuarantine(instanceId),
    countInstances: (request) => provider.countInstances(request),
    pruneExecutions: (request) => provider.pruneExecutions(request),
    pruneInstances: (request) => provider.pruneInstances(request),
    // How something has ended is only to be read: a listener is not the place to fail in.
    subscribe: (listener) => provider.subscribe(({ ends: _encoded, ...wake }) => listener(wake)),
    close: () => provider.close(),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),

    fetchInstances: async (request) => {
      const fetched = await provider.fetchInstances(request);
      return { ...fetched, instances: fetched.instances.map(instance) };
    },
    fetchWork: async (request) => work(await provider.fetchWork(request)),
    expireWork: async (request) => work(await provider.expireWork(request)),
    endTrial: (nodeId, fence) => provider.endTrial(nodeId, fence),
    heartbeatWork: (nodeId, fence, details) =>
      provider.heartbeatWork(nodeId, fence, maybe(text, details, `heartbeat/${fence.id}`)),
    commit: async (batch) => {
      const encoded = { ...batch, turns: batch.turns.map(turn), results: batch.results.map(result) };
      return committed(await provider.commit(encoded), batch);
    },
    createInstances: (starts) => provider.createInstances(starts.map(start)),
    enqueue: (messages) => provider.enqueue(messages.map(message)),
    deleteInstance: (request) =>
      provider.deleteInstance({ ...request, notify: request.notify && message(request.notify) }),
    readInstance: async (instanceId) => {
      const found = await provider.readInstance(instanceId);
      return found && record(found);
    },
    // The execution is part of what an event is bound to, so it has to be known.
    readHistory: async (instanceId, executionId) => {
      const execution = executionId ?? (await provider.readInstance(instanceId))?.executionId;
      const rows = execution === undefined ? null : await provider.readHistory(instanceId, execution);
      return rows && events(rows, instanceId, execution as number);
    },
    readProgress: async (instanceId) => {
      const found = await provider.readProgress(instanceId);
      return found?.end == null ? found : { ...found, end: event(found.end, instanceId, found.executionId) };
    },
    listExecutions: async (instanceId) => {
      const executions = await provider.listExecutions(instanceId);
      return executions.map(({ executionId, first, last }) => {
        const [decodedFirst, decodedLast] = events([first, last], instanceId, executionId) as [EventRow, EventRow];
        return { executionId, first: decodedFirst, last: decodedLast };
      });
    },
    readLoad: () => provider.readLoad(),
    listNodes: () => provider.listNodes(),
    readTraffic: (request) => provider.readTraffic(request),
    readInstanceQueues: async (request) => {
      const queues = await provider.readInstanceQueues(request);
      return queues && { ...queues, work: queues.work.map(marks) };
    },
    readState: async (instanceId) => {
      const rows = await provider.readState(instanceId);
      return rows && rows.map(({ key, payload }) => ({ key, payload: plain(payload, stateOf(instanceId, key)) }));
    },
    listChildren: async (instanceId, runId) => (await provider.listChildren(instanceId, runId)).map(record),
    listInstances: async (request) => {
      const page = await provider.listInstances(request);
      return { ...page, instances: page.instances.map(record) };
    },
  };
}

const messageTo = (instanceId: string) => `message/${instanceId}`;
const statusOf = (instanceId: string) => `status/${instanceId}`;
const stateOf = (instanceId: string, key: string) => `state/${instanceId}/${key}`;
const eventOf = (instanceId: string, executionId: number, eventId: number) =>
  `event/${executionId}/${eventId}/${instanceId}`;
