import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { stripVTControlCharacters, styleText } from "node:util";
import { printable } from "../observability/printable.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

/** What a command reads from and writes to. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; hasColors?(): boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type Style = "dim" | "bold" | "red" | "green" | "yellow" | "cyan" | "magenta";

/** Text for people goes out through here, made harmless: what comes from a store may hold anything. */
export class Terminal {
  readonly #streams: Streams;
  readonly #isColoured: boolean;

  constructor(streams: Streams) {
    this.#streams = streams;
    this.#isColoured = streams.stdout.isTTY === true && streams.stdout.hasColors?.() === true;
  }

  get width(): number {
    return this.#streams.stdout.isTTY === true ? (this.#streams.stdout.columns ?? 120) : Number.POSITIVE_INFINITY;
  }

  get isInteractive(): boolean {
    return this.#streams.stdin.isTTY === true && this.#streams.stderr.isTTY === true;
  }

  get env(): Streams["env"] {
    return this.#streams.env;
  }

  paint(style: Style, text: string): string {
    const clean = printable(text);
    return this.#isColoured ? styleText(style, clean, { validateStream: false }) : clean;
  }

  /** A line, of parts that were painted or come from this program. */
  line(text = ""): void {
    this.#streams.stdout.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.#streams.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** One JSON value on a line of its own, for a stream of them. */
  jsonLine(value: unknown): void {
    this.#streams.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** To people, beside the output. */
  note(text: string): void {
    this.#streams.stderr.write(`${text}\n`);
  }

  /** How far it has come, over the same line again and again; nothing where nobody looks. */
  progress(text: string | null): void {
    if (this.#streams.stderr.isTTY !== true) return;
    this.#streams.stderr.write(text === null ? "\r\u001B[K" : `\r\u001B[K${printable(text)}`);
  }

  /** Asks before something is destroyed; `--yes` has answered already. Throws unless the answer is yes. */
  async confirm(question: string, isConfirmed: boolean): Promise<void> {
    if (isConfirmed) return;
    if (!this.isInteractive) {
      throw new CliError(exitCodes.usage, `${question} Nobody is here to answer: add --yes.`);
    }
    const readline = createInterface({ input: this.#streams.stdin, output: this.#streams.stderr });
    try {
      const answer = await readline.question(`${printable(question)} [y/N] `);
      if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(exitCodes.usage, "Nothing was done.");
    } finally {
      readline.close();
    }
  }

  async readInput(): Promise<string> {
    let text = "";
    for await (const chunk of this.#streams.stdin) text += String(chunk);
    return text;
  }
}

/** As wide as it is seen. */
export const widthOf = (text: string): number => stripVTControlCharacters(text).length;
