import type { Logger, LogLevel } from "../../src/definition/index.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: { readonly [key: string]: unknown };
}

/** Keeps what is logged, tells whoever waits for a line, and passes everything on to another logger. */
export class RecordingLogger {
  readonly lines: LogLine[] = [];
  readonly logger: Logger;
  readonly #listeners = new Set<() => void>();

  constructor(next: Logger) {
    const method =
      (level: LogLevel) =>
      (first: string | object, second?: string): void => {
        const [fields, message] = typeof first === "string" ? [{}, first] : [first, second ?? ""];
        this.lines.push({ level, message, fields: fields as LogLine["fields"] });
        next[level](fields, message);
        for (const listener of this.#listeners) listener();
      };
    this.logger = { debug: method("debug"), info: method("info"), warn: method("warn"), error: method("error") };
  }

  onLine(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lines whose message contains the text, of any level. */
  find(text: string): LogLine[] {
    return this.lines.filter(({ message }) => message.includes(text));
  }
}
