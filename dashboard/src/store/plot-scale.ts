import type { Ref } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Where things are in a plot: as wide as there is room, so that its text has the size of all other text. */
export interface PlotScale {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Of the place between bucket `index - 1` and bucket `index`. */
  readonly x: (index: number) => number;
  /** Of a share of the height, from 0 at the bottom. */
  readonly y: (share: number) => number;
}

export function usePlotScale(count: number): { readonly ref: Ref<HTMLElement>; readonly scale: PlotScale } {
  const ref = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(960);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => setWidth(Math.max(280, element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, scale: scaleOf(width, count) };
}

function scaleOf(width: number, count: number): PlotScale {
  const edges = { left: 56, right: 8, top: 10, bottom: 24 };
  const height = width < 600 ? 180 : 220;
  return {
    width,
    height,
    ...edges,
    x: (index) => edges.left + (index / count) * (width - edges.left - edges.right),
    y: (share) => edges.top + (1 - share) * (height - edges.top - edges.bottom),
  };
}
