import { type Terminal, widthOf } from "./terminal.ts";

export interface Column<T> {
  readonly title: string;
  /** Painted, or of this program. */
  readonly text: (row: T) => string;
  readonly align?: "right";
}

/** Rows in columns, as wide as their widest cell; the last one ends where the terminal does. */
export function printTable<T>(terminal: Terminal, columns: readonly Column<T>[], rows: readonly T[]): void {
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => widthOf(row[index] ?? ""))),
  );
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align))
      .join("  ")
      .trimEnd();
  terminal.line(lineOf(columns.map(({ title }) => terminal.paint("dim", title))));
  for (const row of cells) terminal.line(lineOf(row));
}

function pad(cell: string, width: number, align: "right" | undefined): string {
  const blank = " ".repeat(Math.max(0, width - widthOf(cell)));
  return align === "right" ? blank + cell : cell + blank;
}
