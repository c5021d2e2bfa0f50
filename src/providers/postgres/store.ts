import type { BodySlots } from "./body-slots.ts";
import type { Carriers } from "./carriers.ts";
import type { Database } from "./database.ts";
import type { EntryRepair } from "./entry-repair.ts";
import type { Hints } from "./hints.ts";
import type { LowWater } from "./low-water.ts";
import type { NewsChannel } from "./news-channel.ts";

/** What the storage operations share. */
export interface Store {
  readonly db: Database;
  readonly carriers: Carriers;
  readonly hints: Hints;
  readonly lowWater: LowWater;
  readonly entryRepair: EntryRepair;
  /** Null if LISTEN and NOTIFY are not to be used. */
  readonly channel: NewsChannel | null;
  readonly bodies: BodySlots;
}
