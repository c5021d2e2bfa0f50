import type { LogFields, Logger, LogLevel } from "../definition/index.ts";

/**
 * A logger whose lines carry these fields, besides their own. An error in the place of the fields is the field `err`,
 * as with pino.
 */
export function withFields(logger: Logger, fields: LogFields): Logger {
  const method =
    (level: LogLevel) =>
    (first: string | LogFields, second?: string): void => {
      if (logger.isLevelEnabled?.(level) === false) return;
      if (typeof first === "string") logger[level](fields, first);
      else if (first instanceof Error) logger[level]({ ...fields, err: first }, second ?? first.message);
      else logger[level](Object.assign({}, fields, first, fields), second ?? "");
    };
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    isLevelEnabled: (level) => logger.isLevelEnabled?.(level) ?? true,
  };
}
