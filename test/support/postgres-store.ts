import { borrowSchema, giveBackSchema } from "./borrowed-schemas.ts";
import { SyncPostgres } from "./sync-postgres.ts";
import type { WorldStore } from "./world-store.ts";

export async function openPostgresStore(): Promise<WorldStore> {
  const schema = await borrowSchema();
  const provider = await schema.open();
  let raw: SyncPostgres | null = null;
  return {
    provider,
    file: null,
    schema,
    openAnother: () => schema.open(),
    sql: (statement, ...values) => {
      raw ??= new SyncPostgres(schema.url, schema.schema);
      return raw.query(toPostgres(statement), values);
    },
    close: async () => {
      await provider.close();
      await raw?.close();
      giveBackSchema(schema);
    },
  };
}

/** The little that differs in the statements that tests use. */
function toPostgres(statement: string): string {
  let count = 0;
  return statement
    .replaceAll(/\bperdure_(\w+)/g, "$1")
    .replaceAll(/\bIS \?/g, "IS NOT DISTINCT FROM ?")
    .replaceAll("?", () => `$${(count += 1)}`);
}
