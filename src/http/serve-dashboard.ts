import { randomBytes } from "node:crypto";
import { type AddressInfo, isIP } from "node:net";
import { InvalidArgumentError } from "../errors/index.ts";
import { checkObject } from "../values/index.ts";
import { loadAssets } from "./assets.ts";
import { Credentials } from "./credentials.ts";
import { dashboardApp } from "./dashboard-app.ts";
import { listen } from "./listen.ts";
import { createManagementApi, type ManagementApiOptions } from "./management-api.ts";

/** Where the dashboard listens, and who may do what there. */
export interface DashboardOptions extends Omit<ManagementApiOptions, "authorize" | "allowedHosts" | "basePath"> {
  /** Where to listen. Default `"127.0.0.1"`. Any address that is not this machine's own needs a `token`. */
  readonly host?: string;
  /** The port. Default: one that is free. */
  readonly port?: number;
  /**
   * Lets whoever has it look and change, as `authorization: Bearer ...` or on the login page. 16 characters or more.
   */
  readonly token?: string;
  /** Lets whoever has it look. */
  readonly readToken?: string;
  /** Further host names under which it is reached, without ports. */
  readonly allowedHosts?: readonly string[];
}

/** A dashboard that is being served. */
export interface Dashboard extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4100`. */
  readonly url: string;
  /** An address that lets one browser in, once, within 15 minutes: for whoever started the server. */
  loginUrl(): string;
  /** Stops listening, and ends all connections. */
  close(): Promise<void>;
}

/**
 * Serves the dashboard and the HTTP API of a store. Rejects with `InvalidArgumentError` when it would be reachable from
 * other machines without a token.
 */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  checkObject(options, "serveDashboard options");
  const { host = "127.0.0.1", port = 0, token, readToken, allowedHosts = [], ...rest } = options;
  checkTokens({ token, readToken });
  if (!isLoopback(host) && token === undefined) {
    throw new InvalidArgumentError(
      `serveDashboard would be reachable from other machines at ${host}. Give a token, or listen at 127.0.0.1.`,
    );
  }
  const credentials = new Credentials({
    write: token ?? randomBytes(32).toString("base64url"),
    ...(readToken !== undefined && { read: readToken }),
  });
  const hosts = [...(isWildcard(host) ? [] : [bracketed(host)]), "localhost", "127.0.0.1", "[::1]", ...allowedHosts];
  const authorize = (request: Request) => credentials.callerOf(request);
  const api = createManagementApi({ ...rest, authorize, allowedHosts: hosts });
  const rules = { allowedHosts: new Set(hosts.map((name) => name.toLowerCase())) };
  const app = dashboardApp({ api, credentials, assets: await loadAssets(), rules });
  const server = await listen(app.fetch, { host, port });
  const url = `http://${bracketed(isWildcard(host) ? "127.0.0.1" : host)}:${(server.address() as AddressInfo).port}`;
  const role = options.isReadOnly === true ? "read" : "write";
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url,
    loginUrl: () => `${url}/login?code=${credentials.issueCode(role)}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function checkTokens(tokens: Readonly<Record<string, string | undefined>>): void {
  for (const [name, token] of Object.entries(tokens)) {
    if (token === undefined || (typeof token === "string" && token.length >= 16)) continue;
    throw new InvalidArgumentError(`${name} has to be a text of 16 characters or more, so that nobody guesses it.`);
  }
}

const isLoopback = (host: string) => host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
const isWildcard = (host: string) => host === "0.0.0.0" || host === "::";
const bracketed = (host: string) => (isIP(host) === 6 ? `[${host}]` : host);
