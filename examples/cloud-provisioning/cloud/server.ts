import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { catalog, isKind } from "./catalog.ts";
import { faultGenerator, fraction } from "./faults.ts";
import { type RateLimit, rateLimiter } from "./rate-limit.ts";
import { Refusal } from "./refusal.ts";
import type { Ledger, Resource, ResourceRef, ResourceSpec } from "./resource.ts";
import { CloudState, isReady } from "./state.ts";

export interface CloudOptions {
  /** Where the journal is kept. */
  readonly directory: string;
  readonly seed?: number;
  /** The share of requests that go wrong. */
  readonly faultRate?: number;
  readonly rateLimit?: RateLimit;
  /** How long things take, as a multiple of what the catalog says; 0 makes everything immediate. */
  readonly slowness?: number;
}

export interface Cloud {
  readonly url: string;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens the cloud on a free port of this machine, with all that its journal remembers. */
export async function openCloud(options: CloudOptions): Promise<Cloud> {
  mkdirSync(options.directory, { recursive: true });
  const state = new CloudState(join(options.directory, "cloud.jsonl"));
  const serve = frontDoor(state, options);
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      state.close();
    },
  };
}

/** All that stands between a client and the resources: the auditor's entrance, the rate limit and the bad weather. */
function frontDoor(state: CloudState, options: CloudOptions) {
  const { seed = 1, faultRate = 0.06, rateLimit = { perSecond: 20, burst: 8 }, slowness = 1 } = options;
  const waitMs = rateLimiter(rateLimit);
  const nextFault = faultGenerator(seed, faultRate);
  const weather = { rateLimited: 0, unavailable: 0, dropped: 0 };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (request.url === "/ledger") {
        return send(response, { status: 200, body: { ...state.ledger(), weather } satisfies Ledger });
      }
      const retryAfterMs = waitMs();
      if (retryAfterMs > 0) {
        weather.rateLimited += 1;
        return send(response, tooManyRequests(retryAfterMs));
      }
      const name = `${request.method} ${request.url}`;
      const fault = nextFault(name);
      if (fault === "unavailable") weather.unavailable += 1;
      if (fault === "request lost" || fault === "answer lost") weather.dropped += 1;
      await sleep((20 + 60 * fraction(`${seed} ${name}`)) * slowness);

      if (fault === "unavailable") throw new Refusal(503, "Unavailable", "The cloud is busy. Try again.");
      if (fault === "request lost") return void request.socket.destroy();
      const reply = await answer(state, request, { seed, slowness });
      if (fault === "answer lost") return void request.socket.destroy();
      send(response, reply);
    } catch (error) {
      send(response, refusalReply(error));
    }
  };
}

async function answer(
  state: CloudState,
  request: IncomingMessage,
  { seed, slowness }: { readonly seed: number; readonly slowness: number },
): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://cloud");
  const [collection, kind, name, ...rest] = pathname.slice(1).split("/").map(decodeURIComponent);
  if (request.method === "GET" && pathname === "/catalog") return { status: 200, body: catalog };
  if (collection !== "resources" || kind === undefined || !isKind(kind) || !name || rest.length > 0) {
    throw new Refusal(404, "NotFound", `There is nothing at ${pathname}.`);
  }
  const ref: ResourceRef = `${kind}/${name}`;
  switch (request.method) {
    case "PUT": {
      const takesMs = catalog[kind].takesMs * (0.6 + 0.8 * fraction(`${seed} ${ref}`)) * slowness;
      const { owner, needs, properties } = await readBody(request);
      const [key, attempt] = [readHeader(request, "idempotency-key"), Number(readHeader(request, "attempt"))];
      return describe(state.create({ spec: { kind, name, needs, properties }, owner, key, attempt, takesMs }));
    }
    case "GET":
      return describe(state.get(ref));
    case "DELETE":
      state.delete(ref, searchParams.get("owner") ?? "");
      return { status: 200, body: {} };
    default:
      throw new Refusal(405, "InvalidRequest", `${request.method} is not supported.`);
  }
}

/** 202 while the resource is being created, with the place to ask again. */
function describe(resource: Resource): Reply {
  if (isReady(resource)) return { status: 200, body: resource };
  return { status: 202, body: resource, headers: { location: `/resources/${resource.kind}/${resource.name}` } };
}

async function readBody(
  request: IncomingMessage,
): Promise<Pick<ResourceSpec, "needs" | "properties"> & { owner: string }> {
  const body = (await json(request)) as Partial<Pick<ResourceSpec, "needs" | "properties"> & { owner: string }>;
  if (!body.owner) throw new Refusal(400, "InvalidRequest", "An owner is required.");
  return { owner: body.owner, needs: body.needs ?? [], properties: body.properties ?? {} };
}

function readHeader(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  if (typeof value !== "string") throw new Refusal(400, "InvalidRequest", `The header ${name} is required.`);
  return value;
}

function tooManyRequests(retryAfterMs: number): Reply {
  const { status, body } = refusalReply(new Refusal(429, "TooManyRequests", "Too many requests. Slow down."));
  return { status, body, headers: { "retry-after": String(Math.ceil(retryAfterMs / 1000)) } };
}

function refusalReply(error: unknown): Reply {
  if (error instanceof Refusal) return { status: error.status, body: { code: error.code, message: error.message } };
  return { status: 400, body: { code: "InvalidRequest", message: String(error) } };
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
