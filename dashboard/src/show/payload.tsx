import { useState } from "preact/hooks";
import { visible } from "./visible.ts";

const firstChars = 12_000;

/** A stored value, printed for people: always text. */
export function Payload({ text, label }: { readonly text: string; readonly label: string }) {
  const [isWhole, setWhole] = useState(false);
  const pretty = prettyText(text);
  const isLong = pretty.length > firstChars;
  return (
    <div class="stack tight">
      <pre class="payload" tabIndex={0} role="region" aria-label={label}>
        {visible(isLong && !isWhole ? pretty.slice(0, firstChars) : pretty)}
      </pre>
      {isLong && !isWhole && (
        <button type="button" class="button little" onClick={() => setWhole(true)}>
          Show all {pretty.length.toLocaleString("en")} characters
        </button>
      )}
    </div>
  );
}

function prettyText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
