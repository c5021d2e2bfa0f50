import type { Declaration } from "./declaration.ts";
import { firstSentence } from "./doc-comment.ts";
import { type PageContent, hiddenTitle, inventory, keyOf } from "./inventory.ts";
import { type Places, placesOf } from "./places.ts";
import { generatedNote, renderPage } from "./render-page.ts";

export const indexFile = "docs/reference/api.md";
export const pagesFolder = "docs/reference/api";

/** The files of the reference of the API, made from the sources. */
export function apiReference(): ReadonlyMap<string, string> {
  const contents = inventory();
  const places = placesOf(contents);
  return new Map([
    [indexFile, renderIndex(contents, places)],
    ...contents.map((content) => [`${pagesFolder}/${content.page.slug}.md`, renderPage(content, places)] as const),
  ]);
}

function renderIndex(contents: readonly PageContent[], places: Places): string {
  const link = (declaration: Declaration) => {
    const { slug, anchor } = places.get(keyOf(declaration)) ?? { slug: "", anchor: "" };
    return `[\`${declaration.name}\`](api/${slug}.md#${anchor})`;
  };
  const sections = contents.map(({ page, groups }) => {
    const isCalled = ({ kind }: Declaration) => kind === "function" || kind === "class";
    const declarations = groups.filter(({ title }) => title !== hiddenTitle).flatMap((group) => group.declarations);
    const rows = declarations.filter(isCalled).map((one) => `| ${link(one)} | ${firstSentence(one.doc)} |`);
    const types = declarations.filter((one) => !isCalled(one)).map(link);
    return [
      `## [${page.title}](api/${page.slug}.md)`,
      page.intro
        .replaceAll("](../../", "](../")
        .replaceAll("](../events", "](events")
        .replaceAll(/\]\(\.\.\/((?:export-format|http-api|telemetry)\.md)/g, "]($1"),
      ...(rows.length === 0 ? [] : [["| | |", "|---|---|", ...rows].join("\n")]),
      ...(types.length === 0 ? [] : [`Types: ${types.join(", ")}`]),
    ].join("\n\n");
  });
  return `${generatedNote}

# API

Everything that can be imported, by entry point, made from the declarations and comments of the sources. What an option does when is in
[configuration](configuration.md); what to do about an error in [errors](errors.md).

${sections.join("\n\n")}
`;
}
