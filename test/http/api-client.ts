import { type Authorize, createManagementApi, type ManagementApiOptions } from "../../src/http/index.ts";
import type { Provider } from "../../src/providers/contract.ts";

export interface Answer {
  readonly status: number;
  // Whatever the route answers: each test says what it expects.
  readonly body: never;
  readonly headers: Headers;
}

/** Talks to the API as the dashboard does; every header can be replaced, or left out with null. */
export function apiClient(provider: Provider, options: Partial<ManagementApiOptions> = {}) {
  const authorize: Authorize = () => ({ role: "write", name: "ada" });
  const api = createManagementApi({ provider, authorize, allowedHosts: ["localhost"], ...options });
  const call = async (
    method: string,
    path: string,
    {
      body,
      headers = {},
    }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string | null>> } = {},
  ): Promise<Answer> => {
    const defaults: Record<string, string | null> = { host: "localhost:4000", ...headersOf(method), ...headers };
    const sent = Object.entries(defaults).filter((entry): entry is [string, string] => entry[1] !== null);
    const request = new Request(`http://localhost:4000${path}`, {
      method,
      headers: sent,
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const response = await api.fetch(request);
    const text = await response.text();
    const json = text === "" ? null : (JSON.parse(text) as unknown);
    return { status: response.status, body: json as never, headers: response.headers };
  };
  return {
    api,
    get: (path: string, headers?: Readonly<Record<string, string | null>>) =>
      call("GET", path, headers === undefined ? {} : { headers }),
    post: (path: string, body: unknown, headers?: Readonly<Record<string, string | null>>) =>
      call("POST", path, { body, ...(headers !== undefined && { headers }) }),
    call,
  };
}

const headersOf = (method: string): Record<string, string> =>
  method === "GET" ? {} : { "content-type": "application/json", "x-perdure": "1", origin: "http://localhost:4000" };
