interface CatalogEntry {
  /** Begins the ids of these resources. */
  readonly idPrefix: string;
  /** Kinds of which a resource must name one each that it needs. */
  readonly needs: readonly Kind[];
  /** How long creating one takes, more or less. */
  readonly takesMs: number;
  /** Dollars a month, by size; `default` when the resource has none. */
  readonly prices: { readonly [size: string]: number };
  /** How many there may be at a time. */
  readonly quota: number;
}

export type Kind =
  | "network"
  | "subnet"
  | "storage-account"
  | "key-vault"
  | "secret"
  | "network-interface"
  | "disk"
  | "virtual-machine";

export type Catalog = Readonly<Record<Kind, CatalogEntry>>;

export const catalog: Catalog = {
  network: { idPrefix: "net", needs: [], takesMs: 700, prices: { default: 0 }, quota: 10 },
  subnet: { idPrefix: "sub", needs: ["network"], takesMs: 400, prices: { default: 0 }, quota: 40 },
  "storage-account": { idPrefix: "sto", needs: [], takesMs: 800, prices: { standard: 20, premium: 90 }, quota: 10 },
  "key-vault": { idPrefix: "kv", needs: [], takesMs: 800, prices: { default: 5 }, quota: 10 },
  secret: { idPrefix: "sec", needs: ["key-vault"], takesMs: 300, prices: { default: 0 }, quota: 100 },
  "network-interface": { idPrefix: "nic", needs: ["subnet"], takesMs: 400, prices: { default: 3 }, quota: 40 },
  disk: { idPrefix: "dsk", needs: ["storage-account"], takesMs: 500, prices: { default: 8 }, quota: 40 },
  "virtual-machine": {
    idPrefix: "vm",
    needs: ["network-interface", "disk", "secret"],
    takesMs: 900,
    prices: { small: 35, medium: 70, large: 240 },
    quota: 20,
  },
};

export const images: ReadonlySet<string> = new Set(["debian-13", "ubuntu-24.04", "windows-server-2025"]);

export const isKind = (text: string): text is Kind => Object.hasOwn(catalog, text);

/** Dollars a month, or undefined if there is no such size. */
export function priceOf(
  { prices }: Pick<CatalogEntry, "prices">,
  properties: Readonly<Record<string, string>>,
): number | undefined {
  return prices[properties["size"] ?? "default"];
}
