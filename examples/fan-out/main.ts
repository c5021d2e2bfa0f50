import { setTimeout as sleep } from "node:timers/promises";
import { activity, Client, NonRetryableError, orchestration, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

const world = { running: 0, mostAtOnce: 0, attempts: 0 };

const resize = activity(
  "resize",
  { retry: { maxAttempts: 3, initialInterval: "20ms" } },
  async (ctx, picture: string) => {
    world.attempts += 1;
    world.running += 1;
    world.mostAtOnce = Math.max(world.mostAtOnce, world.running);
    try {
      await sleep(5); // Stands for the work.
      if (picture === "picture-3" && ctx.attempt === 1) throw new Error("the disk is busy");
      if (picture === "picture-7") throw new NonRetryableError("it is a text file"); // Trying again would not help.
      return `${picture}-small`;
    } finally {
      world.running -= 1;
    }
  },
);

interface Report {
  readonly resized: number;
  readonly broken: readonly string[];
}

const atOnce = 4;

/**
 * A few branches share one list. `Promise.all` over all pictures would schedule every one of them at once; and a batch
 * at a time would wait for the slowest of each.
 */
const resizeAll = orchestration("resize-all", async (ctx, pictures: string[]): Promise<Report> => {
  const left = [...pictures];
  const broken: string[] = [];
  let resized = 0;
  const branch = async () => {
    for (let picture = left.shift(); picture !== undefined; picture = left.shift()) {
      try {
        await ctx.activity(resize, picture);
        resized += 1;
        if (resized % 10 === 0) ctx.setCustomStatus({ resized }); // What somebody who waits for it may look at.
      } catch (error) {
        broken.push(`${picture}: ${(error as Error).message}`); // One bad picture is no reason to give up the others.
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, branch));
  return { resized, broken };
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, activities: [resize], orchestrations: [resizeAll] });

const pictures = Array.from({ length: 30 }, (_, index) => `picture-${index + 1}`);
const handle = await new Client(provider).start(resizeAll, pictures);
const { resized, broken } = await handle.result({ timeout: "30s" });
console.log(`${resized} of ${pictures.length} pictures are resized, in ${world.attempts} attempts`);
console.log(`at most ${world.mostAtOnce} at once`);
for (const line of broken) console.log(line);
