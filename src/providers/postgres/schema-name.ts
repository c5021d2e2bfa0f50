import { InvalidArgumentError } from "../../errors/index.ts";

export const defaultSchema = "perdure";

/** Checks once what will be written into every statement. */
export function checkSchemaName(schema: unknown): string {
  if (typeof schema === "string" && /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(schema) && !/^pg_/i.test(schema))
    return schema;
  throw new InvalidArgumentError(
    `${JSON.stringify(schema)} is not a schema name that Perdure takes. Use up to 63 letters, digits and underscores; ` +
      'not a digit first, and not "pg_".',
  );
}
