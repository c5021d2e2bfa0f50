export * from "./client/index.ts";
export * from "./codec/index.ts";
export {
  type Activity,
  type ActivityCall,
  type ActivityContext,
  type ActivityFunction,
  type ActivityOptions,
  type AnyActivity,
  type AnyOrchestration,
  type CallableActivity,
  type AwaitOptions,
  type DetachedStart,
  type EventDefinition,
  type LogFields,
  type LogLevel,
  type Logger,
  type Mailbox,
  type Orchestration,
  type OrchestrationContext,
  type OrchestrationFunction,
  type OrchestrationOptions,
  type OrchestrationState,
  type ParentInstance,
  type RetryOptions,
  type Schema,
  type SchemaIssue,
  type SchemaResult,
  type SubOrchestrationCall,
  type TransactionFunction,
  type TransactionalActivity,
  type WithInput,
  activity,
  event,
  mailbox,
  orchestration,
  transaction,
} from "./definition/index.ts";
export * from "./errors/index.ts";
export type * from "./history/events.ts";
export type { ParentLink } from "./history/index.ts";
export {
  consoleLogger,
  type ConsoleLoggerOptions,
  loggerFromEnvironment,
  type LogSink,
} from "./observability/index.ts";
export type {
  ActivityMessage,
  CommitMessage,
  HydrationMessage,
  LeaseMessage,
  ReplayMessage,
  StartMessage,
  TurnMessage,
} from "./observability/index.ts";
export type * from "./providers/contract.ts";
export { type Limits, Runtime, type RuntimeOptions } from "./runtime/index.ts";
export type { Duration } from "./values/index.ts";
