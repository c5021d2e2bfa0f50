import type { Management } from "../management/index.ts";
import type { Audit } from "./audit.ts";
import type { Caller } from "./caller.ts";

/** What every route works with. */
export interface ApiContext {
  readonly management: Management;
  readonly audit: Audit;
  readonly bodyLimitBytes: number;
}

/** What Hono carries along with a request. */
export interface ApiEnv {
  readonly Variables: { readonly caller: Caller };
}
