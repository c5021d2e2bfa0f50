import { type AnyOrchestration, isDefinition, type Logger } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { Management } from "../management/index.ts";
import { chosenLogger } from "../observability/index.ts";
import type { Provider } from "../providers/contract.ts";
import { checkObject, wholeNumber } from "../values/index.ts";
import type { ApiContext } from "./api-context.ts";
import { type Audit, auditTo } from "./audit.ts";
import type { Authorize } from "./caller.ts";
import { managementApp } from "./management-app.ts";

/** What the HTTP API is of, under which names it is reached, and who may do what. */
export interface ManagementApiOptions {
  /** The store. */
  readonly provider: Provider;
  /**
   * Says what a request may do: `"none"`, `"read"` or `"write"`, or `{ role, name }` with a name for the audit. There
   * is no default: whoever mounts the API decides who may use it.
   */
  readonly authorize: Authorize;
  /** The host names under which it is reached, without ports, such as `["ops.example.com"]`. */
  readonly allowedHosts: readonly string[];
  /** What comes before the paths of the API, such as `/perdure`. Default: nothing. */
  readonly basePath?: string;
  /** Refuses whatever would change something, whoever asks. Default: false. */
  readonly isReadOnly?: boolean;
  /** A request's body, in bytes. Default: 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** An imported file, in bytes. Default: 64 MiB. */
  readonly importLimitBytes?: number;
  /**
   * The code that `POST /check` replays the running instances against: what this process has registered, or what is
   * about to be deployed. Without it there is nothing to check against.
   */
  readonly orchestrations?: readonly AnyOrchestration[];
  /** Default: a line of level `info` in the log for each change. */
  readonly audit?: Audit;
  /** Default: what the environment variable `PERDURE_LOG` says; silent without it. */
  readonly logger?: Logger;
}

/**
 * A web-standard handler: `app.mount("/perdure", api.fetch)` in Hono, or any server that speaks `Request` and
 * `Response`.
 */
export interface ManagementApi {
  readonly fetch: (request: Request) => Promise<Response>;
}

/**
 * The HTTP API of a store: whatever the command line can do, as JSON, under `/api`. Throws `InvalidArgumentError` for
 * options that would leave it open to everybody.
 */
export function createManagementApi(options: ManagementApiOptions): ManagementApi {
  checkObject(options, "ManagementApi options");
  const { provider, authorize, allowedHosts, basePath = "", isReadOnly = false } = options;
  if (typeof authorize !== "function") {
    throw new InvalidArgumentError("createManagementApi needs authorize: who may look, and who may change something?");
  }
  if (!Array.isArray(allowedHosts) || allowedHosts.length === 0 || allowedHosts.includes("*")) {
    throw new InvalidArgumentError(
      "createManagementApi needs allowedHosts: the names it is reached by, such as localhost.",
    );
  }
  const { orchestrations = null } = options;
  if (orchestrations !== null && !areOrchestrations(orchestrations)) {
    throw new InvalidArgumentError("orchestrations has to be a list of what orchestration() gave.");
  }
  const logger = chosenLogger(options.logger);
  const api: ApiContext = {
    management: new Management(provider, { logger }),
    authorize,
    audit: options.audit ?? auditTo(logger),
    bodyLimitBytes: wholeNumber(options.bodyLimitBytes ?? mebibyte, "bodyLimitBytes"),
    importLimitBytes: wholeNumber(options.importLimitBytes ?? 64 * mebibyte, "importLimitBytes"),
    orchestrations,
  };
  const rules = { allowedHosts: new Set(allowedHosts.map((host) => host.toLowerCase())) };
  const app = managementApp(api, { basePath, isReadOnly, rules, logger });
  return { fetch: async (request) => await app.fetch(request) };
}

const mebibyte = 1024 * 1024;

const areOrchestrations = (list: unknown): boolean =>
  Array.isArray(list) && list.every((one) => isDefinition(one, "orchestration"));
