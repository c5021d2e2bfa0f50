/** A piece of this release's source, and what the next one has in its place. */
export interface Patch {
  readonly file: string;
  /** Is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/**
 * The next release: `ctx.note` writes an event of a new kind, and random numbers come by new rules, which executions
 * that were begun before do not get. Its types are left out: nothing of them is there when it runs.
 */
export const patches: readonly Patch[] = [
  {
    file: "src/history/event-kinds.ts",
    find: '  PatchMarked: "function",',
    replace: '  PatchMarked: "function",\n  NoteTaken: "function",',
  },
  {
    file: "src/history/shapes.ts",
    find: "  PatchMarked: { id: name },",
    replace: "  PatchMarked: { id: name },\n  NoteTaken: { payload: text },",
  },
  {
    file: "src/replay/same-decision.ts",
    find: '    case "TimerCreated":',
    replace: '    case "NoteTaken":\n    case "TimerCreated":',
  },
  {
    file: "src/replay/context.ts",
    find: "    state: createStateContext(engine, enter),",
    replace: `    note: (text) => {
      if (!enter("note")) engine.decide({ kind: "NoteTaken", payload: engine.encode(text, "note") });
    },
    state: createStateContext(engine, enter),`,
  },
  { file: "src/replay/engine.ts", find: "export const semantics = 1;", replace: "export const semantics = 2;" },
  {
    file: "src/replay/context.ts",
    find: "      return engine.random.next();",
    replace: "      return engine.started.semantics >= 2 ? 1 - engine.random.next() : engine.random.next();",
  },
];
