import type { LogLevel, Logger } from "../definition/index.ts";
import type { ReplayEngine } from "./engine.ts";

/** Writes each line once, when the function comes to it for the first time; and never has an effect on the function. */
export function replaySafeLogger(engine: ReplayEngine): Logger {
  const method =
    (level: LogLevel) =>
    (first: string | object, second?: string): void => {
      if (engine.log.isReplaying || engine.isOver) return;
      const [fields, message] = lineOf(first, second);
      try {
        engine.options.log(level, fields, message);
      } catch {
        // A logger that throws would make the function do now what it does not do when it is replayed.
      }
    };
  return { debug: method("debug"), info: method("info"), warn: method("warn"), error: method("error") };
}

function lineOf(first: string | object, second: string | undefined): [fields: object, message: string] {
  if (typeof first === "string") return [{}, first];
  // An error's own fields say nothing: those who log one mean all of it.
  return first instanceof Error ? [{ err: first }, second ?? first.message] : [first, second ?? ""];
}
