import { signal } from "@preact/signals";
import type { Overview } from "../../../src/management/index.ts";

/** How much there is of what: kept up to date by the shell. */
export const overview = signal<Overview | null>(null);
