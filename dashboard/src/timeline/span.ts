/** A part of time, in milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Keeps what is under the pointer (`at`, a share of the width) where it is. */
export function zoomed(span: Span, factor: number, at: number, whole: Span): Span {
  const length = span.to - span.from;
  const longest = (whole.to - whole.from) * 1.1;
  const next = Math.min(longest, Math.max(5, length * factor));
  const fixed = span.from + length * at;
  return within({ from: fixed - next * at, to: fixed + next * (1 - at) }, whole);
}

export function moved({ from, to }: Span, share: number, whole: Span): Span {
  const by = (to - from) * share;
  return within({ from: from + by, to: to + by }, whole);
}

// Something of the whole stays in sight.
function within({ from, to }: Span, whole: Span): Span {
  const length = to - from;
  const margin = length * 0.5;
  const start = Math.min(whole.to - margin, Math.max(whole.from - margin, from));
  return { from: start, to: start + length };
}
