import type { AnyOrchestration } from "../definition/index.ts";
import type { Management } from "../management/index.ts";
import type { Audit } from "./audit.ts";
import type { Authorize, Caller } from "./caller.ts";

/** What every route works with. */
export interface ApiContext {
  readonly management: Management;
  readonly authorize: Authorize;
  readonly audit: Audit;
  readonly bodyLimitBytes: number;
  readonly importLimitBytes: number;
  /** Null if the server was not given any. */
  readonly orchestrations: readonly AnyOrchestration[] | null;
}

/** What Hono carries along with a request. */
export interface ApiEnv {
  readonly Variables: { readonly caller: Caller };
}
