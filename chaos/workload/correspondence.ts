import { InstanceEndedError, mailbox, orchestration } from "../../src/index.ts";
import { below, type KindOf, type Play } from "./kind.ts";

interface Letter {
  readonly n: number;
  /** A letter whose sending got no answer is sent again, and both may arrive. */
  readonly attempt: number;
}

interface Round {
  readonly count: number;
  readonly received: readonly Letter[];
}

const letters = mailbox<Letter>("letters");

/** An instance that goes on for ever until it has all its letters, each in an execution of its own now and then. */
export const correspondence: KindOf = ({ increment }) => {
  const definition = orchestration("correspondence", async (ctx, round: Round): Promise<string> => {
    const received = [...round.received, await ctx.receive(letters)];
    if (received.length % 3 === 0) await ctx.activity(increment, { value: 0, ms: 5 });
    if ((received.at(-1) as Letter).n < round.count) return ctx.continueAsNew({ count: round.count, received });
    return inOrder(received) ? "all, in order" : JSON.stringify(received);
  });
  return {
    name: "correspondence",
    orchestrations: [definition],
    plan: (random) => ({
      input: { count: 2 + below(random, 6), received: [] },
      outcome: { status: "completed", result: "all, in order" },
    }),
    interfere: async (play, input) => {
      for (let n = 1; n <= (input as Round).count; n += 1) await sendOnce(play, n);
    },
  };
};

/**
 * As whoever wants every letter to arrive and no answer to go unnoticed: only what was answered is followed by the
 * next.
 */
function sendOnce({ client, instanceId, insist }: Play, n: number): Promise<void> {
  let attempt = 0;
  return insist(async () => {
    attempt += 1;
    try {
      await client.send(instanceId, letters, { n, attempt });
    } catch (error) {
      // The last letter, when the attempt before has arrived after all.
      if (attempt === 1 || !(error instanceof InstanceEndedError)) throw error;
    }
  });
}

/** Numbers never go back and leave nothing out, and no attempt arrives twice. */
function inOrder(received: readonly Letter[]): boolean {
  return received.every(({ n, attempt }, index) => {
    const before = received[index - 1] ?? { n: 0, attempt: 0 };
    return n === before.n ? attempt > before.attempt : n === before.n + 1;
  });
}
