import { borrowSchema, giveBackSchema } from "./borrowed-schemas.ts";
import type { WorldStore } from "./world-store.ts";

export async function openPostgresStore(): Promise<WorldStore> {
  const schema = await borrowSchema();
  const provider = await schema.open();
  return {
    provider,
    file: null,
    schema,
    openAnother: () => schema.open(),
    sql: (statement, ...values) => schema.querySync(toPostgres(statement), values),
    close: async () => {
      await provider.close();
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
