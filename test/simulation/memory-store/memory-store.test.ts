import { test } from "node:test";
import { type OpenStore, providerChecks } from "../../../src/providers/conformance/index.ts";
import { MemoryStore } from "./memory-store.ts";

const sections = [
  "leases",
  "ownership",
  "fairness",
  "suspects",
  "turns",
  "resends",
  "executions",
  "isolation",
  "messages",
  "cancellation",
  "work",
  "timers",
  "capabilities",
  "clients",
  "deletion",
  "hints",
  "sharing",
  "time",
];

/**
 * What no simulated world comes to: mailboxes with limits (M12 to M14), handlers that leave for good (C8, C10), and
 * retention (I4, I5). W22 reads what this store does not show.
 */
const leftOut = ["M12", "M13", "M14", "W22", "C8a", "C8b", "C8c", "C10", "I4", "I5"];

const open: OpenStore = (clock) => {
  const provider = new MemoryStore({ clock, soon: (action) => void setImmediate(action) });
  return Promise.resolve({ provider, openAnother: null, [Symbol.asyncDispose]: () => provider.close() });
};

for (const check of providerChecks) {
  const { id, title, section, isForSharedStores } = check;
  if (isForSharedStores || leftOut.includes(id) || !sections.includes(section)) continue;
  test(`${id} ${title}`, () => check.run(open));
}
