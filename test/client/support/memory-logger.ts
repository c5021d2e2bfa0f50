import type { Logger } from "../../../src/definition/index.ts";

/** Keeps what is logged: one text for each call, the level first. */
export class MemoryLogger implements Logger {
  readonly lines: string[] = [];
  readonly debug = this.#method("debug");
  readonly info = this.#method("info");
  readonly warn = this.#method("warn");
  readonly error = this.#method("error");

  #method(level: string) {
    return (...call: readonly [string] | readonly [object, string]): void => {
      const [fields, message] = call.length === 1 ? [{}, call[0]] : call;
      this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  }
}
