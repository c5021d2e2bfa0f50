import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { PostgresSchema } from "../support/postgres-schema.ts";
import type { StoreKind } from "../support/world-store.ts";
import { creations } from "./user-database.ts";
import type { Address } from "../support/store-address.ts";

/** An empty store and an empty ledger. */
export interface Place extends AsyncDisposable {
  readonly address: Address;
  readonly ledger: string;
  /** For when all who had one are dead. On SQLite that is seen by itself. */
  readonly expireLeases: () => Promise<void>;
}

// What is written when a process is killed stays written without a disk.
const quickFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Empty stores, one after the other: made once, and emptied or copied, since that is so much quicker. */
export class Places implements AsyncDisposable {
  readonly #kind: StoreKind;
  readonly #folder = mkdtempSync(join(quickFolder, "perdure-sweep-"));
  readonly #schemas: PostgresSchema[] = [];
  #count = 0;

  constructor(kind: StoreKind) {
    this.#kind = kind;
  }

  async take(): Promise<Place> {
    this.#count += 1;
    const path = join(this.#folder, String(this.#count));
    return this.#kind === "sqlite" ? await this.#takeFile(path) : await this.#takeSchema(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const schema of this.#schemas) await schema[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #takeFile(path: string): Promise<Place> {
    const empty = join(this.#folder, "empty.db");
    if (this.#count === 1) await (await SqliteProvider.open(empty)).close();
    const file = `${path}.db`;
    const ledger = `${path}.ledger`;
    cpSync(empty, file);
    return {
      address: { kind: "sqlite", file },
      ledger,
      expireLeases: () => Promise.resolve(),
      [Symbol.asyncDispose]: async () => {
        for (const name of [file, `${file}-wal`, `${file}-shm`, ledger]) rmSync(name, { force: true });
      },
    };
  }

  async #takeSchema(path: string): Promise<Place> {
    const known = this.#schemas.pop();
    const schema = known ?? (await PostgresSchema.create());
    if (known === undefined) {
      await (await schema.open()).close();
      for (const statement of creations) await schema.query(statement);
    }
    const ledger = `${path}.ledger`;
    return {
      address: { kind: "postgres", url: schema.url, schema: schema.schema },
      ledger,
      expireLeases: () => schema.expireLeases(),
      [Symbol.asyncDispose]: async () => {
        rmSync(ledger, { force: true });
        await schema.empty();
        await schema.query("TRUNCATE written, orders");
        this.#schemas.push(schema);
      },
    };
  }
}
