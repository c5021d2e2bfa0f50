import type { ErrorBody } from "../../../src/http/api-error.ts";
import type {
  ActionResult,
  BulkPreview,
  BulkResult,
  CheckView,
  Diagnosis,
  FamilyTree,
  HistoryView,
  InstanceAction,
  InstanceReport,
  ListView,
  NodeView,
  Overview,
  QueuesView,
  TrafficView,
} from "../../../src/management/index.ts";
import type { ImportResult } from "../../../src/transfer/index.ts";
import type { Session } from "../shell/session.ts";

/** An answer that is not a success, or none at all (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Params = Readonly<Record<string, string | undefined>>;

const instance = (id: string, rest = "") => `api/instances/${encodeURIComponent(id)}${rest}`;

/** The HTTP API, as docs/reference/http-api.md has it. Each rejects with `Problem`. */
export const api = {
  session: () => ask<Session>("GET", "api/session"),
  login: (token: string) => ask("POST", "session", { token }),
  logout: () => ask("DELETE", "session", {}),
  overview: () => ask<Overview>("GET", "api/overview"),
  list: (filter: Params) => ask<ListView>("GET", `api/instances${search(filter)}`),
  count: (filter: Params) => ask<{ readonly count: number }>("GET", `api/instances/count${search(filter)}`),
  describe: (id: string) => ask<InstanceReport>("GET", instance(id)),
  history: (id: string, executionId?: string, afterEventId?: string) =>
    ask<HistoryView>("GET", instance(id, `/history${search({ executionId, afterEventId })}`)),
  family: (id: string) => ask<FamilyTree>("GET", instance(id, "/family")),
  doctor: () => ask<Diagnosis>("GET", "api/doctor"),
  check: () => ask<CheckView>("POST", "api/check", {}),
  import: (file: unknown, as: "inspection" | "live") => ask<ImportResult>("POST", "api/imports", { file, as }),
  queues: () => ask<QueuesView>("GET", "api/queues"),
  nodes: () => ask<{ readonly nodes: readonly NodeView[] }>("GET", "api/nodes"),
  traffic: (sinceMs: number) =>
    ask<TrafficView>("GET", `api/traffic${search({ sinceMs: String(sinceMs), limit: "1000" })}`),
  start: (body: {
    readonly name: string;
    readonly input: unknown;
    readonly instanceId?: string;
    readonly version?: string;
  }) => ask<{ readonly instanceId: string }>("POST", "api/instances", body),
  send: (id: string, mailbox: string, data: unknown) => ask("POST", instance(id, "/messages"), { mailbox, data }),
  raise: (id: string, event: string, data: unknown) => ask("POST", instance(id, "/events"), { event, data }),
  act: (id: string, action: InstanceAction) => ask<ActionResult>("POST", instance(id, "/actions"), action),
  preview: (filter: Params) => ask<BulkPreview>("POST", "api/bulk/preview", given(filter)),
  bulk: (filter: Params, action: InstanceAction) =>
    ask<BulkResult>("POST", "api/bulk", { ...given(filter), ...action }),
} as const;

/** Where the browser finds the file: it asks for it by itself. */
export const exportAddress = (id: string, isRedacted: boolean): string =>
  instance(id, `/export${search({ redact: isRedacted ? "true" : undefined })}`);

async function ask<T = object>(method: string, path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json", "x-perdure": "1" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Problem(0, "UNREACHABLE", "The server does not answer. Is it still running?");
  }
  const answer = (await response.json().catch(() => null)) as T | ErrorBody | null;
  if (response.ok && answer !== null) return answer as T;
  const error = (answer as ErrorBody | null)?.error;
  throw new Problem(response.status, error?.code ?? "UNREADABLE", error?.message ?? "The answer was not readable.");
}

function given(params: Params): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

function search(params: Params): string {
  const query = new URLSearchParams(given(params)).toString();
  return query === "" ? "" : `?${query}`;
}
