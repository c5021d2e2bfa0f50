import type { OpenStore, StoreKind } from "./open-store.ts";

/** What a workload is run with. */
export interface Bench {
  readonly store: StoreKind;
  /** Small enough for the test command, which runs every workload to see that it works. */
  readonly isShort: boolean;
  /** A new, empty store, removed when it is disposed of. */
  open(): Promise<OpenStore>;
}

/** Throws when anything comes out other than it has to: a figure of wrong results is worth nothing. */
export interface Workload {
  readonly name: string;
  readonly what: string;
  readonly stores: readonly StoreKind[];
  run(bench: Bench): Promise<Measurement>;
}

export interface Measurement {
  /** Payload, concurrency and numbers, as printed. */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly figures: readonly Figure[];
}

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: "1/s" | "ms" | "bytes" | "x" | "count" | "%";
  /** What the figure is a multiple of, by the machine's limits of the same run. */
  readonly against?: "bare writer" | "one commit";
}
