import { instanceFilter, type ListOptions } from "../client/list-instances.ts";
import { checkLimit } from "./limits.ts";
import type { Provider } from "../providers/contract.ts";
import { type InstanceView, instanceView } from "./instance-view.ts";

/** A page of instances. */
export interface ListView {
  /** Newest first. */
  readonly instances: readonly InstanceView[];
  /** For the next page. */
  readonly cursor: string | null;
}

export async function listView(provider: Provider, options: ListOptions): Promise<ListView> {
  const { limit = 100, cursor = null } = options;
  const page = await provider.listInstances({ ...instanceFilter(options), limit: checkLimit(limit), cursor });
  return { instances: page.instances.map(instanceView), cursor: page.cursor };
}
