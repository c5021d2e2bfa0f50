import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { Declaration } from "../../scripts/api-reference/declaration.ts";
import { firstSentence } from "../../scripts/api-reference/doc-comment.ts";
import { hiddenTitle, inventory } from "../../scripts/api-reference/inventory.ts";
import { apiReference, indexFile, pagesFolder } from "../../scripts/api-reference/reference.ts";

const exported = inventory().flatMap(({ groups }) =>
  groups.filter(({ title }) => title !== hiddenTitle).flatMap(({ declarations }) => declarations),
);

test("the reference of the API is what the sources say; `npm run docs:api` writes it", () => {
  const written = [indexFile, ...globSync(`${pagesFolder}/*`)].map((file) => [file, readFileSync(file, "utf8")]);
  const made = Object.fromEntries(apiReference());
  assert.deepEqual(Object.fromEntries(written), made);
});

test("every entry point of the package has a page", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, object> };
  const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
  const titles = inventory().map(({ page }) => page.title);
  assert.deepEqual(
    entries.map((entry) => entry.replace(".", "perdure")).filter((entry) => !titles.includes(entry)),
    [],
  );
});

test("every exported name has a doc comment, and its first sentence is complete", () => {
  assert.ok(exported.length > 250, `only ${exported.length} names were found`);
  assert.deepEqual(exported.filter(({ doc }) => !isComplete(doc)).map(nameOf), []);
});

test("every public method of a class has one too", () => {
  const methods = exported
    .filter(({ kind }) => kind === "class")
    .flatMap((owner) => owner.members.map((member) => ({ name: `${nameOf(owner)}.${member.name}`, member })))
    .filter(({ member }) => member.kind === "method" && !/^(?:constructor|\[Symbol\..*)$/.test(member.name));
  assert.ok(methods.length > 40, `only ${methods.length} methods were found`);
  assert.deepEqual(
    methods.filter(({ member }) => !isComplete(member.doc)).map(({ name }) => name),
    [],
  );
});

/** Begins like a sentence, has some words, and ends with a full stop, or with a colon before what it leads to. */
function isComplete(doc: string): boolean {
  const sentence = firstSentence(doc);
  return /^[\p{Lu}\d`"]/u.test(sentence) && /[.:]$/.test(sentence) && sentence.split(" ").length >= 3;
}

const nameOf = ({ file, name }: Declaration): string => `${file}: ${name}`;
