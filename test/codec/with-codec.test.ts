import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { aesGcmCodec, withCodec } from "../../src/codec/index.ts";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { CorruptPayloadError, InvalidArgumentError } from "../../src/errors/index.ts";
import { modes, World } from "../support/world.ts";

const secret = "the patient is called Ada";
/** With spaces, which base64 has none of: three letters alone would be found in it by chance now and then. */
const traces = /the patient|is called|called Ada|: cannot/;
const keys = { k1: randomBytes(32) };
const codec = aesGcmCodec({ keys, currentKey: "k1" });

const notes = mailbox<string>("notes");
const diagnose = activity("diagnose", (ctx, note: string) => {
  ctx.heartbeat({ secret });
  if (note.includes("fail")) throw new Error(`${secret}: cannot`);
  return `${note}: ${secret}`;
});
const child = orchestration("child", async (ctx, note: string) => ctx.activity(diagnose, note));
const treat = orchestration("treat", async (ctx, round: number): Promise<unknown> => {
  ctx.setCustomStatus({ secret, round });
  ctx.state.set("history", [...(ctx.state.get<string[]>("history") ?? []), secret]);
  const note = await ctx.receive(notes);
  const seen = await ctx.subOrchestration(child, note);
  const failed = await ctx.activity(diagnose, "fail").catch((error: Error) => error.message);
  return round === 2 ? { seen, failed } : ctx.continueAsNew(round + 1);
});

for (const mode of modes) {
  test(`with a codec everything works the same, and nothing of the users' is readable in the store [${mode.name}]`, async () => {
    const world = await World.open(mode);
    try {
      const provider = withCodec(world.provider, codec);
      const client = new Client(provider);
      await world.start({ provider, orchestrations: [treat, child], activities: [diagnose] });
      const handle = await client.start(treat, 1, { instanceId: "ada" });
      await client.send("ada", notes, `${secret} 1`);
      await client.send("ada", notes, `${secret} 2`);
      assert.deepEqual(await handle.result({ timeout: "10s" }), {
        seen: `${secret} 2: ${secret}`,
        failed: `${secret}: cannot`,
      });
      assert.deepEqual((await client.getStatus("ada")).customStatus, { secret, round: 2 });
      assert.deepEqual([...(await client.getState("ada"))], [["history", [secret, secret]]]);
      assert.equal((await client.getHistory("ada", { executionId: 1 }))[0]?.kind, "OrchestrationStarted");
      for (const suffix of ["", "-wal"]) assert.doesNotMatch(readFileSync(world.file + suffix, "latin1"), traces);
    } finally {
      await world.close();
    }
  });
}

test("a stored text that was moved to another event, or changed, is refused as corrupt", async () => {
  const world = await World.open();
  try {
    const provider = withCodec(world.provider, codec);
    const client = new Client(provider);
    const runtime = await world.start({ provider, orchestrations: [child], activities: [diagnose] });
    await (await client.start(child, "a", { instanceId: "moved" })).result({ timeout: "10s" });
    await runtime.stop();
    const db = new DatabaseSync(world.file);
    db.exec(`UPDATE perdure_history SET payload = (SELECT payload FROM perdure_history WHERE event_id = 3)
              WHERE event_id = 4`);
    db.close();
    await assert.rejects(client.getHandle("moved").result({ timeout: "10s" }), CorruptPayloadError);
  } finally {
    await world.close();
  }
});

test("keys can be rotated, and what was stored before there was a codec can be let through", () => {
  const stored = codec.encode("text", "here");
  const rotated = aesGcmCodec({ keys: { ...keys, k2: randomBytes(32) }, currentKey: "k2" });
  assert.equal(rotated.decode(stored, "here"), "text");
  assert.match(rotated.encode("text", "here"), /^aes1:k2:/);
  assert.throws(() => codec.decode(rotated.encode("text", "here"), "here"), /key "k2", which is not known/);
  assert.throws(() => codec.decode(stored, "there"), CorruptPayloadError);
  assert.throws(() => codec.decode('"plain"', "here"), CorruptPayloadError);
  assert.equal(aesGcmCodec({ keys, currentKey: "k1", readPlain: true }).decode('"plain"', "here"), '"plain"');
  assert.throws(() => aesGcmCodec({ keys: { k1: randomBytes(16) }, currentKey: "k1" }), InvalidArgumentError);
  assert.throws(() => aesGcmCodec({ keys, currentKey: "k9" }), InvalidArgumentError);
});
