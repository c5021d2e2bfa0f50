import type { Kind } from "./catalog.ts";

/** `kind/name`: how resources refer to each other. */
export type ResourceRef = `${Kind}/${string}`;

/** What a client asks for. */
export interface ResourceSpec {
  readonly kind: Kind;
  readonly name: string;
  /** Resources that must be ready first, and cannot be deleted before this one. */
  readonly needs: readonly ResourceRef[];
  readonly properties: Readonly<Record<string, string>>;
}

/** What the cloud made of it. */
export interface Resource extends ResourceSpec {
  readonly id: string;
  /** Who may delete it. */
  readonly owner: string;
  readonly monthlyCost: number;
  /** The attempt, as counted by the client, whose request was the one that created the resource. */
  readonly createdByAttempt: number;
  readonly createdAt: number;
  readonly readyAt: number;
}

/** The auditor's view: everything that was ever created, and every request that could have created it twice. */
export interface Ledger {
  readonly creations: number;
  /** Different names among the creations. Fewer than `creations` means that something was provisioned twice. */
  readonly distinctResources: number;
  readonly deletions: number;
  /** Repeated requests with a key that had already created its resource. */
  readonly duplicatesAbsorbed: number;
  /** Requests to create a resource that exists, under another key. */
  readonly doubleProvisioningAttempts: number;
  readonly entries: readonly LedgerEntry[];
  /** What this process of the cloud did to its clients; unlike the rest, it is forgotten by a restart. */
  readonly weather: Weather;
}

export interface LedgerEntry {
  readonly resource: Resource;
  readonly key: string;
  /** Times of all requests with this key, the one that created the resource first. */
  readonly requestedAt: readonly number[];
  readonly deletedAt: number | null;
}

interface Weather {
  readonly rateLimited: number;
  readonly unavailable: number;
  readonly dropped: number;
}

export const refOf = ({ kind, name }: { readonly kind: Kind; readonly name: string }): ResourceRef => `${kind}/${name}`;
