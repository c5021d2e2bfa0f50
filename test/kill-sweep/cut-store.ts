import type { CompleteWork, NewMessage, Provider, Transactions } from "../../src/providers/contract.ts";
import { FaultyProvider } from "../support/faulty-provider.ts";
import { overriding } from "../support/overriding.ts";
import type { Cuts } from "./cuts.ts";
import type { AnyTransaction } from "./user-database.ts";

/** The store until one of the calls to it is cut. So many places more are inside of transactions: see `cutBody`. */
export function cutStore(store: Provider, cuts: Cuts): Provider {
  const cut = () => cuts.cut();
  const { provider } = new FaultyProvider(store, () => {
    const when = cuts.next();
    return when === null ? undefined : { [when]: cut };
  });
  const { transactions } = store;
  return transactions === undefined
    ? provider
    : overriding(provider, { transactions: cutTransactions(transactions, cuts) });
}

function cutTransactions(real: Transactions, cuts: Cuts): Transactions {
  return {
    style: real.style,
    createInstances: (transaction, starts) =>
      real.style === "synchronous"
        ? cuts.callSync(() => real.createInstances(transaction, starts))
        : cuts.call(() => real.createInstances(transaction, starts)),
    completeWork: (request) => cuts.call(() => real.completeWork(cutBody(request, real.style, cuts))),
  };
}

/** Around the body, around each of its statements, and when its commit has been sent and not answered. */
function cutBody(request: CompleteWork, style: Transactions["style"], cuts: Cuts): CompleteWork {
  const call = <T>(send: () => T | Promise<T>): T | Promise<T> =>
    style === "synchronous" ? cuts.callSync(send) : cuts.call(send);
  const sent = (message: NewMessage): NewMessage => {
    if (cuts.next() !== null) cuts.cutSoon();
    return message;
  };
  return {
    ...request,
    run: (given) => {
      const tx = given as AnyTransaction;
      const key = "query" in tx ? "query" : "run";
      const send = (tx as unknown as Record<string, (...args: unknown[]) => unknown>)[key]?.bind(tx);
      Object.assign(tx, { [key]: (...args: unknown[]) => call(() => send?.(...args)) });
      const message = call(() => request.run(given));
      return message instanceof Promise ? message.then(sent) : sent(message);
    },
  };
}
