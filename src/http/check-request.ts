import { ApiError } from "./api-error.ts";

export interface RequestRules {
  /** In lower case, without a port. */
  readonly allowedHosts: ReadonlySet<string>;
}

/**
 * Refuses what a page of somebody else's could make a browser send. A name that was rebound to this address is no
 * allowed host; and what changes something has to come from a page of the same origin, or from no page at all.
 */
export function checkRequest(request: Request, { allowedHosts }: RequestRules): void {
  const { host, origin } = addressOf(request);
  if (host === null || !allowedHosts.has(host)) {
    throw new ApiError(421, "HOST_NOT_ALLOWED", "This host is not one that the server was told to answer for.");
  }
  if (isSafe(request)) return;
  const from = request.headers.get("origin");
  if (from !== null && from !== origin) throw foreign();
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") throw foreign();
  // No form and no simple request can send either of these.
  if (mediaType(request) !== "application/json") {
    throw new ApiError(415, "NOT_JSON", "Send content-type: application/json.");
  }
  if (request.headers.get("x-perdure") === null) {
    throw new ApiError(403, "HEADER_MISSING", "Send a header x-perdure, with any value, with what changes something.");
  }
}

export const isSafe = ({ method }: Request): boolean => method === "GET" || method === "HEAD";

// The Host header as it was sent: what the URL of the request says may have been made up by a proxy in between.
function addressOf(request: Request): { readonly host: string | null; readonly origin: string | null } {
  const url = new URL(request.url);
  const header = request.headers.get("host") ?? url.host;
  const address = URL.canParse(`http://${header}`) ? new URL(`http://${header}`) : null;
  // A name or an address, and perhaps a port: a browser sends nothing else.
  if (address === null || !/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(header))
    return { host: null, origin: null };
  return { host: address.hostname.toLowerCase(), origin: `${url.protocol}//${header.toLowerCase()}` };
}

const mediaType = (request: Request): string =>
  (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";

const foreign = () => new ApiError(403, "FOREIGN_ORIGIN", "This request comes from a page of another origin.");
