/** Each state has a shape of its own, so that nobody has to tell colours apart. */
const shapes: Readonly<Record<string, string>> = {
  pending: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11",
  running: "M8 2.5a5.5 5.5 0 1 0 5.5 5.5M8 5v3l2.5 1.5",
  open: "M8 2.5a5.5 5.5 0 1 0 5.5 5.5M8 5v3l2.5 1.5",
  completed: "m3 8.5 3.2 3.3L13 4.5",
  failed: "m4 4 8 8m0-8-8 8",
  timedOut: "M4 2.5h8L4 13.5h8z",
  cancelled: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4.2 4.2l7.6 7.6",
  terminated: "M3.5 3.5h9v9h-9z",
  continuedAsNew: "M13 8a5 5 0 1 1-1.8-3.8M13 2v3h-3",
  closed: "M3 8h10",
  quarantine: "M8 1.8 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2",
  activity: "M9 2 4 9h4l-1 5 5-7H8z",
  timer: "M8 3a5.5 5.5 0 1 0 0 10.9A5.5 5.5 0 0 0 8 3M8 5.5v3l2 1.5M6.5 1h3",
  child: "M4 3v6.5h6M10 7v5h3.5V7z",
  detached: "M6 3H3v10h10v-3M9 3h4v4M13 3 7 9",
  event: "M8 2v2M3.5 6.5a6 6 0 0 1 9 0M5.5 9a3.4 3.4 0 0 1 5 0M8 12.5v.5",
  message: "M2.5 4h11v8h-11zM2.5 4.5 8 9l5.5-4.5",
  first: "M4 3v10M13 3.5 6.5 8l6.5 4.5z",
  previous: "M11.5 3.5 5 8l6.5 4.5z",
  next: "M4.5 3.5 11 8l-6.5 4.5z",
  last: "M12 3v10M3 3.5 9.5 8 3 12.5z",
  turn: "M3 8h9M8.5 4.5 12 8l-3.5 3.5",
};

export function Glyph({ of }: { readonly of: string }) {
  return (
    <svg class="glyph" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.7" aria-hidden="true">
      <path d={shapes[of] ?? shapes["pending"]} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
