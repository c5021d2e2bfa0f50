import { useRef } from "preact/hooks";
import type { InstanceView } from "../../../src/management/index.ts";
import { api, type Problem } from "../api/api.ts";
import { useLoaded } from "../api/use-loaded.ts";

interface Pages {
  readonly rows: readonly InstanceView[] | null;
  readonly problem: Problem | null;
  readonly reload: () => void;
  /** Gets the next page, if there is one. */
  readonly more: () => void;
}

interface Read {
  readonly rows: readonly InstanceView[];
  readonly cursor: string | null;
}

const pageSize = 100;
/** So many of the newest are looked at again after a change; older ones when they are scrolled to. */
const refreshed = 300;

/** A list that grows page by page as somebody scrolls, and whose newest rows are kept up to date. */
export function usePages(key: string, params: () => Readonly<Record<string, string | undefined>>): Pages {
  const wantsMore = useRef(false);
  const { value, problem, reload } = useLoaded<Read>({
    key,
    load: async (previous) => {
      if (previous !== null && wantsMore.current && previous.cursor !== null) {
        wantsMore.current = false;
        const page = await api.list({ ...params(), limit: String(pageSize), cursor: previous.cursor });
        return { rows: merged(previous.rows, page.instances), cursor: page.cursor };
      }
      const limit = Math.min(refreshed, Math.max(pageSize, previous?.rows.length ?? 0));
      const page = await api.list({ ...params(), limit: String(limit) });
      const older = previous === null || page.cursor === null ? [] : olderThan(page.instances, previous.rows);
      return {
        rows: [...page.instances, ...older],
        cursor: older.length === 0 ? page.cursor : (previous?.cursor ?? null),
      };
    },
  });
  const more = () => {
    if (value?.cursor == null || wantsMore.current) return;
    wantsMore.current = true;
    reload();
  };
  return { rows: value?.rows ?? null, problem, reload, more };
}

function olderThan(fresh: readonly InstanceView[], known: readonly InstanceView[]): readonly InstanceView[] {
  const last = fresh.at(-1);
  const index = last === undefined ? -1 : known.findIndex(({ instanceId }) => instanceId === last.instanceId);
  return index === -1 ? [] : known.slice(index + 1);
}

function merged(known: readonly InstanceView[], next: readonly InstanceView[]): readonly InstanceView[] {
  const ids = new Set(known.map(({ instanceId }) => instanceId));
  return [...known, ...next.filter(({ instanceId }) => !ids.has(instanceId))];
}
