import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import { CloudClient, CloudError } from "../../examples/cloud-provisioning/cloud/client.ts";
import type { RefusalCode } from "../../examples/cloud-provisioning/cloud/refusal.ts";
import type { Resource, ResourceSpec } from "../../examples/cloud-provisioning/cloud/resource.ts";
import { type CloudOptions, openCloud } from "../../examples/cloud-provisioning/cloud/server.ts";

const network: ResourceSpec = { kind: "network", name: "net", needs: [], properties: {} };
const subnet: ResourceSpec = { kind: "subnet", name: "sub", needs: ["network/net"], properties: {} };

const calm = { faultRate: 0, slowness: 0, rateLimit: { perSecond: 1e6, burst: 1e6 } };

test("the same key gives the same resource, and is counted as absorbed", async (t) => {
  const { client } = await open(t);
  const { resource: first } = await put(client, network, { idempotencyKey: "k1" });
  const { resource: second } = await put(client, network, { idempotencyKey: "k1", attempt: 2 });
  assert.deepEqual(second, first);
  assert.equal(second.createdByAttempt, 1);
  const { creations, distinctResources, duplicatesAbsorbed, doubleProvisioningAttempts } = await client.ledger();
  assert.deepEqual([creations, distinctResources, duplicatesAbsorbed, doubleProvisioningAttempts], [1, 1, 1, 0]);
});

test("another key for a name that exists is refused, and is counted as double provisioning", async (t) => {
  const { client } = await open(t);
  await put(client, network, { idempotencyKey: "k1" });
  await assert.rejects(put(client, network, { idempotencyKey: "k2" }), refused("AlreadyExists"));
  const { creations, doubleProvisioningAttempts } = await client.ledger();
  assert.deepEqual([creations, doubleProvisioningAttempts], [1, 1]);
});

test("concurrent requests with one key create one resource", async (t) => {
  const { client } = await open(t);
  const results = await Promise.all(Array.from({ length: 20 }, () => put(client, network, { idempotencyKey: "k1" })));
  assert.equal(new Set(results.map(({ resource }) => resource.id)).size, 1);
  assert.equal((await client.ledger()).creations, 1);
});

test("a key names one resource for ever", async (t) => {
  const { client } = await open(t);
  await put(client, network, { idempotencyKey: "k1" });
  await assert.rejects(put(client, { ...network, name: "other" }, { idempotencyKey: "k1" }), refused("KeyReused"));
});

test("a late duplicate does not bring back what was deleted", async (t) => {
  const { client } = await open(t);
  await put(client, network, { idempotencyKey: "k1" });
  await client.delete(network, "owner");
  await assert.rejects(put(client, network, { idempotencyKey: "k1" }), refused("Gone"));
  await assert.rejects(client.get(network), refused("NotFound"));
});

test("a resource takes its time, and nothing can be built on it or deleted before it is ready", async (t) => {
  const { client } = await open(t, { slowness: 0.5 });
  const { isReady } = await put(client, network);
  assert.equal(isReady, false);
  await assert.rejects(put(client, subnet), refused("DependencyMissing"));
  await assert.rejects(client.delete(network, "owner"), refused("StillCreating"));
  while (!(await client.get(network)).isReady) await sleep(20);
  await put(client, subnet);
});

test("what a resource needs must be named, and must exist", async (t) => {
  const { client } = await open(t);
  await assert.rejects(put(client, { ...subnet, needs: [] }), refused("InvalidRequest"));
  await assert.rejects(put(client, subnet), refused("DependencyMissing"));
});

test("what is still used cannot be deleted", async (t) => {
  const { client } = await open(t);
  await put(client, network);
  await put(client, subnet);
  await assert.rejects(client.delete(network, "owner"), refused("StillInUse"));
  await client.delete(subnet, "owner");
  await client.delete(network, "owner");
  assert.equal((await client.ledger()).deletions, 2);
});

test("only the owner deletes, and deleting what does not exist succeeds", async (t) => {
  const { client } = await open(t);
  await put(client, network);
  await client.delete(network, "somebody else");
  assert.equal((await client.get(network)).resource.name, "net");
  await client.delete(network, "owner");
  await client.delete(network, "owner");
  assert.equal((await client.ledger()).deletions, 1);
});

