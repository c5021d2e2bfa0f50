import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import type { NoteEffect } from "./scenarios/index.ts";

/** What is known outside of the store: what it has answered, and what activities did to the world. */
export type LedgerEntry =
  /** The client knows that this step of its script was done. */
  | { readonly kind: "acked"; readonly step: number }
  /** The client knows how this instance ended. */
  | { readonly kind: "ended"; readonly instanceId: string; readonly outcome: string }
  | {
      readonly kind: "effect";
      readonly key: string;
      readonly attempt: number;
      readonly name?: string;
      readonly willFail?: boolean;
    }
  /** What ran on this node may rightly run once more. */
  | { readonly kind: "lease lost" }
  /** The process came to its end without being killed. */
  | { readonly kind: "whole" };

/** With how long the write-ahead log of the store was by then, if it has one. */
export type LedgerLine = LedgerEntry & { readonly walBytes: number };

/** A file that outlives the process. */
export class Ledger {
  readonly lines: LedgerLine[];
  readonly #file: string;
  readonly #wal: string | null;
  readonly #listeners = new Set<() => void>();

  constructor(file: string, wal: string | null = null) {
    this.#file = file;
    this.#wal = wal;
    this.lines = readLedger(file);
  }

  readonly effect: NoteEffect = ({ idempotencyKey: key, attempt }, how = {}) =>
    this.note({ kind: "effect", key, attempt, ...how });

  note(entry: LedgerEntry): void {
    const line = { ...entry, walBytes: this.#wal === null ? 0 : (statSync(this.#wal, quietly)?.size ?? 0) };
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    this.lines.push(line);
    for (const listener of this.#listeners) listener();
  }

  has(entry: { readonly kind: "acked"; readonly step: number } | { readonly kind: "ended"; instanceId: string }) {
    return this.lines.some((line) => Object.entries(entry).every(([key, value]) => Reflect.get(line, key) === value));
  }

  /** Resolves when an activity of that name has begun, in this process or in one before. */
  async begun(name: string): Promise<void> {
    const isThere = () => this.lines.some((line) => line.kind === "effect" && line.name === name);
    while (!isThere()) {
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
      });
    }
  }
}

export function readLedger(file: string): LedgerLine[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LedgerLine);
}

const quietly = { throwIfNoEntry: false } as const;
