import { type Declaration, declarationOf } from "./declaration.ts";
import { exportedNames, resolveExport, resolveName } from "./modules.ts";
import { type Group, type Page, pages } from "./pages.ts";

/** What stands on one page, in order. */
export interface PageContent {
  readonly page: Page;
  readonly groups: readonly { readonly title: string; readonly declarations: readonly Declaration[] }[];
}

/** Types that cannot be imported, and that the signatures of others mention. */
export const hiddenTitle = "Named above, and not exported";

/** Every exported name, on its page; then whatever else their signatures mention. */
export function inventory(): readonly PageContent[] {
  const taken = new Set<string>();
  const contents = pages.map((page) => ({ page, groups: page.groups.map((group) => groupOf(page, group, taken)) }));
  const leftOver = pages.flatMap(({ entry }) => exportsOf(entry)).filter((one) => !taken.has(keyOf(one)));
  if (leftOver[0] !== undefined) {
    throw new Error(`${leftOver[0].name} of ${leftOver[0].file} has no place in scripts/api-reference/pages.ts.`);
  }
  return contents.map(({ page, groups }) => {
    const hidden = [
      ...hiddenIn(
        groups.flatMap(({ declarations }) => declarations),
        taken,
      ),
    ].toSorted(inOrder);
    return { page, groups: hidden.length === 0 ? groups : [...groups, { title: hiddenTitle, declarations: hidden }] };
  });
}

export const keyOf = ({ file, name }: Pick<Declaration, "file" | "name">): string => `${file}#${name}`;

function groupOf({ entry }: Page, { title, from }: Group, taken: Set<string>) {
  const declarations = exportsOf(entry)
    .filter((one) => from.some((path) => one.file.startsWith(path)) && !taken.has(keyOf(one)))
    .toSorted(inOrder);
  for (const one of declarations) taken.add(keyOf(one));
  return { title, declarations };
}

function exportsOf(entry: string): readonly Declaration[] {
  return exportedNames(entry).flatMap((name) => {
    const found = resolveExport(entry, name);
    return found === undefined ? [] : [declarationOf(found.module, found.name)];
  });
}

function hiddenIn(declarations: readonly Declaration[], taken: Set<string>): readonly Declaration[] {
  const found: Declaration[] = [];
  for (const { file, typeNames, members } of declarations) {
    for (const name of [...typeNames, ...members.flatMap((member) => member.typeNames)]) {
      const source = resolveName(file, name);
      if (source === undefined || taken.has(keyOf({ file: source.module.file, name: source.name }))) continue;
      const declaration = declarationOf(source.module, source.name);
      taken.add(keyOf(declaration));
      found.push(declaration, ...hiddenIn([declaration], taken));
    }
  }
  return found;
}

// What is called or constructed comes first; the types that it takes and gives are looked up.
const ranks = { function: 0, class: 1, const: 2, interface: 3, type: 3 } as const;

function inOrder(one: Declaration, other: Declaration): number {
  const rank = ranks[one.kind] - ranks[other.kind];
  return rank === 0 ? (one.name < other.name ? -1 : 1) : rank;
}
