import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import type { LedgerLine } from "./ledger-writer.ts";

export interface Execution {
  readonly nonce: string;
  readonly pid: number;
  readonly key: string;
  readonly instanceId: string;
  readonly beganAt: number;
  readonly isFirm: boolean;
  endedAt: number | null;
  /** What the activity gave; null if it failed, or has not ended. */
  value: number | null;
}

/** Everything that all nodes have noted so far. */
export class LedgerReader {
  readonly executions = new Map<string, Execution>();
  readonly byKey = new Map<string, Execution[]>();
  readonly #folder: string;
  readonly #inOrder: Execution[] = [];
  readonly #open = new Set<Execution>();
  readonly #files = new Map<string, { readonly fd: number; rest: string }>();
  readonly #buffer = Buffer.alloc(1 << 20);

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes in what was appended since the last time. */
  read(): this {
    for (const name of readdirSync(this.#folder)) {
      let file = this.#files.get(name);
      if (file === undefined) {
        file = { fd: openSync(join(this.#folder, name), "r"), rest: "" };
        this.#files.set(name, file);
      }
      for (let size = 1; size > 0;) {
        size = readSync(file.fd, this.#buffer, 0, this.#buffer.length, null);
        const lines = (file.rest + this.#buffer.toString("latin1", 0, size)).split("\n");
        // A process may have been killed in the middle of a line, and what it did not note it did not do.
        file.rest = lines.pop() as string;
        for (const line of lines) this.#take(JSON.parse(line) as LedgerLine);
      }
    }
    return this;
  }

  /** What this process has begun and not ended. */
  inFlight(pid: number): Execution[] {
    return [...this.#open].filter((execution) => execution.pid === pid);
  }

  /** When anything was first begun after this instant, by this process if one is named. */
  firstBeginAfter(at: number, pid?: number): number | undefined {
    let first: number | undefined;
    for (let index = this.#inOrder.length - 1; index >= 0; index -= 1) {
      const { beganAt, pid: by } = this.#inOrder[index] as Execution;
      // The files of different processes are not read in step, but nearly.
      if (beganAt < at - 5_000) break;
      if (beganAt > at && (pid === undefined || by === pid)) first = Math.min(first ?? beganAt, beganAt);
    }
    return first;
  }

  close(): void {
    for (const { fd } of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  #take(line: LedgerLine): void {
    if (line.kind === "begin") {
      const { nonce, key, instanceId, at, isFirm } = line;
      const pid = Number(nonce.split(".")[0]);
      const execution = { nonce, pid, key, instanceId, beganAt: at, isFirm, endedAt: null, value: null };
      this.executions.set(nonce, execution);
      this.#inOrder.push(execution);
      this.#open.add(execution);
      const others = this.byKey.get(key);
      if (others === undefined) this.byKey.set(key, [execution]);
      else others.push(execution);
      return;
    }
    const execution = this.executions.get(line.nonce);
    if (execution === undefined) throw new Error(`The ledger has an end of ${line.nonce}, which never began.`);
    this.#open.delete(execution);
    execution.endedAt = line.at;
    if (line.kind === "end") execution.value = line.value;
  }
}
