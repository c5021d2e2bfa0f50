import type { ComponentChildren } from "preact";

interface PanelProps {
  readonly title: string;
  readonly beside?: ComponentChildren;
  /** The children fill it to its edges. */
  readonly isFlush?: boolean;
  readonly children: ComponentChildren;
}

export function Panel({ title, beside, isFlush = false, children }: PanelProps) {
  return (
    <section class="panel" aria-label={title}>
      <header class="spread">
        <h2>{title}</h2>
        {beside}
      </header>
      {isFlush ? children : <div class="inside">{children}</div>}
    </section>
  );
}
