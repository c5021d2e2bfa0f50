import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callCli } from "../cli/call-cli.ts";

const root = join(import.meta.dirname, "../..");

/** What `perdure init` makes, with this package and the types of Node where `npm install` would put them. */
export async function newProject(): Promise<{ readonly folder: string } & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-init-"));
  const { exitCode, err } = await callCli(["init", folder]);
  if (exitCode !== 0) throw new Error(err);
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules/perdure"));
  symlinkSync(join(root, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
