import type { InstanceProgress } from "./contract-queries.ts";

/** Says that something may have changed. Losing every hint costs latency only. */
export interface Wake {
  /** Messages were queued, or instances with messages were released, by their node or because its lease ended. */
  readonly instances: boolean;
  /** Work items were queued, or given back: for a retry, by their node, or because its lease ended. */
  readonly work: boolean;
  /**
   * The earliest timer that was created, if one was. When `changed` is `null`: `null` if that is not known, and
   * `Infinity` if none was.
   */
  readonly timerDueAt: number | null;
  /**
   * Instances whose status or quarantine may have changed; `null` when the change was another process's and could be any.
   */
  readonly changed: readonly string[] | null;
  /** Those of `changed` that have ended or are gone; `null` when it could be any. */
  readonly ended: readonly string[] | null;
  /** How some of `ended` have ended, by their ids: what `readProgress` would say of them after that commit. */
  readonly ends?: ReadonlyMap<string, InstanceProgress>;
  /**
   * The commit that makes the instances available is still open: a fetch that is called before the listener returns
   * becomes part of it. Another wake-up follows the commit, unless that fetch has left nothing for anybody.
   */
  readonly beforeCommit?: true;
  /** The store's clock was moved by hand, as tests do: whatever waits for a time has to look at it again. */
  readonly clockMoved?: true;
}
