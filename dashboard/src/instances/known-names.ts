import { signal } from "@preact/signals";
import { api } from "../api/api.ts";

/** The orchestrations that nodes have: to choose from. */
export const knownNames = signal<readonly string[]>([]);

export async function loadKnownNames(): Promise<void> {
  const { nodes } = await api.nodes();
  const names = nodes.flatMap(({ orchestrations }) => orchestrations.map((one) => one.slice(0, one.lastIndexOf("@"))));
  knownNames.value = [...new Set(names)].toSorted();
}
