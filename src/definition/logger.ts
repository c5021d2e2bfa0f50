/** Structured values of a log line, such as `{ instanceId, turn: 3 }`. */
export type LogFields = object;

interface LogMethod {
  (message: string): void;
  (fields: LogFields, message: string): void;
}

/** Four methods in the shape of pino's, so that a pino logger fits as it is. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** Where there is one, lines that are costly to make are made only for a level that is enabled. */
  isLevelEnabled?(level: string): boolean;
}

/** The level of a log line, from the least severe to the most. */
export type LogLevel = "debug" | "info" | "warn" | "error";
