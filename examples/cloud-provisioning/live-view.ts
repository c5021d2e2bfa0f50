import { styleText } from "node:util";
import { isEnded, refsAt, type Snapshot } from "./observe.ts";

/** Progress bars that are redrawn in place on a terminal; elsewhere a line for everything that happened. */
export class LiveView {
  readonly #startedAt = Date.now();
  #shown: readonly Snapshot[] = [];
  #linesDrawn = 0;

  show(snapshots: readonly Snapshot[]): void {
    for (const [index, snapshot] of snapshots.entries()) {
      for (const news of newsOf(snapshot, this.#shown[index])) {
        if (news.isMilestone || !process.stdout.isTTY) this.log(snapshot.job.name, news.text);
      }
    }
    this.#shown = snapshots;
    this.#redraw();
  }

  log(who: string, text: string): void {
    this.#erase();
    const seconds = ((Date.now() - this.#startedAt) / 1000).toFixed(1);
    console.log(`${dim(`${seconds.padStart(5)} s`)}  ${who.padEnd(10)} ${text}`);
    this.#redraw();
  }

  /** Leaves the lines that were logged, and takes away the bars. */
  close(): void {
    this.#erase();
    this.#shown = [];
  }

  #redraw(): void {
    if (!process.stdout.isTTY) return;
    this.#erase();
    const lines = this.#shown.map((snapshot) => barOf(snapshot, process.stdout.columns));
    for (const line of lines) console.log(line);
    this.#linesDrawn = lines.length;
  }

  #erase(): void {
    if (this.#linesDrawn > 0) process.stdout.write(`\u001b[${this.#linesDrawn}A\u001b[J`);
    this.#linesDrawn = 0;
  }
}

interface News {
  readonly text: string;
  readonly isMilestone: boolean;
}

function newsOf(now: Snapshot, before: Snapshot | undefined): News[] {
  const news: News[] = [];
  for (const [step, mark] of [
    ["ready", "+"],
    ["deleted", "-"],
  ] as const) {
    const known = new Set(before && refsAt(step, before));
    const refs = refsAt(step, now).filter((ref) => !known.has(ref));
    if (refs.length > 0) news.push({ text: `${countOf(now)}  ${mark} ${refs.join(", ")}`, isMilestone: false });
  }
  if (now.phase !== before?.phase && !isEnded(now)) {
    const cost = now.monthlyCost === undefined ? "" : `, $${now.monthlyCost} a month`;
    news.push({ text: styleText("cyan", now.phase) + cost, isMilestone: true });
  }
  if (isEnded(now) && !(before && isEnded(before))) {
    news.push({ text: styleText(now.status === "completed" ? "green" : "red", now.status), isMilestone: true });
  }
  return news;
}

function barOf(snapshot: Snapshot, columns: number): string {
  const { job, status, phase } = snapshot;
  const width = 20;
  const filled = Math.round((refsAt("ready", snapshot).length / job.resources.length) * width);
  const bar = "█".repeat(filled) + "░".repeat(width - filled);
  const busy = [...refsAt("creating", snapshot), ...refsAt("deleting", snapshot)].join(", ");
  const text = `${job.name.padEnd(10)} ${bar} ${countOf(snapshot)}  ${isEnded(snapshot) ? status : `${phase}  ${busy}`}`;
  return `   ${text}`.slice(0, columns - 1);
}

function countOf(snapshot: Snapshot): string {
  return `${String(refsAt("ready", snapshot).length).padStart(2)}/${snapshot.job.resources.length}`;
}

const dim = (text: string) => styleText("dim", text);
