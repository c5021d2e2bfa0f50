import type { LogFields, Logger, LogLevel } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { loggerFromEnvironment } from "./environment-logger.ts";

/**
 * The logger that was given, made harmless: what it throws ends neither a turn nor a node. None given: the
 * environment's.
 *
 * @throws InvalidArgumentError for what lacks one of a logger's methods.
 */
export function chosenLogger(given: Logger | undefined): Logger {
  if (given === undefined) return loggerFromEnvironment();
  const missing = levels.find((level) => typeof (given as Partial<Logger> | null)?.[level] !== "function");
  if (missing === undefined) return harmless(given);
  throw new InvalidArgumentError(
    `logger has no method "${missing}". Give a pino logger, consoleLogger(), or the like.`,
  );
}

const levels = ["debug", "info", "warn", "error"] as const;

function harmless(logger: Logger): Logger {
  const method =
    (level: LogLevel) =>
    (...call: readonly [string] | readonly [LogFields, string]): void => {
      try {
        // Called as its own method: pino's need their `this`.
        if (call.length === 1) logger[level](call[0]);
        else logger[level](call[0], call[1]);
      } catch (error) {
        warnOnce(error);
      }
    };
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    isLevelEnabled: (level) => logger.isLevelEnabled?.(level) ?? true,
  };
}

let hasWarned = false;

function warnOnce(error: unknown): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(`The logger given to Perdure threw, and its lines are lost: ${String(error)}`, "PerdureWarning");
}
