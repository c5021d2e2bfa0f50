/**
 * How an error shows an argument that was refused: a string in quotes and not at any length, most others by their type.
 */
export function describeArgument(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length <= maxChars ? value : `${value.slice(0, maxChars)}…`);
  return typeof value === "number" || value === null || value === undefined
    ? String(value)
    : `a value of type ${typeof value}`;
}

const maxChars = 80;
