import type { OrchestrationContext } from "perdure";
import { createResource, type CreatedResource, deleteResource } from "./activities.ts";
import { refOf, type ResourceRef, type ResourceSpec } from "./cloud/resource.ts";

/** The custom status of every orchestration here: what somebody who watches it wants to know. */
export interface Progress {
  readonly phase: Phase;
  readonly monthlyCost?: number;
  readonly resources: Readonly<Record<ResourceRef, Step>>;
}

export type Phase = "pricing" | "waiting for approval" | "provisioning" | "undoing";
export type Step = "creating" | "ready" | "deleting" | "deleted";

/** Creates resources, remembers them, and can take all of them back. Reports every step as custom status. */
export class Saga {
  readonly created: CreatedResource[] = [];
  readonly #ctx: OrchestrationContext;
  readonly #owner: string;
  readonly #undo: ResourceSpec[] = [];
  #progress: Progress = { phase: "pricing", resources: {} };

  constructor(ctx: OrchestrationContext, owner: string) {
    this.#ctx = ctx;
    this.#owner = owner;
  }

  enter(phase: Phase, details: { readonly monthlyCost?: number } = {}): void {
    this.#report({ ...this.#progress, ...details, phase });
  }

  async create(spec: ResourceSpec): Promise<void> {
    this.#undo.push(spec); // Before, not after: a creation that fails may yet have had its effect.
    this.#step(spec, "creating");
    this.created.push(await this.#ctx.activity(createResource, { owner: this.#owner, spec }));
    this.#step(spec, "ready");
  }

  /** Takes over what a sub-orchestration created. One that fails has undone its own part already. */
  async adopt(child: Promise<readonly CreatedResource[]>): Promise<void> {
    for (const resource of await child) {
      this.#undo.push(resource);
      this.created.push(resource);
      this.#step(resource, "ready");
    }
  }

  /** Deletes in reverse order, so that nothing is deleted before what needs it. */
  async undo(): Promise<void> {
    this.enter("undoing");
    for (const spec of this.#undo.toReversed()) {
      this.#step(spec, "deleting");
      await this.#ctx.activity(deleteResource, { owner: this.#owner, spec });
      this.#step(spec, "deleted");
    }
  }

  #step(spec: ResourceSpec, step: Step): void {
    this.#report({ ...this.#progress, resources: { ...this.#progress.resources, [refOf(spec)]: step } });
  }

  #report(progress: Progress): void {
    this.#progress = progress;
    this.#ctx.setCustomStatus(progress);
  }
}

/** `Promise.all` that lets the others finish before it rejects: nothing may be growing while a saga is undone. */
export async function together(operations: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(operations);
  await Promise.all(operations);
}
