/** A custom status on one line, as somebody would say it: `phase: shipping · total: 129`. */
export function statusSummary(stored: string): string {
  let json: unknown;
  try {
    json = JSON.parse(stored);
  } catch {
    return stored;
  }
  if (typeof json !== "object" || json === null) return String(json);
  if (Array.isArray(json)) return stored;
  return Object.entries(json)
    .map(
      ([key, value]) =>
        `${key}: ${typeof value === "object" && value !== null ? JSON.stringify(value) : String(value)}`,
    )
    .join(" · ");
}
