import type { Logger } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { chosenLogger } from "../observability/index.ts";
import type { Provider } from "../providers/contract.ts";
import { checkObject } from "../values/index.ts";
import { ChangeWatch } from "./change-watch.ts";

export interface ClientOptions {
  readonly limits?: {
    /** Of one stored value, in bytes of UTF-8. Default 2 MiB. */
    readonly payloadBytes?: number;
  };
  /** Default: what the environment variable `PERDURE_LOG` says; silent without it. */
  readonly logger?: Logger;
}

/** What every verb of a client works with. */
export interface ClientContext {
  readonly provider: Provider;
  readonly payloadBytes: number;
  readonly logger: Logger;
  readonly changes: ChangeWatch;
}

export function clientContext(provider: Provider, options: ClientOptions): ClientContext {
  if (typeof (provider as Partial<Provider> | null | undefined)?.createInstances !== "function") {
    throw new InvalidArgumentError("Client needs a provider, such as `await SqliteProvider.open('app.db')`.");
  }
  checkObject(options, "Client options");
  const { limits = {} } = options;
  checkObject(limits, "limits");
  const { payloadBytes = 2 * 1024 * 1024 } = limits;
  if (!(Number.isSafeInteger(payloadBytes) && payloadBytes >= 1)) {
    throw new InvalidArgumentError(`limits.payloadBytes must be a whole number from 1, not ${String(payloadBytes)}.`);
  }
  const logger = chosenLogger(options.logger);
  return { provider, payloadBytes, logger, changes: new ChangeWatch(provider) };
}