test("an unknown image, an unknown size and a full quota are refused", async (t) => {
  const { client } = await open(t);
  const machine: ResourceSpec = { kind: "virtual-machine", name: "vm", needs: [], properties: { size: "small" } };
  await assert.rejects(put(client, machine), refused("ImageNotFound"));
  await assert.rejects(put(client, { ...machine, properties: { size: "huge" } }), refused("InvalidRequest"));
  for (let i = 0; i < 10; i++) await put(client, { ...network, name: `net-${i}` });
  await assert.rejects(put(client, network), refused("QuotaExceeded"));
});

test("a request over the rate limit gets 429 and is told when to return", async (t) => {
  const { client, url } = await open(t, { rateLimit: { perSecond: 2, burst: 3 } });
  const responses = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/catalog`)));
  assert.deepEqual(responses.map(({ status }) => String(status)).toSorted(), ["200", "200", "200", "429", "429"]);
  assert.equal(responses.find(({ status }) => status === 429)?.headers.get("retry-after"), "1");
  assert.equal((await client.ledger()).weather.rateLimited, 2);
  let retried = await fetch(`${url}/catalog`);
  while (retried.status === 429) retried = await fetch(`${url}/catalog`);
  assert.equal(retried.status, 200);
});

test("whatever goes wrong on the way, repeating with one key creates one resource", async (t) => {
  const { client } = await open(t, { faultRate: 0.6, seed: 7 });
  const created: Resource[] = [];
  for (let i = 0; i < 10; i++) created.push(await persist(client, { ...network, name: `net-${i}` }, `key-${i}`));
  const ledger = await client.ledger();
  assert.equal(ledger.creations, 10);
  assert.equal(ledger.distinctResources, 10);
  assert.deepEqual(
    ledger.entries.map(({ resource }) => resource.id),
    created.map(({ id }) => id),
  );
  assert.ok(ledger.duplicatesAbsorbed > 0 && ledger.weather.unavailable > 0 && ledger.weather.dropped > 0);
});

test("a restarted cloud knows everything its journal says, and ignores a torn last line", async (t) => {
  const directory = temporaryDirectory(t);
  const first = await openCloud({ ...calm, directory });
  const client = new CloudClient(first.url);
  await put(client, network, { idempotencyKey: "k1" });
  await put(client, network, { idempotencyKey: "k1" });
  await put(client, subnet);
  await client.delete(subnet, "owner");
  await assert.rejects(put(client, network, { idempotencyKey: "k2" }), refused("AlreadyExists"));
  const before = await client.ledger();
  await first.close();
  appendFileSync(join(directory, "cloud.jsonl"), '{"did":"create","key":"k3","reso');

  for (let restart = 0; restart < 2; restart++) {
    const again = await openCloud({ ...calm, directory });
    assert.deepEqual(await new CloudClient(again.url).ledger(), before);
    await again.close();
  }
});

async function open(t: TestContext, options: Partial<CloudOptions> = {}) {
  const cloud = await openCloud({ ...calm, directory: temporaryDirectory(t), ...options });
  t.after(() => cloud.close());
  return { url: cloud.url, client: new CloudClient(cloud.url) };
}

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "perdure-cloud-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function put(
  client: CloudClient,
  spec: ResourceSpec,
  { idempotencyKey = `key of ${spec.kind}/${spec.name}`, attempt = 1 } = {},
) {
  return await client.put(spec, { owner: "owner", idempotencyKey, attempt });
}

async function persist(client: CloudClient, spec: ResourceSpec, idempotencyKey: string): Promise<Resource> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await put(client, spec, { idempotencyKey, attempt })).resource;
    } catch (error) {
      const isPassing = error instanceof CloudError && ["Unavailable", "ConnectionLost"].includes(error.code);
      if (!isPassing || attempt === 50) throw error;
    }
  }
}

const refused = (code: RefusalCode) => (error: unknown) => error instanceof CloudError && error.code === code;
