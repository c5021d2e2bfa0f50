import { InvalidArgumentError } from "../../../src/errors/index.ts";
import type { Provider, Transactions } from "../../../src/providers/contract.ts";
import { broken } from "./broken-provider.ts";

const changeTransactions =
  (change: (real: Transactions) => Partial<Transactions>) =>
  (provider: Provider): Partial<Provider> => {
    const real = provider.transactions as Transactions;
    const same: Transactions = {
      style: real.style,
      createInstances: (transaction, starts) => real.createInstances(transaction, starts),
      completeWork: (request) => real.completeWork(request),
    };
    return { transactions: { ...same, ...change(real) } };
  };

export const brokenTransactions = [
  broken(
    "TX1 TX2 TX3 TX4 TX7",
    "a body is always answered as committed",
    changeTransactions((real) => ({
      completeWork: async (request) => {
        await real.completeWork(request);
        return { status: "committed" };
      },
    })),
  ),
  broken(
    "TX5",
    "an instance that is started in a transaction is forgotten",
    changeTransactions(() => ({
      createInstances: (_transaction, starts) => starts.map(({ runId }) => ({ created: true, runId })),
    })),
  ),
  broken(
    "TX6",
    "what is no transaction starts nothing, in silence",
    changeTransactions((real) => ({
      createInstances: (transaction, starts) => {
        try {
          return real.createInstances(transaction, starts);
        } catch (error) {
          if (error instanceof InvalidArgumentError) return [];
          throw error;
        }
      },
    })),
  ),
];
