import { globSync, readFileSync } from "node:fs";

export interface CodeBlock {
  readonly file: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  readonly language: string;
  /** What else stands behind the opening fence. */
  readonly words: readonly string[];
  readonly code: string;
}

/** Every Markdown file of the repository. */
export function markdownFiles(): string[] {
  return globSync("**/*.md", { exclude: ["**/node_modules", "dist", ".perdure"] }).toSorted();
}

export function codeBlocks(file: string): CodeBlock[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const blocks: CodeBlock[] = [];
  for (let index = 0; index < lines.length; index++) {
    const opening = fence.exec(lines[index] as string);
    if (opening === null) continue;
    const [, indent = "", marks = "", info = ""] = opening;
    const end = lines.findIndex((line, at) => at > index && line.trim() === marks);
    if (end === -1) throw new Error(`${file}:${index + 1}: this code block is never closed.`);
    const code = lines.slice(index + 1, end).map((line) => line.slice(indent.length));
    const [language = "", ...words] = info.trim().split(/\s+/);
    blocks.push({ file, line: index + 2, language, words, code: code.join("\n") });
    index = end;
  }
  return blocks;
}

/** The text without its code, line by line: what links and headings are looked for in. */
export function proseLines(file: string): string[] {
  let closing: string | undefined;
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => {
      const isCode = closing !== undefined;
      if (isCode && line.trim() === closing) closing = undefined;
      else if (!isCode) closing = fence.exec(line)?.[2];
      return isCode || closing !== undefined ? "" : line;
    });
}

/** The anchors of a file's headings, as GitHub makes them. */
export function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  for (const line of proseLines(file)) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replaceAll(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

const fence = /^(\s*)(`{3,})(.*)$/;
