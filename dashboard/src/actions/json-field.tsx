import { textIn } from "./text-in.ts";
import { useState } from "preact/hooks";

/** A JSON value that somebody writes. Empty is null. */
export function JsonField({ label, value = "" }: { readonly label: string; readonly value?: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        name="json"
        spellcheck={false}
        placeholder={'null, "text", 42, { "key": "value" }'}
        defaultValue={value}
        aria-invalid={problem !== null}
        onInput={({ currentTarget }) => setProblem(problemIn(currentTarget.value))}
      />
      <span class={problem === null ? "muted small" : "tone-failed small"}>{problem ?? "JSON. Empty means null."}</span>
    </label>
  );
}

export function jsonIn(fields: FormData): unknown {
  const text = textIn(fields, "json");
  const problem = problemIn(text);
  if (problem !== null) throw new Error(problem);
  return text === "" ? null : (JSON.parse(text) as unknown);
}

function problemIn(text: string): string | null {
  try {
    if (text.trim() !== "") JSON.parse(text);
    return null;
  } catch (error) {
    return `This is not JSON yet: ${(error as Error).message}. A text needs quotation marks.`;
  }
}
