import type { Logger } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { type Host, processHost } from "../host/index.ts";
import { chosenLogger } from "../observability/index.ts";
import type { Provider } from "../providers/contract.ts";
import { checkObject } from "../values/index.ts";
import { ChangeWatch } from "./change-watch.ts";

/** What a client may be told besides its provider. */
export interface ClientOptions {
  readonly limits?: {
    /** Of one stored value, in bytes of UTF-8. Default 2 MiB. */
    readonly payloadBytes?: number;
  };
  /** Default: what the environment variable `PERDURE_LOG` says; silent without it. */
  readonly logger?: Logger;
}

/** With what only a simulation of a whole world gives. */
export interface HostedClientOptions extends ClientOptions {
  /** Default: the process. */
  readonly host?: Host;
}

/** What every verb of a client works with. */
export interface ClientContext {
  readonly host: Host;
  readonly provider: Provider;
  readonly payloadBytes: number;
  readonly logger: Logger;
  readonly changes: ChangeWatch;
}

export function clientContext(provider: Provider, options: HostedClientOptions): ClientContext {
  if (typeof (provider as Partial<Provider> | null | undefined)?.createInstances !== "function") {
    throw new InvalidArgumentError("Client needs a provider, such as `await SqliteProvider.open('app.db')`.");
  }
  checkObject(options, "Client options");
  const { limits = {}, host = processHost } = options;
  checkObject(limits, "limits");
  const { payloadBytes = 2 * 1024 * 1024 } = limits;
  if (!(Number.isSafeInteger(payloadBytes) && payloadBytes >= 1)) {
    throw new InvalidArgumentError(`limits.payloadBytes must be a whole number from 1, not ${String(payloadBytes)}.`);
  }
  const logger = chosenLogger(options.logger);
  return { host, provider, payloadBytes, logger, changes: new ChangeWatch(provider, host) };
}
