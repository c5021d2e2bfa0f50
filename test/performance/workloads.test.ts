import { test } from "node:test";
import { openStore } from "../../bench/support/open-store.ts";
import { workloads } from "../../bench/workloads/index.ts";
import { postgresUrl } from "../support/postgres-server.ts";

// Not timed: each workload verifies its own results.
for (const workload of workloads) {
  for (const store of workload.stores) {
    test(`the workload ${workload.name} does on ${store} what it is to be timed for`, async () => {
      const url = store === "postgres" ? await postgresUrl() : null;
      await workload.run({ store, isShort: true, open: () => openStore(store, url) });
    });
  }
}
