import type { OrchestrationState } from "../definition/index.ts";
import { LimitExceededError } from "../errors/index.ts";
import { checkInstanceId } from "../values/index.ts";
import type { ReplayEngine } from "./engine.ts";

/** `ctx.state`: reads from memory, writes are decisions. */
export function createStateContext(engine: ReplayEngine, enter: (method: string) => boolean): OrchestrationState {
  const { state } = engine;
  const { stateKeys } = engine.options.limits;

  // What was kept once is kept, and what was refused then is refused again, whatever the limit is now.
  function wasKept(key: string): boolean {
    const next = engine.log.isReplaying ? engine.log.next() : undefined;
    return next?.kind === "StateSet" && next.key === key;
  }

  return {
    get: <T>(key: string): T | undefined => {
      enter("state.get");
      checkInstanceId(key, "state key");
      return state.get(key) as T | undefined;
    },
    set: (key, value) => {
      if (enter("state.set")) return;
      // As free as an id: keys are often paths.
      checkInstanceId(key, "state key", engine.maxBytes("idBytes"));
      const payload = engine.encode(value, `state["${key}"]`);
      if (!state.has(key) && state.size >= stateKeys && !wasKept(key)) {
        throw new LimitExceededError(`An instance keeps at most ${stateKeys} keys of state.`, "stateKeys");
      }
      const decision = engine.decide({ kind: "StateSet", key, payload });
      if (decision?.kind === "StateSet") state.set(key, decision.payload);
    },
    delete: (key) => {
      if (enter("state.delete")) return;
      checkInstanceId(key, "state key");
      if (!state.has(key)) return;
      if (engine.decide({ kind: "StateDeleted", key }) !== undefined) state.delete(key);
    },
    list: (prefix = "") => {
      enter("state.list");
      return state.keys().filter((key) => key.startsWith(prefix));
    },
  };
}
