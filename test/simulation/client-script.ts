import { PerdureError, StorageError } from "../../src/errors/index.ts";
import type { Act, Root } from "./scenario.ts";
import { eventNames, mailboxes } from "./program.ts";
import { startOf } from "./interpret.ts";
import type { World } from "./world.ts";

/** What a client was told of the end of an instance. */
export type Told = { readonly result: unknown } | { readonly error: string };

/** Everything that is done from outside; over when all of it was answered. */
export class ClientScript {
  readonly told = new Map<string, Told>();
  readonly #world: World;
  /** What was not answered yet. */
  readonly open = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  get isOver(): boolean {
    return this.open.size === 0;
  }

  begin(): void {
    for (const root of this.#world.scenario.roots) {
      this.#track(`the end of ${root.instanceId}`, this.#start(root));
      for (const [index, act] of root.acts.entries()) {
        this.#track(`${index}, ${act.kind}, for ${root.instanceId}`, this.#act(root, act));
      }
    }
  }

  /** Moves on whatever waits for somebody outside: for worlds in which nothing else does. */
  async pump(): Promise<void> {
    const { client, unfinished } = this.#world;
    for (const { instanceId, quarantine } of unfinished) {
      const attempts = [
        ...eventNames.map((name) => () => client.raiseEvent(instanceId, name, 1)),
        ...mailboxes.map((name) => () => client.send(instanceId, name, { value: 1 })),
        ...(quarantine === null ? [] : [() => client.releaseQuarantine(instanceId)]),
      ];
      for (const attempt of attempts) {
        try {
          await attempt();
        } catch (error) {
          if (!(error instanceof PerdureError)) throw error;
        }
      }
    }
  }

  #track(what: string, work: Promise<void>): void {
    this.open.add(what);
    work.then(
      () => this.open.delete(what),
      (error: unknown) => {
        this.open.delete(what);
        this.#world.violations.push({ rule: "client", what: String((error as Error).stack), atMs: 0 });
      },
    );
  }

  async #start(root: Root): Promise<void> {
    const { clientProcess } = this.#world;
    await clientProcess.pause(root.startAtMs);
    await this.#started(root);
    while (root.isAwaited) {
      try {
        const result = await this.#world.client.getHandle(root.instanceId).result();
        return void this.told.set(root.instanceId, { result });
      } catch (error) {
        if (error instanceof StorageError) await clientProcess.pause(500);
        else return void this.told.set(root.instanceId, { error: (error as PerdureError).code });
      }
    }
  }

  async #started({ instanceId, program, version }: Root): Promise<void> {
    const options = { instanceId, ...(version !== undefined && { version }) };
    await this.#untilAnswered(() => this.#world.client.start("program", startOf(program, version), options));
  }

  async #act(root: Root, act: Act): Promise<void> {
    const { client, clientProcess, auditor } = this.#world;
    const { instanceId } = root;
    await clientProcess.pause(Math.max(act.atMs, root.startAtMs));
    await this.#started(root);
    this.#world.coverage.count(`act: ${act.kind}`);
    switch (act.kind) {
      case "send": {
        const marked = { value: act.value, id: clientProcess.newId() };
        const payload = JSON.stringify(marked);
        return await this.#untilAnswered(async () => {
          // Sent twice, it would be two.
          if (!auditor.sent.has(payload)) await client.send(instanceId, act.mailbox, marked);
        });
      }
      case "raise":
        return await this.#untilAnswered(() => client.raiseEvent(instanceId, act.name, act.value));
      case "cancel":
        return await this.#untilAnswered(() => client.cancel(instanceId, "as planned"));
      case "terminate":
        return await this.#untilAnswered(() => client.terminate(instanceId, "as planned"));
      case "delete":
        return await this.#untilAnswered(() => client.delete(instanceId, { force: true }));
      case "start again":
        return await this.#started(root);
    }
  }

  async #untilAnswered(call: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await call();
        return;
      } catch (error) {
        // Anything else is an answer: it has ended, or is gone.
        if (!(error instanceof StorageError)) {
          if (error instanceof PerdureError) return;
          throw error;
        }
      }
      await this.#world.clientProcess.pause(300);
    }
  }
}
