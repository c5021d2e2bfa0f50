import type { Declaration } from "./declaration.ts";
import { type PageContent, keyOf } from "./inventory.ts";
import type { Member } from "./members.ts";
import { resolveName } from "./modules.ts";
import { type Places, dispose, headingsOf, methodTitle, methodsOf } from "./places.ts";

export const generatedNote = "<!-- Made from the sources by `npm run docs:api`. Change the comments there. -->";

export function renderPage(content: PageContent, places: Places): string {
  const { page, groups } = content;
  const contents = groups
    .filter(({ title }) => title !== "" && groups.length > 2)
    .map(({ title, declarations }) => {
      const anchor = headingsOf(content).find(({ text, level }) => text === title && level === 2)?.anchor;
      const links = declarations
        .filter(isCentral)
        .map((one) => `[\`${one.name}\`](#${places.get(keyOf(one))?.anchor})`);
      return `- [${title}](#${anchor})${links.length === 0 ? "" : `: ${links.join(", ")}`}`;
    });
  const importLine = `import { ... } from "${page.title.replace(/:.*/, "")}";`;
  const sections = groups.flatMap(({ title, declarations }) => [
    ...(title === "" ? [] : [`## ${title}`]),
    ...declarations.map((one) => renderDeclaration(one, page.slug, places)),
  ]);
  const head = [generatedNote, `# ${page.title}`, code(importLine), page.intro];
  return `${[...head, ...(contents.length === 0 ? [] : [contents.join("\n")]), ...sections].join("\n\n")}\n`;
}

function renderDeclaration(declaration: Declaration, slug: string, places: Places): string {
  const linker = linkerOf(declaration, slug, places);
  const properties = declaration.members.filter(({ kind }) => kind === "property");
  const constructor = declaration.members.find(({ name }) => name === "constructor");
  const head =
    constructor === undefined
      ? declaration.code
      : `${declaration.code} {\n  ${constructor.code.replaceAll("\n", "\n  ")};\n}`;
  const { errorCode } = declaration;
  return [
    `### ${declaration.name}`,
    ...(head === `interface ${declaration.name}` ? [] : [code(head)]),
    ...(declaration.doc === "" ? [] : [linker.inText(declaration.doc)]),
    ...(declaration.members.some(({ name }) => name === dispose) ? ["`await using` closes or stops it."] : []),
    ...(errorCode === undefined ? [] : [`Its code is [\`${errorCode}\`](../errors.md#${errorCode.toLowerCase()}).`]),
    ...(properties.length === 0 ? [] : [propertyTable(properties, linker)]),
    ...mentioned([...declaration.typeNames, ...(constructor?.typeNames ?? [])], linker),
    ...methodsOf(declaration).flatMap((method) => [
      `#### ${methodTitle(declaration, method)}`,
      code(method.code),
      ...(method.doc === "" ? [] : [linker.inText(method.doc)]),
      ...mentioned(method.typeNames, linker),
    ]),
  ].join("\n\n");
}

function propertyTable(properties: readonly Member[], linker: Linker): string {
  const rows = properties.map(({ title, code: type, doc, typeNames }) => {
    const links = linker.of(typeNames);
    const isOneName = links.length === 1 && typeNames[0] === type;
    const shown = isOneName ? (links[0] as string) : inCell(type);
    const others = isOneName || links.length === 0 ? "" : `${doc === "" ? "" : " "}${links.join(", ")}`;
    return `| \`${title}\` | ${shown} | ${linker.inText(doc).replaceAll(/\s+/g, " ").replaceAll("|", "\\|")}${others} |`;
  });
  return ["| property | type | |", "|---|---|---|", ...rows].join("\n");
}

const inCell = (type: string): string =>
  `\`${type
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll("|", "\\|")}\``;

function mentioned(typeNames: readonly string[], linker: Linker): readonly string[] {
  const links = linker.of([...new Set(typeNames)]);
  return links.length === 0 ? [] : [`Types: ${links.join(", ")}`];
}

/** What a page is about, beside the types that are looked up from there. */
const isCentral = (declaration: Declaration): boolean =>
  ["function", "class"].includes(declaration.kind)
    ? declaration.errorCode === undefined
    : methodsOf(declaration).length > 1;

interface Linker {
  /** Links to those of these names that are described somewhere. */
  of(names: readonly string[]): readonly string[];
  /** The text with a link wherever it mentions a name that its file knows. */
  inText(text: string): string;
}

function linkerOf({ file, name: own }: Declaration, slug: string, places: Places): Linker {
  const linkTo = (name: string): string | undefined => {
    if (name === own) return undefined;
    const found = resolveName(file, name);
    const place =
      (found && places.get(keyOf({ file: found.module.file, name: found.name }))) ?? placeOfName(name, places);
    return place && `[\`${name}\`](${place.slug === slug ? "" : `${place.slug}.md`}#${place.anchor})`;
  };
  return {
    of: (names) => names.map(linkTo).filter((link) => link !== undefined),
    inText: (text) => text.replaceAll(/`([A-Z]\w+)`/g, (whole, name: string) => linkTo(name) ?? whole),
  };
}

/** For a comment that mentions what its file need not import. */
function placeOfName(name: string, places: Places) {
  for (const [key, place] of places) if (key.endsWith(`#${name}`)) return place;
  return undefined;
}

// Not `ts`: these are declarations, and no programs that could be compiled.
const code = (text: string): string => `\`\`\`typescript\n${text}\n\`\`\``;
