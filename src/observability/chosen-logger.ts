import type { Logger, LogLevel } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { loggerFromEnvironment } from "./environment-logger.ts";

/**
 * The logger that was given, or the environment's.
 *
 * @throws InvalidArgumentError for what lacks one of a logger's methods.
 */
export function chosenLogger(given: Logger | undefined): Logger {
  if (given === undefined) return loggerFromEnvironment();
  const missing = methods.find((level) => typeof (given as Partial<Logger> | null)?.[level] !== "function");
  if (missing === undefined) return given;
  throw new InvalidArgumentError(
    `logger has no method "${missing}". Give a pino logger, consoleLogger(), or the like.`,
  );
}

const methods: readonly LogLevel[] = ["debug", "info", "warn", "error"];
