import { visibleLine } from "./visible.ts";

/** A name or an id of users': on one line, and without influence on what stands around it. */
export function Text({ children, limit = 400 }: { readonly children: string; readonly limit?: number }) {
  const shown = visibleLine(children.length > limit ? `${children.slice(0, limit)}…` : children);
  return <bdi title={shown.length > 24 ? shown : undefined}>{shown}</bdi>;
}
