import type { Provider } from "../../src/providers/contract.ts";
import { FaultyProvider } from "../support/faulty-provider.ts";

/** Where a process is to end: around one of its calls to the store, counted from 1; or when it has done everything. */
export type CutPoint = { readonly number: number; readonly when: "before" | "after" } | "end";

/**
 * The store until the point is reached, and then nothing: that call, or its answer, and all later calls are never heard
 * of again. What is left is what is left of a process that is killed there.
 */
export function cutAt(store: Provider, point: CutPoint | null, onCut: () => void): Provider {
  let count = 0;
  let isCut = false;
  const cut = (): Promise<never> => {
    isCut = true;
    onCut();
    return never;
  };
  const { provider } = new FaultyProvider(store, () => {
    count += 1;
    if (isCut) return { before: () => never };
    return typeof point === "object" && point?.number === count ? { [point.when]: cut } : undefined;
  });
  return provider;
}

const never = new Promise<never>(() => undefined);
