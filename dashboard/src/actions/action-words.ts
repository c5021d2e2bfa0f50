import type { ActionKind } from "../../../src/management/index.ts";

export interface ActionWords {
  readonly label: string;
  readonly done: string;
  readonly consequence: string;
  readonly takesReason: boolean;
  readonly isDangerous: boolean;
}

/** What each action is called, and what it will do. */
export const actionWords: Readonly<Record<ActionKind, ActionWords>> = {
  cancel: {
    label: "Cancel",
    done: "Asked to cancel",
    consequence:
      "It is asked to stop: what it waits for rejects with CancelledError, its clean-up still runs, and its children are cancelled too.",
    takesReason: true,
    isDangerous: false,
  },
  terminate: {
    label: "Terminate",
    done: "Terminated",
    consequence: "It ends at once, without any clean-up. Its children are cancelled. This cannot be undone.",
    takesReason: true,
    isDangerous: true,
  },
  release: {
    label: "Release",
    done: "Released",
    consequence:
      "It is taken out of quarantine, and a node tries it again. If what made it fail is still there, it comes back.",
    takesReason: false,
    isDangerous: false,
  },
  delete: {
    label: "Delete",
    done: "Deleted",
    consequence: "It is removed with its whole history and all of its children. This cannot be undone.",
    takesReason: false,
    isDangerous: true,
  },
};
