/** Stored text without the stacks in it: those of one error are not the same at every run. */
export function withoutStacks(text: string): string {
  return text.replaceAll(/"stack":"(?:[^"\\]|\\.)*"/g, "");
}
