import type { ComponentChildren } from "preact";

/** A few numbers in a row. */
export function Figures({ of }: { readonly of: readonly (readonly [label: string, value: ComponentChildren])[] }) {
  return (
    <dl class="figures">
      {of.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{typeof value === "number" ? value.toLocaleString("en") : value}</dd>
        </div>
      ))}
    </dl>
  );
}
