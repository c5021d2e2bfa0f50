import type { Provider } from "../providers/contract.ts";
import { countText, spanText } from "../inspection/index.ts";
import { nodesView, overview, queuesView } from "./store-views.ts";

/** What `perdure doctor` found, and when. */
export interface Diagnosis {
  readonly storeNow: string;
  readonly findings: readonly Finding[];
}

/** One thing that was looked at. */
export interface Finding {
  readonly level: "ok" | "warning" | "problem";
  readonly what: string;
  /** What to do about it. */
  readonly advice: string | null;
  /** The view of the dashboard that shows more of it. */
  readonly see: "quarantine" | "queues" | "nodes" | null;
}

const lateMs = 60_000;
const skewMs = 5_000;
const largeLogBytes = 256 * 1024 * 1024;

/**
 * Looks at all that goes wrong in practice. The store was opened, so its schema and its settings are as they must be.
 */
export async function diagnose(provider: Provider): Promise<Diagnosis> {
  const [whole, queues, nodes] = await Promise.all([overview(provider), queuesView(provider), nodesView(provider)]);
  const { instances, quarantined } = whole;
  const storeNow = Date.parse(whole.storeNow);
  const live = nodes.filter(({ isLive }) => isLive);
  const open = instances.pending + instances.running;
  const age = (at: string | null) => (at === null ? 0 : storeNow - Date.parse(at));
  const unserved = queues.work.filter(({ isServed }) => !isServed);
  const overdue = age(queues.timers.nextDueAt);
  const findings = [
    ok(`The store answers (${provider.kind}), its schema is that of this release, and its settings are durable.`),
    Math.abs(storeNow - Date.now()) > skewMs
      ? warning(
          `The store's clock and this machine's are ${spanText(Math.abs(storeNow - Date.now()))} apart.`,
          "Timers and leases go by the store's clock alone. Set the clocks by NTP, so that logs can be compared.",
        )
      : ok("The store's clock agrees with this machine's."),
    live.length > 0
      ? ok(`Nodes with a lease: ${live.length}.`)
      : open > 0
        ? problem(
            `No node is live, and ${countText(open, "instance")} to be run.`,
            "Start a node that has their orchestrations.",
            "nodes",
          )
        : ok("No node is live, and nothing is open."),
    nodes.length > live.length
      ? warning(
          `Leases that have run out: ${nodes.length - live.length}.`,
          "A live node takes over what they owned. Start one.",
          "nodes",
        )
      : ok("No lease has run out."),
    quarantined > 0
      ? problem(
          `Instances in quarantine: ${quarantined}.`,
          "perdure quarantine list says why. Mend the cause, then: perdure quarantine release ID.",
          "quarantine",
        )
      : ok("Nothing is in quarantine."),
    age(queues.instances.oldestReadyAt) > lateMs
      ? problem(
          `An instance has been waiting for a node for ${spanText(age(queues.instances.oldestReadyAt))}.`,
          "Is a node live that has its version? perdure nodes, and perdure show ID. Otherwise add nodes.",
          "nodes",
        )
      : ok("No instance waits long for a node."),
    unserved.length > 0
      ? problem(
          `Activities that no live node has: ${unserved.map(({ queue, name }) => `${name} (queue ${queue})`).join(", ")}.`,
          "Register them on a node that takes from that queue.",
          "queues",
        )
      : ok("Every queued activity is registered on a live node."),
    ...queues.work
      .filter(({ isServed, oldestVisibleAt }) => isServed && age(oldestVisibleAt) > lateMs)
      .map(({ name, queue, waiting, oldestVisibleAt }) =>
        warning(
          `Activity ${name} (queue ${queue}): ${waiting} wait, the first for ${spanText(age(oldestVisibleAt))}.`,
          "Raise concurrency.activities, or add nodes.",
          "queues",
        ),
      ),
    overdue > lateMs
      ? problem(
          `A timer is ${spanText(overdue)} late.`,
          "A live node fires timers. Start one, or look at its log.",
          "nodes",
        )
      : ok("No timer is late."),
    ...writeAheadLog(queues.logBytes ?? 0),
  ];
  return { storeNow: whole.storeNow, findings };
}

function writeAheadLog(bytes: number): Finding[] {
  if (bytes <= largeLogBytes) return [];
  return [
    warning(
      `The write-ahead log has grown to ${Math.round(bytes / 2 ** 20)} MiB.`,
      "Some process keeps a read transaction open: a backup, a cursor, a shell. End it.",
    ),
  ];
}

const ok = (what: string): Finding => ({ level: "ok", what, advice: null, see: null });
const warning = (what: string, advice: string, see: Finding["see"] = null): Finding => ({
  level: "warning",
  what,
  advice,
  see,
});
const problem = (what: string, advice: string, see: Finding["see"]): Finding => ({
  level: "problem",
  what,
  advice,
  see,
});
