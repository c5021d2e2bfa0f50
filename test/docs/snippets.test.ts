import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { codeBlocks, markdownFiles } from "./markdown.ts";
import { SnippetFolder, snippetsOf } from "./snippet-folder.ts";

const snippets = markdownFiles().flatMap((file) => snippetsOf(codeBlocks(file)));
const folder = new SnippetFolder(snippets);
after(() => folder.remove());

test("every TypeScript snippet of the documentation compiles", { timeout: 60_000 }, async () => {
  assert.ok(snippets.length > 50, `only ${snippets.length} snippets were found`);
  assert.equal(await folder.check(), "");
});

describe("what a snippet of the documentation prints is what stands beneath it", { concurrency: 2 }, () => {
  before(() => folder.bundleLibrary());
  for (const snippet of snippets.filter(({ output }) => output !== undefined)) {
    test(`${snippet.block.file}:${snippet.block.line}`, { timeout: 30_000 }, async ({ signal }) => {
      const { code, output } = await folder.run(snippet, signal);
      assert.equal(output.trimEnd(), snippet.output?.trimEnd());
      assert.equal(code, 0);
    });
  }
});
