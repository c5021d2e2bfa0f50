import { appendFileSync } from "node:fs";

/** One execution of an activity, as it is noted outside of the store: when it began, and how it ended if it did. */
export type LedgerLine =
  | {
      readonly kind: "begin";
      /** Of this execution alone. */
      readonly nonce: string;
      readonly key: string;
      readonly instanceId: string;
      readonly at: number;
      /** False if the call may be given up before it is recorded, so that nobody has to execute it again. */
      readonly isFirm: boolean;
    }
  | { readonly kind: "end"; readonly nonce: string; readonly at: number; readonly value: number }
  | { readonly kind: "fail"; readonly nonce: string; readonly at: number };

/** Appends to a file of this process alone, which outlives it. */
export class LedgerWriter {
  readonly #file: string;
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  begin(execution: { readonly key: string; readonly instanceId: string; readonly isFirm: boolean }): string {
    this.#count += 1;
    const nonce = `${process.pid}.${this.#count}`;
    this.#write({ kind: "begin", nonce, at: now(), ...execution });
    return nonce;
  }

  end(nonce: string, value: number): void {
    this.#write({ kind: "end", nonce, at: now(), value });
  }

  fail(nonce: string): void {
    this.#write({ kind: "fail", nonce, at: now() });
  }

  #write(line: LedgerLine): void {
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** Comparable between processes of one machine, and nobody sets it back while they run. */
export const now = (): number => performance.timeOrigin + performance.now();
