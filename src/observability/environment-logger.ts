import type { Logger } from "../definition/index.ts";
import { type ConsoleLoggerOptions, consoleLogger, logLevels } from "./console-logger.ts";

/**
 * The logger of whoever is given none: a console logger of the level that the environment variable `PERDURE_LOG`
 * names (`debug`, `info`, `warn`, `error` or `silent`), and a silent one when it is not set. Another value is warned
 * about once, and means `info`.
 */
export function loggerFromEnvironment(options: Omit<ConsoleLoggerOptions, "level"> = {}): Logger {
  const value = process.env["PERDURE_LOG"]?.trim().toLowerCase() || "silent";
  const level = logLevels.find((known) => known === value);
  const logger = consoleLogger({ ...options, level: level ?? "info" });
  if (level === undefined && !hasWarned) {
    hasWarned = true;
    logger.warn({ PERDURE_LOG: value }, `PERDURE_LOG must be one of ${logLevels.join(", ")}. Logging at level info.`);
  }
  return logger;
}

// Every runtime and every client asks for this logger, and one warning is enough for a process.
let hasWarned = false;
