import { provokes, run } from "./provokes.ts";

provokes("CANCELLED", async (world) => {
  const handle = await run(world, (ctx) => ctx.receive("answers"));
  await handle.cancel("the customer has gone.");
  await handle.result();
});

provokes("TERMINATED", async (world) => {
  const handle = await run(world, (ctx) => ctx.receive("answers"));
  await handle.terminate("no use.");
  await handle.result();
});

provokes("ABORTED", async (world) => {
  const handle = await run(world, (ctx) => ctx.receive("answers"));
  await handle.result({ signal: AbortSignal.abort() });
});
