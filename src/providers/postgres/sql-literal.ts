/**
 * A value as text of SQL, for statements that have to go out in one message: only such a message is carried out up to
 * the first error and no further, and it cannot have parameters.
 */
export function sqlLiteral(value: string | number | null): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return String(value);
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
