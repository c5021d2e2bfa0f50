import assert from "node:assert/strict";
import { before, test } from "node:test";
import { JSDOM } from "jsdom";
import { type CodeBlock, codeBlocks, markdownFiles } from "./markdown.ts";

let parse: (text: string) => Promise<unknown>;

// Mermaid is made for a browser, and takes what it finds of one when it is imported.
before(async () => {
  const { window } = new JSDOM("");
  Object.assign(globalThis, { window, document: window.document });
  const { default: mermaid } = await import("mermaid");
  parse = (text) => mermaid.parse(text);
});

test("every Mermaid diagram of every Markdown file parses", async () => {
  const diagrams = markdownFiles()
    .flatMap(codeBlocks)
    .filter(({ language }) => language === "mermaid");
  assert.ok(diagrams.length > 15, `only ${diagrams.length} diagrams were found`);
  assert.deepEqual(await broken(diagrams), []);
});

test("a diagram that is broken is found, with its place", async () => {
  const block = (line: number, code: string): CodeBlock => ({
    file: "x.md",
    line,
    language: "mermaid",
    words: [],
    code,
  });
  const found = await broken([
    block(3, "sequenceDiagram\n  A->>B: hello"),
    block(9, "sequenceDiagram\n  A->>B hello"),
    block(17, "flowchart LR\n  A[one --> B"),
    block(25, "sequenceDigram\n  A->>B: hello"),
  ]);
  assert.deepEqual(
    found.map((text) => text.split(" ")[0]),
    ["x.md:9:", "x.md:17:", "x.md:25:"],
  );
});

async function broken(diagrams: readonly CodeBlock[]): Promise<string[]> {
  const found: string[] = [];
  for (const { file, line, code } of diagrams) {
    await parse(code).catch(({ message }: Error) => found.push(`${file}:${line}: ${message.split("Expecting")[0]}`));
  }
  return found;
}
