import { aesGcmCodec, Client, CorruptPayloadError, orchestration, Runtime, withCodec } from "perdure";
import { SqliteProvider } from "perdure/sqlite";
import { randomBytes } from "node:crypto";

const letter = orchestration("letter", async (_ctx, patient: string) => `Dear ${patient}, all is well.`);

// In real life they come from where your other secrets come from.
const keys = { "2026": randomBytes(32), "2027": randomBytes(32) };
await using store = await SqliteProvider.open(":memory:");

async function write(currentKey: "2026" | "2027", instanceId: string, patient: string): Promise<void> {
  const provider = withCodec(store, aesGcmCodec({ keys, currentKey }));
  await using _runtime = await Runtime.start({ provider, orchestrations: [letter] });
  const client = new Client(provider);
  const handle = await client.start(letter, patient, { instanceId });
  console.log(`${instanceId}: ${await handle.result({ timeout: "30s" })}`);
  for (const { body, payload } of (await store.readHistory(instanceId)) ?? []) {
    console.log(`  in the store: ${[body, payload ?? ""].map((text) => text.split(":", 2).join(":")).join(" and ")}`);
  }
}

await write("2026", "visit-1", "Ada");
await write("2027", "visit-2", "Grace");

// After the change of keys, what was stored before can still be read.
const client = new Client(withCodec(store, aesGcmCodec({ keys, currentKey: "2027" })));
console.log(`still readable: ${String(await client.getHandle("visit-1").result())}`);

// Without the keys it cannot.
const stranger = new Client(withCodec(store, aesGcmCodec({ keys: { own: randomBytes(32) }, currentKey: "own" })));
const error = await stranger
  .getHandle("visit-1")
  .result()
  .catch((reason: unknown) => reason);
console.log(`without the keys: ${error instanceof CorruptPayloadError ? "not readable" : String(error)}`);
