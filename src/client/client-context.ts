import type { Logger } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { type Host, processHost } from "../host/index.ts";
import { chosenLogger } from "../observability/index.ts";
import type { Provider } from "../providers/contract.ts";
import { checkObject, textBytes, wholeNumber } from "../values/index.ts";
import { ChangeWatch } from "./change-watch.ts";

/** What a client may be told besides its provider. */
export interface ClientOptions {
  readonly limits?: {
    /** Of one stored value, in bytes of UTF-8. Default 2 MiB. */
    readonly payloadBytes?: number;
    /** Messages and events that wait for one instance to take them in, before it has said how many. Default 10,000. */
    readonly mailboxDepth?: number;
    /** Of a name of an orchestration, event or mailbox, in UTF-8. Default 255; at most 1,000. */
    readonly nameBytes?: number;
    /** Of the id of a new instance, in UTF-8. Default 255; at most 1,000. */
    readonly idBytes?: number;
  };
  /** Default: what the environment variable `PERDURE_LOG` says; silent without it. */
  readonly logger?: Logger;
}

/** With all defaults filled in. */
export type ClientLimits = Required<NonNullable<ClientOptions["limits"]>>;

/** With what only a simulation of a whole world gives. */
export interface HostedClientOptions extends ClientOptions {
  /** Default: the process. */
  readonly host?: Host;
}

/** What every verb of a client works with. */
export interface ClientContext {
  readonly host: Host;
  readonly provider: Provider;
  readonly limits: ClientLimits;
  readonly logger: Logger;
  readonly changes: ChangeWatch;
}

export function clientContext(provider: Provider, options: HostedClientOptions): ClientContext {
  if (typeof (provider as Partial<Provider> | null | undefined)?.createInstances !== "function") {
    throw new InvalidArgumentError("Client needs a provider, such as `await SqliteProvider.open('app.db')`.");
  }
  checkObject(options, "Client options");
  const { host = processHost } = options;
  const limits = clientLimits(options.limits);
  const logger = chosenLogger(options.logger);
  return { host, provider, limits, logger, changes: new ChangeWatch(provider, host) };
}

/** Throws `InvalidArgumentError` for anything that is not as described. */
export function clientLimits(limits: ClientOptions["limits"] = {}): ClientLimits {
  checkObject(limits, "limits");
  return {
    payloadBytes: wholeNumber(limits.payloadBytes ?? 2 * 1024 * 1024, "limits.payloadBytes"),
    mailboxDepth: wholeNumber(limits.mailboxDepth ?? 10_000, "limits.mailboxDepth"),
    nameBytes: wholeNumber(limits.nameBytes ?? textBytes.byDefault, "limits.nameBytes", textBytes.atMost),
    idBytes: wholeNumber(limits.idBytes ?? textBytes.byDefault, "limits.idBytes", textBytes.atMost),
  };
}
