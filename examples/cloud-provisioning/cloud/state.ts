import { randomBytes } from "node:crypto";
import { catalog, images, type Kind, priceOf } from "./catalog.ts";
import { Journal } from "./journal.ts";
import { Refusal } from "./refusal.ts";
import {
  type Ledger,
  type LedgerEntry,
  refOf,
  type Resource,
  type ResourceRef,
  type ResourceSpec,
} from "./resource.ts";

export interface CreateRequest {
  readonly spec: ResourceSpec;
  readonly owner: string;
  readonly key: string;
  readonly attempt: number;
  /** How long the resource stays in creation. */
  readonly takesMs: number;
}

type JournalEntry =
  | { readonly did: "create"; readonly key: string; readonly resource: Resource }
  | { readonly did: "delete"; readonly key: string; readonly at: number }
  | { readonly did: "absorb"; readonly key: string; readonly at: number }
  | { readonly did: "refuse-double"; readonly key: string; readonly ref: ResourceRef; readonly at: number };

interface Account extends LedgerEntry {
  readonly requestedAt: number[];
  deletedAt: number | null;
}

/** What exists in the cloud, and all that ever did. Every change is in the journal before it is answered. */
export class CloudState {
  readonly #journal: Journal<JournalEntry>;
  /** By idempotency key. A key is never forgotten: a late duplicate must not create again what was deleted. */
  readonly #byKey = new Map<string, Account>();
  readonly #live = new Map<ResourceRef, Account>();
  #duplicatesAbsorbed = 0;
  #doubleProvisioningAttempts = 0;

  constructor(journalPath: string) {
    const { journal, entries } = Journal.open<JournalEntry>(journalPath);
    this.#journal = journal;
    for (const entry of entries) this.#apply(entry);
  }

  create({ spec, owner, key, attempt, takesMs }: CreateRequest): Resource {
    const ref = refOf(spec);
    const known = this.#byKey.get(key);
    if (known !== undefined) return this.#absorb(known, ref);
    if (this.#live.has(ref)) {
      this.#commit({ did: "refuse-double", key, ref, at: Date.now() });
      throw new Refusal(409, "AlreadyExists", `${ref} exists already, created under another idempotency key.`);
    }
    const monthlyCost = this.#check(spec);
    const createdAt = Date.now();
    const resource: Resource = {
      ...spec,
      owner,
      monthlyCost,
      createdAt,
      id: `${catalog[spec.kind].idPrefix}-${randomBytes(4).toString("hex")}`,
      createdByAttempt: attempt,
      readyAt: createdAt + takesMs,
    };
    this.#commit({ did: "create", key, resource });
    return resource;
  }

  get(ref: ResourceRef): Resource {
    const account = this.#live.get(ref);
    if (account === undefined) throw new Refusal(404, "NotFound", `There is no ${ref}.`);
    return account.resource;
  }

  /** Of another owner's resource the caller is told what it would be told if there were none. */
  delete(ref: ResourceRef, owner: string): void {
    const resource = this.get(ref);
    if (resource.owner !== owner) throw new Refusal(404, "NotFound", `${owner} has no ${ref}.`);
    if (!isReady(resource)) throw new Refusal(409, "StillCreating", `${ref} is still being created.`);
    const user = this.#resources().find(({ needs }) => needs.includes(ref));
    if (user !== undefined) throw new Refusal(409, "StillInUse", `${ref} is still used by ${refOf(user)}.`);
    const { key } = this.#live.get(ref)!;
    this.#commit({ did: "delete", key, at: Date.now() });
  }

  ledger(): Omit<Ledger, "weather"> {
    const entries = [...this.#byKey.values()];
    return {
      creations: entries.length,
      distinctResources: new Set(entries.map(({ resource }) => refOf(resource))).size,
      deletions: entries.filter(({ deletedAt }) => deletedAt !== null).length,
      duplicatesAbsorbed: this.#duplicatesAbsorbed,
      doubleProvisioningAttempts: this.#doubleProvisioningAttempts,
      entries,
    };
  }

  close(): void {
    this.#journal.close();
  }

  #absorb(account: Account, ref: ResourceRef): Resource {
    const own = refOf(account.resource);
    if (own !== ref) throw new Refusal(422, "KeyReused", `This idempotency key was used before, for ${own}.`);
    this.#commit({ did: "absorb", key: account.key, at: Date.now() });
    if (account.deletedAt !== null) throw new Refusal(410, "Gone", `${ref} was created under this key, and deleted.`);
    return account.resource;
  }

  /** Refuses what cannot be created; returns the monthly cost of what can. */
  #check({ kind, properties, needs }: ResourceSpec): number {
    const { prices, quota, needs: neededKinds } = catalog[kind];
    const monthlyCost = priceOf({ prices }, properties);
    if (monthlyCost === undefined) {
      throw new Refusal(400, "InvalidRequest", `A ${kind} has one of the sizes ${Object.keys(prices).join(", ")}.`);
    }
    if (kind === "virtual-machine" && !images.has(properties["image"] ?? "")) {
      throw new Refusal(422, "ImageNotFound", `There is no image "${properties["image"] ?? ""}".`);
    }
    for (const neededKind of neededKinds) {
      if (!needs.some((ref) => kindOf(ref) === neededKind)) {
        throw new Refusal(400, "InvalidRequest", `A ${kind} needs a ${neededKind}, and none is named.`);
      }
    }
    for (const ref of needs) {
      const resource = this.#live.get(ref)?.resource;
      if (resource === undefined) throw new Refusal(409, "DependencyMissing", `${ref} is needed, and does not exist.`);
      if (!isReady(resource)) throw new Refusal(409, "DependencyMissing", `${ref} is needed, and not ready yet.`);
    }
    if (this.#resources().filter((resource) => resource.kind === kind).length >= quota) {
      throw new Refusal(422, "QuotaExceeded", `There are ${quota} of kind ${kind} already, which is the quota.`);
    }
    return monthlyCost;
  }

  #commit(entry: JournalEntry): void {
    this.#journal.append(entry);
    this.#apply(entry);
  }

  #apply(entry: JournalEntry): void {
    switch (entry.did) {
      case "create": {
        const { key, resource } = entry;
        const account: Account = { resource, key, requestedAt: [resource.createdAt], deletedAt: null };
        this.#byKey.set(key, account);
        this.#live.set(refOf(resource), account);
        return;
      }
      case "delete": {
        const account = this.#byKey.get(entry.key)!;
        account.deletedAt = entry.at;
        this.#live.delete(refOf(account.resource));
        return;
      }
      case "absorb":
        this.#byKey.get(entry.key)!.requestedAt.push(entry.at);
        this.#duplicatesAbsorbed += 1;
        return;
      case "refuse-double":
        this.#doubleProvisioningAttempts += 1;
    }
  }

  #resources(): Resource[] {
    return [...this.#live.values()].map(({ resource }) => resource);
  }
}

export const isReady = ({ readyAt }: Resource): boolean => Date.now() >= readyAt;

const kindOf = (ref: ResourceRef): Kind => ref.slice(0, ref.indexOf("/")) as Kind;
