import { inspect, styleText } from "node:util";
import type { LogFields, LogLevel } from "../definition/index.ts";
import { printable } from "./printable.ts";

export interface LogEntry {
  readonly at: Date;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  readonly isColoured: boolean;
}

/** The text of one log call: one line, and beneath it what does not fit into a line. Ends with a line feed. */
export function formatLogLine({ at, level, message, fields, isColoured }: LogEntry): string {
  const paint: Paint = isColoured
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const [firstLine = "", ...moreLines] = printable(String(message)).split("\n");
  const line = [paint("dim", at.toISOString()), paint(colours[level], level.toUpperCase().padEnd(5)), firstLine];
  const beneath = moreLines.map(indent);
  for (const [key, value] of entriesOf(fields)) {
    const text = printable(textOf(value));
    if (text.includes("\n")) beneath.push(indent(paint("dim", `${key}:`)), ...linesOf(text).map(indentTwice));
    else line.push(`${paint("dim", `${key}=`)}${quoteIfNeeded(value, text)}`);
  }
  return `${[line.join(" "), ...beneath].join("\n")}\n`;
}

type Style = "dim" | "cyan" | "green" | "yellow" | "red";
type Paint = (style: Style, text: string) => string;

const colours: Readonly<Record<LogLevel, Style>> = { debug: "cyan", info: "green", warn: "yellow", error: "red" };

/** An error in the place of the fields is a field itself, as with pino. */
function entriesOf(fields: LogFields): [key: string, value: unknown][] {
  return fields instanceof Error
    ? [["err", fields]]
    : Object.entries(fields).filter(([, value]) => value !== undefined);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  // The stack of an error, its causes and its own properties, on lines of their own; data on one line.
  if (value instanceof Error) return inspect(value, { depth: 4 });
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY, compact: true });
}

function quoteIfNeeded(value: unknown, text: string): string {
  return typeof value === "string" && /^$|[\s"=]/.test(text) ? JSON.stringify(text) : text;
}

// A text that begins with a line feed wants to stand beneath, even if it has one line only.
const linesOf = (text: string) => text.replace(/^\n/, "").split("\n");

const indent = (line: string) => `    ${line}`;
const indentTwice = (line: string) => `      ${line}`;
