import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { anchorsOf, codeBlocks, markdownFiles, proseLines } from "./markdown.ts";

test("every relative link of every Markdown file leads to a file, and every anchor to a heading", () => {
  assert.deepEqual(markdownFiles().flatMap(brokenLinks), []);
});

test("every guide and every page of reference is in the index of the documentation", () => {
  const pages = ["guides", "reference"].flatMap((folder) =>
    readdirSync(join("docs", folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  );
  const linked = new Set(linksOf("docs/README.md").map(({ target }) => target));
  assert.deepEqual(
    pages.filter((page) => !linked.has(page)),
    [],
  );
});

// What does not name its language is neither highlighted nor checked.
test("every code block says what language it is in", () => {
  const unnamed = markdownFiles()
    .flatMap(codeBlocks)
    .filter(({ file, language }) => file.startsWith("docs/") && language === "");
  assert.deepEqual(
    unnamed.map(({ file, line }) => `${file}:${line - 1}`),
    [],
  );
});

interface Link {
  readonly line: number;
  readonly target: string;
}

function linksOf(file: string): Link[] {
  return proseLines(file).flatMap((text, index) =>
    [...text.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target = ""]) => ({
      line: index + 1,
      target,
    })),
  );
}

function brokenLinks(file: string): string[] {
  return linksOf(file).flatMap(({ line, target }) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    const found = path === "" ? file : normalize(join(dirname(file), decodeURI(path)));
    const isBroken = !existsSync(found) || (anchor !== undefined && !anchorsOf(found).has(anchor));
    return isBroken ? [`${file}:${line}: ${target}`] : [];
  });
}
