import { after } from "node:test";
import { PostgresSchema } from "./postgres-schema.ts";

const idle: PostgresSchema[] = [];

/** A schema that is in order and empty. To be given back: making one takes longer than most tests. */
export async function borrowSchema(): Promise<PostgresSchema> {
  const known = idle.pop();
  if (known !== undefined) {
    await known.empty();
    return known;
  }
  const schema = await PostgresSchema.create();
  await (await schema.open()).close();
  return schema;
}

export function giveBackSchema(schema: PostgresSchema): void {
  idle.push(schema);
}

/** Lends a schema to `run`, which must have closed what it opened there. */
export async function inSchema(run: (schema: PostgresSchema) => Promise<void>): Promise<void> {
  const schema = await borrowSchema();
  await run(schema);
  giveBackSchema(schema);
}

after(async () => {
  for (const schema of idle.splice(0)) await schema[Symbol.asyncDispose]();
});
