/** A page of the reference of the API: what one entry point exports, or a part of that. */
export interface Page {
  /** Its file, without the ending. */
  readonly slug: string;
  readonly entry: string;
  readonly title: string;
  readonly intro: string;
  readonly groups: readonly Group[];
}

/** A part of a page: the names that are declared in these files or folders. */
export interface Group {
  readonly title: string;
  readonly from: readonly string[];
}

const everything = (...from: string[]): readonly Group[] => [{ title: "", from }];

/** A name that several of them export is described on the first. */
export const pages: readonly Page[] = [
  {
    slug: "perdure",
    entry: "src/index.ts",
    title: "perdure",
    intro:
      "What programs are written with: definitions, the runtime that runs them, and the client that starts and steers instances.",
    groups: [
      {
        title: "Defining",
        from: ["activity", "orchestration", "inbound", "transaction", "retry", "standard-schema"]
          .map((file) => `src/definition/${file}.ts`)
          .concat("src/values/"),
      },
      { title: "Inside an orchestration", from: ["src/definition/orchestration-context.ts"] },
      { title: "Inside an activity", from: ["src/definition/activity-context.ts"] },
      { title: "The client", from: ["src/client/"] },
      { title: "The runtime", from: ["src/runtime/"] },
      { title: "Failures", from: ["src/errors/"] },
      { title: "Codecs", from: ["src/codec/"] },
      { title: "Logging and channels", from: ["src/definition/logger.ts", "src/observability/"] },
    ],
  },
  {
    slug: "history",
    entry: "src/index.ts",
    title: "perdure: the history",
    intro:
      "The types of the events that `client.getHistory` gives. What each of them means is in [history events](../events.md).",
    groups: everything("src/history/"),
  },
  {
    slug: "provider",
    entry: "src/index.ts",
    title: "perdure: the contract of a provider",
    intro:
      "What a store has to do. Only [whoever writes a provider](../../extend/writing-a-provider.md) needs any of it.",
    groups: [
      { title: "The provider", from: ["src/providers/contract.ts"] },
      { title: "Rows", from: ["src/providers/contract-rows.ts"] },
      { title: "Leases and claims", from: ["src/providers/contract-nodes.ts"] },
      { title: "Commits", from: ["src/providers/contract-commits.ts"] },
      { title: "Wake-up hints", from: ["src/providers/contract-hints.ts"] },
      { title: "Transactions of users", from: ["src/providers/contract-transactions.ts"] },
      { title: "Queries", from: ["src/providers/contract-queries.ts"] },
      { title: "Inspection", from: ["src/providers/contract-inspection.ts"] },
      { title: "Moving and exporting", from: ["src/providers/contract-transfer.ts"] },
    ],
  },
  {
    slug: "sqlite",
    entry: "src/providers/sqlite/index.ts",
    title: "perdure/sqlite",
    intro:
      "The embedded store: one file, no server. The guide: [running on SQLite](../../guides/running-on-sqlite.md).",
    groups: everything("src/"),
  },
  {
    slug: "postgres",
    entry: "src/providers/postgres/index.ts",
    title: "perdure/postgres",
    intro: "The store for many nodes; it needs the package `pg`. The guide: [many nodes](../../guides/many-nodes.md).",
    groups: everything("src/"),
  },
  {
    slug: "testing",
    entry: "src/testing/index.ts",
    title: "perdure/testing",
    intro:
      "Virtual time, stubs, every order and every crash, and replays before a deploy. The guide: [testing](../../guides/testing.md).",
    groups: [
      { title: "A test environment", from: ["src/testing/environment/", "src/testing/virtual-clock.ts"] },
      { title: "Exploring", from: ["src/testing/explore/"] },
      { title: "Replaying", from: ["src/testing/"] },
    ],
  },
  {
    slug: "conformance",
    entry: "src/providers/conformance/index.ts",
    title: "perdure/conformance",
    intro:
      "The checks that every provider has to pass. The page: [writing a provider](../../extend/writing-a-provider.md).",
    groups: everything("src/"),
  },
  {
    slug: "management",
    entry: "src/management/index.ts",
    title: "perdure/management",
    intro: "What an operator sees and does, as plain JSON. The guide: [management](../../guides/management.md).",
    groups: everything("src/"),
  },
  {
    slug: "transfer",
    entry: "src/transfer/index.ts",
    title: "perdure/transfer",
    intro:
      "From one store into another, and between a store and a file. The guide: " +
      "[many nodes](../../guides/many-nodes.md); the file: [export format](../export-format.md).",
    groups: everything("src/"),
  },
  {
    slug: "http",
    entry: "src/http/index.ts",
    title: "perdure/http",
    intro: "The management API and the dashboard, for a server of yours. The routes: [HTTP API](../http-api.md).",
    groups: everything("src/"),
  },
  {
    slug: "otel",
    entry: "src/otel/index.ts",
    title: "perdure/otel",
    intro: "Traces and metrics; it needs the package `@opentelemetry/api`. All of them: [telemetry](../telemetry.md).",
    groups: everything("src/"),
  },
];
