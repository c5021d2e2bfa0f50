import { test } from "node:test";
import type { Client, InstanceHandle } from "../../src/client/index.ts";
import { event, mailbox, orchestration } from "../../src/definition/index.ts";

const greet = orchestration("greet", (_ctx, who: string) => who.length);
const tidy = orchestration("tidy", async () => "done");
const optional = orchestration("optional", (_ctx, _input: { n: number } | undefined) => true);
const approvals = mailbox<boolean>("approvals");
const poke = event<void>("poke");

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <_T extends true>(): void => {};

// Never called: that it compiles is the test.
async function typed(client: Client): Promise<void> {
  const handle = await client.start(greet, "Ada", { instanceId: "a" });
  is<Equal<typeof handle, InstanceHandle<number>>>();
  // @ts-expect-error: the input is required.
  await client.start(greet);
  // @ts-expect-error: the input is a string.
  await client.start(greet, 1);
  is<Equal<Awaited<ReturnType<typeof handle.result>>, number>>();
  const done = await client.start(tidy);
  is<Equal<typeof done, InstanceHandle<string>>>();
  await client.start(optional);
  await client.start(optional, { n: 1 });

  const named = await client.start("greet", { any: "thing" });
  is<Equal<typeof named, InstanceHandle<unknown>>>();
  const trusted = await client.start<number>("greet", "Ada");
  is<Equal<typeof trusted, InstanceHandle<number>>>();

  const [first, second, third] = await client.startMany([
    { orchestration: greet, input: "Ada" },
    { orchestration: tidy },
    { orchestration: "named", input: 1 },
  ]);
  is<Equal<typeof first, InstanceHandle<number>>>();
  is<Equal<typeof second, InstanceHandle<string>>>();
  is<Equal<typeof third, InstanceHandle<unknown>>>();
  const mapped = await client.startMany(["a", "b"].map((input) => ({ orchestration: greet, input })));
  is<Equal<typeof mapped, InstanceHandle<number>[]>>();
  // @ts-expect-error: the input is a string.
  await client.startMany([{ orchestration: greet, input: 1 }]);
  // @ts-expect-error: the input is required.
  await client.startMany([{ orchestration: greet }]);

  is<Equal<ReturnType<typeof client.getHandle<typeof greet>>, InstanceHandle<number>>>();
  is<Equal<ReturnType<typeof client.getHandle<number>>, InstanceHandle<number>>>();
  is<Equal<ReturnType<typeof client.getHandle>, InstanceHandle<unknown>>>();

  await client.send("a", approvals, true);
  // @ts-expect-error: a boolean.
  await client.send("a", approvals, "yes");
  // @ts-expect-error: required.
  await client.send("a", approvals);
  await client.raiseEvent("a", poke);
  await client.raiseEvent("a", "anything", { at: new Date() });
  // @ts-expect-error: a mailbox is no event.
  await client.raiseEvent("a", approvals, true);
  await handle.send(approvals, true);
  await handle.raiseEvent(poke);
}

test("a client's types follow from the definitions", () => void typed);
