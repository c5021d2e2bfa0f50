import type { Command } from "commander";
import { Management } from "../management/index.ts";
import type { Provider } from "../providers/contract.ts";
import type { ExitCode } from "./exit-codes.ts";
import { openStore, type StoreOptions } from "./open-store.ts";
import type { Terminal } from "./terminal.ts";

/** What every command works with. */
export interface Cli {
  readonly terminal: Terminal;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
  /** Unless something is thrown, the process ends with this. */
  setExitCode(code: ExitCode): void;
}

export interface GlobalOptions extends StoreOptions {
  readonly json?: boolean;
}

export interface OpenedStore {
  readonly provider: Provider;
  readonly management: Management;
}

export const globals = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>();

/** Opens the store of this call, and closes it afterwards. */
export async function withStore<T>(
  { terminal }: Cli,
  command: Command,
  use: (store: OpenedStore) => Promise<T>,
): Promise<T> {
  await using provider = await openStore({ ...globals(command), env: terminal.env });
  return await use({ provider, management: new Management(provider) });
}
