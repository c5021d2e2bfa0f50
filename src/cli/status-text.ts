import type { InstanceView } from "../management/index.ts";
import type { Style, Terminal } from "./terminal.ts";

const styles: Readonly<Record<InstanceView["status"], Style>> = {
  pending: "dim",
  running: "cyan",
  completed: "green",
  failed: "red",
  cancelled: "yellow",
  terminated: "yellow",
};

/** By colour and by word. */
export function statusText(terminal: Terminal, { status, quarantine }: Pick<InstanceView, "status" | "quarantine">) {
  return quarantine === null ? terminal.paint(styles[status], status) : terminal.paint("magenta", "quarantined");
}
