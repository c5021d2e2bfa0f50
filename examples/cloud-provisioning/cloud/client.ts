import type { Catalog } from "./catalog.ts";
import type { RefusalCode } from "./refusal.ts";
import type { Ledger, Resource, ResourceSpec } from "./resource.ts";

/** Any way in which a request did not succeed; `code` is the cloud's, or `ConnectionLost`. */
export class CloudError extends Error {
  readonly code: RefusalCode | "ConnectionLost";

  constructor(code: CloudError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CloudError";
    this.code = code;
  }
}

export interface PutOptions {
  readonly owner: string;
  /** Repeating a request with the same key never creates a second resource. */
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly signal?: AbortSignal;
}

export interface PutResult {
  readonly resource: Resource;
  readonly isReady: boolean;
}

/** Speaks to the cloud over HTTP. Retries nothing: that is its caller's business. */
export class CloudClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async put({ kind, name, needs, properties }: ResourceSpec, options: PutOptions): Promise<PutResult> {
    const { owner, idempotencyKey, attempt, signal } = options;
    return await this.#resource(`/resources/${kind}/${name}`, {
      method: "PUT",
      headers: { "idempotency-key": idempotencyKey, attempt: String(attempt) },
      body: JSON.stringify({ owner, needs, properties }),
      ...(signal && { signal }),
    });
  }

  async get({ kind, name }: Pick<ResourceSpec, "kind" | "name">, signal?: AbortSignal): Promise<PutResult> {
    return await this.#resource(`/resources/${kind}/${name}`, { ...(signal && { signal }) });
  }

  /** Resolves as well if the owner has no such resource (any more). */
  async delete({ kind, name }: ResourceSpec, owner: string, signal?: AbortSignal): Promise<void> {
    try {
      const query = `owner=${encodeURIComponent(owner)}`;
      await this.#request(`/resources/${kind}/${name}?${query}`, { method: "DELETE", ...(signal && { signal }) });
    } catch (error) {
      if (!(error instanceof CloudError && error.code === "NotFound")) throw error;
    }
  }

  async catalog(signal?: AbortSignal): Promise<Catalog> {
    return (await this.#request("/catalog", { ...(signal && { signal }) })).body as Catalog;
  }

  async ledger(): Promise<Ledger> {
    return (await this.#request("/ledger", {})).body as Ledger;
  }

  async #resource(path: string, init: RequestInit): Promise<PutResult> {
    const { status, body } = await this.#request(path, init);
    return { resource: body as Resource, isReady: status === 200 };
  }

  async #request(path: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
    const { status, ok, body } = await fetchJson(this.#url + path, init);
    if (ok) return { status, body };
    const { code, message } = body as { code: RefusalCode; message: string };
    throw new CloudError(code, message);
  }
}

async function fetchJson(url: string, init: RequestInit): Promise<{ status: number; ok: boolean; body: unknown }> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, ok: response.ok, body: await response.json() };
  } catch (error) {
    init.signal?.throwIfAborted();
    throw new CloudError("ConnectionLost", "The connection to the cloud was lost.", { cause: error });
  }
}
