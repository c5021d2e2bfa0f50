export { consoleLogger, type ConsoleLoggerOptions, type LogSink } from "./console-logger.ts";
export { loggerFromEnvironment } from "./environment-logger.ts";
