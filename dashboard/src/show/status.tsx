import { Glyph } from "./glyph.tsx";

const words: Readonly<Record<string, string>> = {
  continuedAsNew: "continued as new",
  timedOut: "timed out",
  quarantine: "quarantined",
  closed: "closed by the end",
};

/** By colour, by shape and in words. */
export function Status({ of }: { readonly of: string }) {
  return (
    <span class={`status tone-${of}`}>
      <Glyph of={of} />
      {words[of] ?? of}
    </span>
  );
}
