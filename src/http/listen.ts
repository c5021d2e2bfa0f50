import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly patience?: Patience;
}

/** How long somebody may take, in milliseconds. */
interface Patience {
  /** For the headers of a request. */
  readonly headersMs: number;
  /** For all of it. */
  readonly requestMs: number;
  /** This often somebody looks who takes longer. */
  readonly lookMs: number;
}

const usual: Patience = { headersMs: 10_000, requestMs: 30_000, lookMs: 2_000 };

/** Connections that are slow on purpose would otherwise be all that there are. */
const maxConnections = 500;

/** A server of a web-standard handler, which waits for nobody for long. */
export async function listen(
  handler: (request: Request) => Response | Promise<Response>,
  { host, port, patience = usual }: ListenOptions,
): Promise<Server> {
  const respond = getRequestListener(handler);
  const server = createServer(
    {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: patience.lookMs,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      void respond(request, response);
    },
  );
  server.maxConnections = maxConnections;
  server.listen(port, host);
  await once(server, "listening");
  return server;
}
