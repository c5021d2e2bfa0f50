import { activity, mailbox, orchestration } from "../../../src/definition/index.ts";
import { InstanceEndedError } from "../../../src/errors/index.ts";
import type { MakeScenario, Step } from "./scenario.ts";

const letters = mailbox<number>("letters");
const last = 5;

/** Continues as new after every second letter, and receives all of them in order, whichever execution they reach. */
export const lettersAndExecutions: MakeScenario = (effect) => {
  const open = activity("open", (ctx, letter: number) => {
    effect(ctx);
    return letter * 100;
  });
  const reader = orchestration("reader", async (ctx, before: readonly number[]): Promise<readonly number[]> => {
    const read = [...before];
    while (read.length < before.length + 2 && read.length < last) {
      // A letter whose sending was cut off may come twice: as whoever sends again has to expect.
      const letter = await ctx.receive(letters);
      if (!read.includes(letter)) read.push(letter);
    }
    if (read.length < last) return ctx.continueAsNew(read);
    return [...read, await ctx.activity(open, read.length)];
  });
  const send =
    (letter: number): Step =>
    async (client) => {
      try {
        await client.send("reader", letters, letter);
      } catch (error) {
        // It has had all of its letters, so it was this sending of which no answer came.
        if (!(error instanceof InstanceEndedError)) throw error;
      }
    };
  return {
    orchestrations: [reader],
    activities: [open],
    script: [
      (client) => client.start(reader, [], { instanceId: "reader" }),
      ...Array.from({ length: last }, (_, index) => send(index + 1)),
    ],
    roots: ["reader"],
    varying: ["MessageArrived", "ReceiveOpened"],
  };
};
