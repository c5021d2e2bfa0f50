import type { Battlefield } from "../battlefield.ts";
import type { Random } from "../random.ts";

/** Something that goes wrong: it begins, it is over, and what is to be seen afterwards has been seen. */
export interface Fault {
  readonly kind: string;
  readonly stores: readonly ("sqlite" | "postgres")[];
  /** Whether it stops and starts the server itself, which only one can do at a time. */
  readonly needsServer?: true;
  strike(field: Battlefield, random: Random): Promise<void>;
}

export const onBoth = ["sqlite", "postgres"] as const;
export const onPostgres = ["postgres"] as const;
