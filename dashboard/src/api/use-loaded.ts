import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { endSession } from "../shell/session.ts";
import { Problem } from "./api.ts";
import { onChange } from "./changes.ts";

export interface Loaded<T> {
  /** The newest answer; it stays while the next one is on its way. */
  readonly value: T | null;
  readonly problem: Problem | null;
  readonly reload: () => void;
}

interface LoadOptions<T> {
  /** Loads anew when this differs; what was there for another key is forgotten. */
  readonly key: string;
  readonly load: (previous: T | null) => Promise<T>;
  /** Whether a change of these instances is one of what is shown. Default: any. */
  readonly concerns?: (instanceIds: readonly string[]) => boolean;
  /** Loads at least this often. Default: only after changes. */
  readonly everyMs?: number;
}

/** At most this often after changes, however many there are. */
const pauseMs = 700;

/** Loads something, and again whenever it may have changed: never twice at once, and not while nobody looks. */
export function useLoaded<T>(options: LoadOptions<T>): Loaded<T> {
  const [state, setState] = useState<{
    readonly key: string;
    readonly value: T | null;
    readonly problem: Problem | null;
  }>({ key: options.key, value: null, problem: null });
  const latest = useRef(options);
  latest.current = options;
  const wake = useRef<() => void>(() => {});

  useEffect(() => {
    let isOver = false;
    let isLoading = false;
    let isWanted = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let value: T | null = null;

    const run = async () => {
      if (isLoading || document.hidden) {
        isWanted = true;
        return;
      }
      isLoading = true;
      isWanted = false;
      try {
        value = await latest.current.load(value);
        if (!isOver) setState({ key: options.key, value, problem: null });
      } catch (error) {
        if (isOver) return;
        const problem = error instanceof Problem ? error : new Problem(0, "BROKEN", String(error));
        if (problem.status === 401) endSession();
        else setState({ key: options.key, value, problem });
      } finally {
        isLoading = false;
        if (isWanted && !isOver) soon();
      }
    };
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void run();
      }, pauseMs);
    };
    const onVisible = () => {
      if (!document.hidden && isWanted) void run();
    };
    wake.current = () => void run();
    void run();
    const unsubscribe = onChange((changed) => {
      if (changed === null || latest.current.concerns === undefined || latest.current.concerns(changed)) soon();
    });
    const interval = options.everyMs === undefined ? undefined : setInterval(soon, options.everyMs);
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      isOver = true;
      unsubscribe();
      clearTimeout(timer);
      clearInterval(interval);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [options.key]);

  const reload = useCallback(() => wake.current(), []);
  const isCurrent = state.key === options.key;
  return { value: isCurrent ? state.value : null, problem: isCurrent ? state.problem : null, reload };
}
