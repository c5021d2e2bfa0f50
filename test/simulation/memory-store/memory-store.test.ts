import { test } from "node:test";
import { checkProvider } from "../../../src/providers/conformance/index.ts";
import { MemoryStore } from "./memory-store.ts";

const sections = [
  "leases",
  "ownership",
  "fairness",
  "suspects",
  "turns",
  "resends",
  "executions",
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

checkProvider(
  (clock) => {
    const provider = new MemoryStore({ clock, soon: (action) => void setImmediate(action) });
    return Promise.resolve({ provider, openAnother: null, [Symbol.asyncDispose]: () => provider.close() });
  },
  { test, isShared: false, sections },
);
