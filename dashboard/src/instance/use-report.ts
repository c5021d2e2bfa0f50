import type { InstanceReport } from "../../../src/management/index.ts";
import { api } from "../api/api.ts";
import { type Loaded, useLoaded } from "../api/use-loaded.ts";
import { setStoreTime } from "../show/clock.ts";

export function useReport(id: string): Loaded<InstanceReport> {
  return useLoaded({
    key: `report ${id}`,
    concerns: (changed) => changed.includes(id),
    // The start of an attempt is no change of the instance.
    everyMs: 5_000,
    load: async () => {
      const report = await api.describe(id);
      setStoreTime(report.storeNow);
      return report;
    },
  });
}
