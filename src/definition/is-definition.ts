/**
 * Whether the value is what `activity()`, `orchestration()`, `event()` or `mailbox()` returned; whichever `kind` says.
 */
export function isDefinition<K extends "activity" | "orchestration" | "event" | "mailbox">(
  value: unknown,
  kind: K,
): value is { readonly kind: K; readonly name: string } {
  const definition = value as { kind?: unknown; name?: unknown } | null | undefined;
  return definition?.kind === kind && typeof definition.name === "string";
}
