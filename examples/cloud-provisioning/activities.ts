import { setTimeout as sleep } from "node:timers/promises";
import { activity, type RetryOptions } from "perdure";
import { priceOf } from "./cloud/catalog.ts";
import { CloudClient } from "./cloud/client.ts";
import type { Resource, ResourceSpec } from "./cloud/resource.ts";

/** A resource, and whose it is: only its owner can delete it. */
export interface OwnedSpec {
  readonly owner: string;
  readonly spec: ResourceSpec;
}

export interface CreatedResource extends Resource {
  /** How often the activity was started until it brought this result. */
  readonly attempts: number;
}

/** Patient with a cloud that is busy, throttles or loses connections; not with one that says what is wrong. */
const retry: RetryOptions = {
  maxAttempts: 15,
  initialInterval: "200ms",
  backoff: 2,
  maxInterval: "2s",
  nonRetryable: ["InvalidRequest", "ImageNotFound", "QuotaExceeded", "DependencyMissing", "AlreadyExists", "Gone"],
};

export const estimateCost = activity("estimate-cost", { retry }, async (ctx, specs: readonly ResourceSpec[]) => {
  const catalog = await cloud().catalog(ctx.signal);
  return specs.reduce((sum, { kind, properties }) => sum + (priceOf(catalog[kind], properties) ?? 0), 0);
});

// The process may die anywhere in here, also after the cloud has begun to create the resource and before anybody
// wrote that down. The next attempt has the same idempotency key, so the cloud answers it with the same resource.
export const createResource = activity(
  "create-resource",
  { retry, timeout: "30s" },
  async (ctx, { owner, spec }: OwnedSpec): Promise<CreatedResource> => {
    const { idempotencyKey, attempt, signal } = ctx;
    let { resource, isReady } = await cloud().put(spec, { owner, idempotencyKey, attempt, signal });
    while (!isReady) {
      await sleep(300, undefined, { signal });
      ({ resource, isReady } = await cloud().get(spec, signal));
    }
    return { ...resource, attempts: attempt };
  },
);

// Undoing has nowhere to fail to: it goes on for longer than creating does.
export const deleteResource = activity(
  "delete-resource",
  { retry: { ...retry, maxAttempts: 100 }, timeout: "30s" },
  async (ctx, { owner, spec }: OwnedSpec) => {
    await cloud().delete(spec, owner, ctx.signal);
  },
);

function cloud(): CloudClient {
  const url = process.env["CLOUD_URL"];
  if (url === undefined) throw new Error("CLOUD_URL is not set. It is the address that the cloud process prints.");
  return new CloudClient(url);
}
