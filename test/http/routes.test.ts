import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { everyCommand, fullName, programOf } from "../../src/cli/program.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import { managementApp } from "../../src/http/management-app.ts";

/** What of the API does what a command does; or why no route can. */
const served: Readonly<Record<string, readonly string[] | string>> = {
  list: ["GET /instances", "GET /instances/count"],
  show: ["GET /instances/:id"],
  history: ["GET /instances/:id/history"],
  tree: ["GET /instances/:id/family"],
  watch: ["GET /changes", "GET /instances/:id/history"],
  start: ["POST /instances"],
  send: ["POST /instances/:id/messages"],
  raise: ["POST /instances/:id/events"],
  cancel: ["POST /instances/:id/actions", "POST /bulk", "POST /bulk/preview"],
  terminate: ["POST /instances/:id/actions", "POST /bulk", "POST /bulk/preview"],
  delete: ["POST /instances/:id/actions", "POST /bulk", "POST /bulk/preview"],
  prune: ["POST /prune"],
  quarantine: ["GET /instances"],
  "quarantine list": ["GET /instances"],
  "quarantine release": ["POST /instances/:id/actions"],
  queues: ["GET /queues"],
  nodes: ["GET /nodes"],
  check: ["POST /check"],
  doctor: ["GET /doctor"],
  export: ["GET /instances/:id/export"],
  import: ["POST /imports"],
  migrate: "a store is brought up to date before anything can serve it",
  move: "needs two stores, of which none may be in use",
  dashboard: "is what serves the API",
  init: "makes a project, and has no store",
};

/** Who comes, and what the page needs beside the commands. */
const forThePage = ["GET /session", "GET /overview", "GET /traffic"];

const routes = (): string[] => {
  const settings = { basePath: "", isReadOnly: false, rules: { allowedHosts: new Set<string>() } };
  const app = managementApp({} as never, { ...settings, logger: console });
  const all = app.routes.filter(({ method }) => method !== "ALL");
  return all.map(({ method, path }) => `${method} ${path.replace("/api", "")}`).toSorted();
};

test("whatever the command line can do has a route, and no route is for nothing", () => {
  const terminal = new Terminal({ ...process, env: {} });
  const cli = { terminal, signal: new AbortController().signal, setExitCode: () => {} };
  const commands = everyCommand(programOf(cli, process)).slice(1);
  assert.deepEqual(Object.keys(served).toSorted(), commands.map(fullName).toSorted());
  const needed = Object.values(served).flatMap((how) => (typeof how === "string" ? [] : how));
  assert.deepEqual(routes(), [...new Set([...needed, ...forThePage])].toSorted());
});

test("the reference of the HTTP API has a row for every route, and no other", () => {
  const page = readFileSync("docs/reference/http-api.md", "utf8");
  const documented = [...page.matchAll(/^\| `((?:GET|POST) [^`]+)` \|/gm)].map(([, route]) => String(route));
  assert.deepEqual(new Set(documented), new Set(routes()));
});

test("the reference of the command line has every command", () => {
  const page = readFileSync("docs/reference/command-line.md", "utf8");
  const named = new Set([...page.matchAll(/`([a-z]+)\b/g)].map(([, name]) => name));
  assert.deepEqual(
    Object.keys(served).filter((name) => !named.has(name.split(" ", 1)[0])),
    [],
  );
});
