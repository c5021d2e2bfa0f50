import { stripVTControlCharacters, styleText } from "node:util";

/** Columns as wide as their widest cell, under a dimmed heading. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((_, column) => Math.max(...[heading, ...rows].map((row) => widthOf(row[column]))));
  const format = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - widthOf(cell)))
      .join("  ")
      .trimEnd();
  return [styleText("dim", format(heading)), ...rows.map(format)].map((line) => `  ${line}`).join("\n");
}

const widthOf = (cell = "") => stripVTControlCharacters(cell).length;
