import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";

/** An append-only file of JSON lines. What `append` returned from is on disk. */
export class Journal<Entry> {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  static open<Entry>(path: string): { journal: Journal<Entry>; entries: Entry[] } {
    const file = openSync(path, "a+");
    const text = readFileSync(path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    // A crash in the middle of a write leaves part of a line: never answered for, so it never happened.
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    const entries = whole.split("\n").slice(0, -1);
    return { journal: new Journal(file), entries: entries.map((line) => JSON.parse(line) as Entry) };
  }

  append(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
