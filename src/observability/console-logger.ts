import type { Logger, LogLevel } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { formatLogLine } from "./log-line.ts";

/** Where a console logger writes: `process.stderr`, or anything else that takes text. */
export interface LogSink {
  readonly isTTY?: boolean;
  /** Whether a terminal shows colours; left out, one does. */
  hasColors?(): boolean;
  /** Takes a whole line with its end. */
  write(text: string): unknown;
}

/** What `consoleLogger` writes, and where. */
export interface ConsoleLoggerOptions {
  /** What is less severe is left out; `"silent"` leaves out everything. Default `"info"`. */
  readonly level?: LogLevel | "silent";
  /** Default `process.stderr`. Coloured only if it is a terminal that wants colours. */
  readonly sink?: LogSink;
}

/** From the least severe to the most; `silent` is above them all. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/**
 * A logger for people: one line for each call, with time, level, message and `key=value` fields. Values of several
 * lines, such as stacks and histories, stand indented beneath. Throws `InvalidArgumentError` for an unknown level.
 */
export function consoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  const { level = "info", sink = process.stderr } = options;
  const least = logLevels.indexOf(level);
  if (least === -1) {
    throw new InvalidArgumentError(`level is ${JSON.stringify(level)}. Give one of ${logLevels.join(", ")}.`);
  }
  const isColoured = sink.isTTY === true && sink.hasColors?.() !== false;
  // Whoever logs below the level pays for an empty call, not for a comparison and a line that nobody sees.
  const method = (of: LogLevel): Logger["info"] => (logLevels.indexOf(of) < least ? ignore : write(of));
  const write =
    (of: LogLevel) =>
    (...call: readonly [string] | readonly [object, string]): void => {
      const [fields, message] = call.length === 1 ? [{}, call[0]] : call;
      sink.write(formatLogLine({ at: new Date(), level: of, message, fields, isColoured }));
    };
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    isLevelEnabled: (of) => (logLevels as readonly string[]).indexOf(of) >= least,
  };
}

const ignore = (): void => {};
