import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";

interface RowsInView {
  readonly ref: { current: HTMLDivElement | null };
  readonly from: number;
  readonly to: number;
  readonly onScroll: () => void;
  readonly show: (index: number) => void;
}

const beyond = 12;

/** Which rows of equal height a scrolling box shows: only these need to exist, however many there are. */
export function useRowsInView(count: number, rowPx: number, headPx = 0): RowsInView {
  const ref = useRef<HTMLDivElement | null>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const measure = useCallback(() => {
    const box = ref.current;
    if (box === null) return;
    const next = { top: Math.floor(box.scrollTop / rowPx) * rowPx, height: box.clientHeight };
    setView((old) => (old.top === next.top && old.height === next.height ? old : next));
  }, [rowPx]);
  useLayoutEffect(() => {
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, [measure, count]);
  const show = useCallback(
    (index: number) => {
      const box = ref.current;
      if (box === null) return;
      const top = index * rowPx;
      if (top < box.scrollTop) box.scrollTop = top;
      else if (top + rowPx + headPx > box.scrollTop + box.clientHeight) {
        box.scrollTop = top + rowPx + headPx - box.clientHeight;
      }
    },
    [rowPx, headPx],
  );
  const from = Math.min(count, Math.max(0, Math.floor(view.top / rowPx) - beyond));
  const to = Math.min(count, Math.ceil((view.top + view.height) / rowPx) + beyond);
  return { ref, from, to, onScroll: measure, show };
}
