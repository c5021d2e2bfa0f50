import type { Declaration } from "./declaration.ts";
import { type PageContent, keyOf } from "./inventory.ts";
import type { Member } from "./members.ts";

/** Where every declaration is described: page and anchor. */
export type Places = ReadonlyMap<string, { readonly slug: string; readonly anchor: string }>;

export function placesOf(contents: readonly PageContent[]): Places {
  const places = new Map<string, { slug: string; anchor: string }>();
  for (const content of contents) {
    for (const { key, anchor } of headingsOf(content)) {
      if (key !== undefined) places.set(key, { slug: content.page.slug, anchor });
    }
  }
  return places;
}

interface Heading {
  readonly text: string;
  readonly level: number;
  readonly anchor: string;
  /** The declaration that it is of. */
  readonly key?: string;
}

/** The headings of a page, in order, with the anchors that they get. */
export function headingsOf({ page, groups }: PageContent): readonly Heading[] {
  const used = new Map<string, number>();
  const heading = (text: string, level: number, key?: string): Heading => {
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-");
    const count = used.get(slug) ?? 0;
    used.set(slug, count + 1);
    return { text, level, anchor: count === 0 ? slug : `${slug}-${count}`, ...(key !== undefined && { key }) };
  };
  return [
    heading(page.title, 1),
    ...groups.flatMap(({ title, declarations }) => [
      ...(title === "" ? [] : [heading(title, 2)]),
      ...declarations.flatMap((one) => [
        heading(one.name, 3, keyOf(one)),
        ...methodsOf(one).map((method) => heading(methodTitle(one, method), 4)),
      ]),
    ]),
  ];
}

export function methodTitle({ name: owner }: Declaration, { name }: Member): string {
  return name === "" ? `${owner}()` : `${owner}.${name}()`;
}

export const dispose = "[Symbol.asyncDispose]";

export const methodsOf = ({ members }: Declaration): readonly Member[] =>
  members.filter(({ kind, name }) => kind === "method" && name !== "constructor" && name !== dispose);
