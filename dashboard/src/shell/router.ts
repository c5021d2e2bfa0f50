import { signal } from "@preact/signals";

/** Where the page is: what stands after the `#` of its address. */
export interface Route {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export const route = signal<Route>(parse(location.hash));
addEventListener("hashchange", () => {
  route.value = parse(location.hash);
  scrollTo(0, 0);
});

export function href(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
  return `#/${path.map(encodeURIComponent).join("/")}${search}`;
}

export function go(to: string): void {
  location.hash = to.slice(1);
}

/** Changes the address without a step in the browser's history: for filters and positions. */
export function replaceQuery(query: Readonly<Record<string, string | undefined>>): void {
  const { path, query: old } = route.value;
  const to = href(path, { ...Object.fromEntries(old), ...query });
  history.replaceState(null, "", to);
  route.value = parse(to);
}

function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(search) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
