// The release after this one, which has one more kind of event and one more number of the rules, made of the source as
// it is: replays every recording, or writes an instance that uses both, or goes on with one.
import { registerHooks } from "node:module";
import { untilSo } from "../../support/until-so.ts";
import { patches } from "../next-release-patches.ts";

const { act, file } = JSON.parse(process.argv[2] ?? "{}") as { act: "replay" | "begin" | "finish"; file: string };
const patched = new Set<string>();
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const ofFile = patches.filter((patch) => url.endsWith(patch.file));
    if (ofFile.length === 0) return loaded;
    let source = Buffer.from(loaded.source as Uint8Array).toString();
    for (const { find, replace } of ofFile) source = source.replace(find, () => replace);
    patched.add(ofFile[0]?.file ?? "");
    return { ...loaded, source };
  },
});

const { recordings, runnableIn } = await import("../recordings.ts");
const { assertTurnByTurn } = await import("../turn-by-turn.ts");
const { Client, mailbox, orchestration, Runtime } = await import("../../../src/index.ts");
const { SqliteProvider } = await import("../../../src/providers/sqlite/index.ts");
const { replayHistory } = await import("../../../src/testing/index.ts");
if (patched.size !== new Set(patches.map((patch) => patch.file)).size) throw new Error("Some patch was not applied.");

interface NextContext {
  note(text: string): void;
}
const box = mailbox<string>("box");
const noting = orchestration("noting", async (ctx) => {
  (ctx as unknown as NextContext).note("a kind that the release before does not know");
  return [await ctx.receive(box), await ctx.receive(box)];
});

if (act === "replay") {
  let events = 0;
  for (const { scenario, file: recording, read } of recordings) {
    (await replayHistory(scenario.orchestrations, recording)).assertOk();
    for (const execution of runnableIn(read())) {
      await assertTurnByTurn(scenario, execution);
      events += execution.events.length;
    }
  }
  console.log(JSON.stringify({ events }));
} else {
  await using provider = await SqliteProvider.open(file);
  await using _node = await Runtime.start({ provider, orchestrations: [noting] });
  const client = new Client(provider);
  if (act === "begin") {
    const handle = await client.start(noting, undefined, { instanceId: "noting-1" });
    await handle.send(box, "sent before");
    await untilSo(provider, async () => (await client.getHistory("noting-1")).length === 5);
    console.log(JSON.stringify(await client.getHistory("noting-1")));
  } else {
    console.log(JSON.stringify(await client.getHandle("noting-1").result({ timeout: "20s" })));
  }
}
