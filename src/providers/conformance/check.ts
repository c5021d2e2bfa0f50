import { type OpenStore, Scene } from "./scene.ts";

/**
 * One thing that a provider has to do. Its number is the promise's, such as `T7`, and a letter where a promise has
 * several checks: `T2a`. Numbers are never given to anything else; `docs/extend/writing-a-provider.md` explains each.
 */
export interface ProviderCheck {
  readonly id: string;
  readonly title: string;
  /** The part of the contract that it belongs to, such as `leases`. */
  readonly section: string;
  /** It needs `StoreUnderTest.openAnother`: for stores that several processes can share. */
  readonly isForSharedStores: boolean;
  /** Resolves if the provider keeps the promise; rejects with an `AssertionError` that says how it does not. */
  run(open: OpenStore): Promise<void>;
}

export type AddCheck = (
  id: string,
  title: string,
  body: (scene: Scene) => Promise<void>,
  options?: { readonly isForSharedStores?: boolean },
) => void;

/** The checks of one part of the contract. Each gets a store, a clock and nodes of its own. */
export function section(name: string, addChecks: (check: AddCheck) => void): readonly ProviderCheck[] {
  const checks: ProviderCheck[] = [];
  addChecks((id, title, body, { isForSharedStores = false } = {}) => {
    const run = async (open: OpenStore) => {
      await using scene = await Scene.open(open);
      await body(scene);
    };
    checks.push({ id, title, section: name, isForSharedStores, run });
  });
  return checks;
}
