export {
  type ActivityMessage,
  channels,
  type CommitMessage,
  type HydrationMessage,
  type LeaseMessage,
  type ReplayMessage,
  type StartMessage,
  type Told,
  type TurnMessage,
} from "./channels.ts";
export { chosenLogger } from "./chosen-logger.ts";
export { consoleLogger, type ConsoleLoggerOptions, type LogSink } from "./console-logger.ts";
export { loggerFromEnvironment } from "./environment-logger.ts";
export { withFields } from "./with-fields.ts";
