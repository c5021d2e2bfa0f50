import type { Provider, StoreTransfer } from "../../../src/providers/contract.ts";
import { broken } from "./broken-provider.ts";

const changeTransfer =
  (change: (real: StoreTransfer) => Partial<StoreTransfer>) =>
  (real: Provider): Partial<Provider> => {
    const changed: object = change(real.transfer);
    const transfer = new Proxy(real.transfer, {
      get: (target, key) => {
        const member: unknown = Reflect.get(changed, key) ?? Reflect.get(target, key);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    return { transfer };
  };

export const brokenTransfer = [
  broken(
    "Y1",
    "a dump forgets the notes of work",
    changeTransfer((real) => ({
      dumpOne: async (instanceId) => {
        const dump = await real.dumpOne(instanceId);
        return dump && { ...dump, work: dump.work.map((item) => ({ ...item, note: null })) };
      },
    })),
  ),
  broken(
    "Y1 Y2",
    "restored work waits for nothing",
    changeTransfer((real) => ({
      restore: (dumps) =>
        real.restore(dumps.map((dump) => ({ ...dump, work: dump.work.map((item) => ({ ...item, visibleAt: 0 })) }))),
    })),
  ),
  broken(
    "Y3",
    "whatever has the id is taken for what was restored",
    changeTransfer((real) => ({
      restore: async (dumps) =>
        (await real.restore(dumps)).map((outcome) => (outcome === "taken" ? "present" : outcome)),
    })),
  ),
  broken(
    "Y4",
    "a page has no limit",
    changeTransfer((real) => ({
      dump: (request) => real.dump({ ...request, limit: 1_000, maxBytes: 1e9 }),
    })),
  ),
  broken(
    "Y5",
    "a store is called sealed while its nodes live",
    changeTransfer((real) => ({
      seal: async (seal) => {
        const outcome = await real.seal(seal);
        return outcome.status === "busy" ? { status: "sealed" } : outcome;
      },
    })),
  ),
  broken(
    "Y6",
    "a seal seals nothing",
    changeTransfer((real) => ({
      seal: async (seal) => {
        const outcome = await real.seal(seal);
        await real.unseal(seal.moveId);
        return outcome;
      },
    })),
  ),
  broken(
    "Y7",
    "a seal is anybody's to remove",
    changeTransfer((real) => ({
      unseal: async () => {
        const seal = await real.readSeal();
        return seal !== null && real.unseal(seal.moveId);
      },
    })),
  ),
];
