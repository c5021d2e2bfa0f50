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
    /** Messages and events that wait for one instance to take them in, before it has said how many. Default 10,000. */
    readonly mailboxDepth?: number;
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
  readonly mailboxDepth: number;
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
  const logger = chosenLogger(options.logger);
  return {
    host,
    provider,
    payloadBytes: positive(limits.payloadBytes ?? 2 * 1024 * 1024, "limits.payloadBytes"),
    mailboxDepth: positive(limits.mailboxDepth ?? 10_000, "limits.mailboxDepth"),
    logger,
    changes: new ChangeWatch(provider, host),
  };
}

function positive(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError(`${what} must be a whole number from 1, not ${String(value)}.`);
}
