import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type OpenStore, type ProviderCheck, providerChecks } from "../../src/providers/conformance/index.ts";
import { type BrokenProvider, withBreak } from "./broken/broken-provider.ts";
import { brokenProviders } from "./broken/index.ts";
import { openFileStore, openMemoryStore } from "./sqlite-file.ts";

// Many of them wait in vain for what a broken provider never says.
describe("The conformance suite", { concurrency: 8 }, () => {
  test("gives each check a number of its own", () => {
    const ids = providerChecks.map(({ id }) => id);
    assert.deepEqual(ids.toSorted(), [...new Set(ids)].toSorted());
    assert.ok(ids.every((id) => /^[A-Z]+\d+[a-z]?$/.test(id)));
    assert.ok(ids.length >= 150, `${ids.length} checks`);
  });

  test("has a broken provider for every check", () => {
    const proven = new Set(brokenProviders.flatMap(({ caughtBy }) => caughtBy));
    assert.deepEqual(
      providerChecks.map(({ id }) => id).filter((id) => !proven.has(id)),
      [],
    );
  });

  for (const broken of brokenProviders) {
    test(`notices when ${broken.what} (${broken.caughtBy.join(", ")})`, async () => {
      for (const id of broken.caughtBy) {
        const check = providerChecks.find((one) => one.id === id);
        assert.ok(check !== undefined, `there is no check ${id}`);
        await assert.rejects(check.run(openBroken(broken, check)), { name: "AssertionError" }, `${id} notices nothing`);
      }
    });
  }
});

function openBroken(broken: BrokenProvider, { isForSharedStores }: ProviderCheck): OpenStore {
  return async (clock) => {
    const store = await (isForSharedStores ? openFileStore : openMemoryStore)(clock);
    const open = store.openAnother;
    return {
      provider: withBreak(store.provider, clock, broken),
      openAnother: open && (async () => withBreak(await open(), clock, broken)),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  };
}
