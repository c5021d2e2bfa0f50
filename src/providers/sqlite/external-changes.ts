import { type FSWatcher, watch } from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";
import type { Connection } from "./connection.ts";
import { isBusy } from "./sqlite-errors.ts";

/** Many commits of others are one change: they are looked for at most this often. */
const pauseMs = 10;

export interface ExternalChangesOptions {
  readonly path: string;
  /** The connection that writes: only the commits of others change its `data_version`. */
  readonly connection: Connection;
  readonly onChange: () => void;
}

/**
 * Notices commits to the same file by other processes, and by other providers in this one. The system says that the
 * -wal file was written, and SQLite says whether by somebody else. A hint only: nothing breaks if none ever comes.
 */
export class ExternalChanges {
  readonly #options: ExternalChangesOptions;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #seenVersion: number | null = null;

  constructor(options: ExternalChangesOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#watcher !== null) return;
    this.#seenVersion = this.#currentVersion();
    try {
      this.#watcher = watch(`${this.#options.path}-wal`, { persistent: false }, () => this.#checkSoon());
      this.#watcher.on("error", () => this.stop());
    } catch {
      // No watches left, or a file system without them: then the polls of the dispatchers find what is new.
    }
  }

  stop(): void {
    this.#watcher?.close();
    this.#watcher = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #checkSoon(): void {
    this.#timer ??= setTimeout(() => this.#check(), pauseMs).unref();
  }

  #check(): void {
    this.#timer = null;
    const version = this.#currentVersion();
    if (version === null) return this.#checkSoon();
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#options.onChange();
  }

  /** Null while the database is busy being recovered. */
  #currentVersion(): number | null {
    try {
      return this.#options.connection.get<[number]>("PRAGMA data_version")?.[0] ?? null;
    } catch (error) {
      if (isBusy(error)) return null;
      throw error;
    }
  }
}
