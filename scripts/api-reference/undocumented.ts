import type { Declaration } from "./declaration.ts";
import { firstSentence } from "./doc-comment.ts";
import { hiddenTitle, inventory } from "./inventory.ts";

/**
 * The exported names, and the public methods of classes, whose comment is missing or does not begin with a sentence.
 */
export function undocumented(): readonly string[] {
  return documentedNames()
    .filter(({ doc }) => !isComplete(doc))
    .map(({ name }) => name);
}

/** All that has to have a comment. */
export function documentedNames(): readonly { readonly name: string; readonly doc: string }[] {
  return inventory()
    .flatMap(({ groups }) => groups.filter(({ title }) => title !== hiddenTitle))
    .flatMap(({ declarations }) => declarations)
    .flatMap((declaration) => [{ name: nameOf(declaration), doc: declaration.doc }, ...methodsOf(declaration)]);
}

function methodsOf(owner: Declaration): { readonly name: string; readonly doc: string }[] {
  if (owner.kind !== "class") return [];
  return owner.members
    .filter(({ kind, name }) => kind === "method" && name !== "constructor" && !name.startsWith("["))
    .map(({ name, doc }) => ({ name: `${nameOf(owner)}.${name}`, doc }));
}

/** Begins like a sentence, has some words, and ends with a full stop, or with a colon before what it leads to. */
function isComplete(doc: string): boolean {
  const sentence = firstSentence(doc);
  return /^[\p{Lu}\d`"]/u.test(sentence) && /[.:]$/.test(sentence) && sentence.split(" ").length >= 3;
}

const nameOf = ({ file, name }: Declaration): string => `${file}: ${name}`;
