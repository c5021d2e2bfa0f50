import { route } from "../shell/router.ts";

/** The filter of the list, as it stands in the address. */
export type Filter = Readonly<Record<(typeof filterKeys)[number], string | undefined>>;

const filterKeys = ["status", "idContains", "name", "version", "age", "quarantined"] as const;

export function currentFilter(): Filter {
  const { query } = route.value;
  return Object.fromEntries(filterKeys.map((key) => [key, query.get(key) ?? undefined])) as Filter;
}

export const ages = {
  "15m": ["The last 15 minutes", 15],
  "1h": ["The last hour", 60],
  "24h": ["The last day", 1_440],
  "7d": ["The last 7 days", 10_080],
  "older-1h": ["Older than an hour", -60],
  "older-24h": ["Older than a day", -1_440],
  "older-7d": ["Older than 7 days", -10_080],
} as const;

/** As the API takes it. The instant is rounded, so that the same filter asks the same. */
export function filterParams(
  { age, version, ...rest }: Filter,
  at: number,
): Readonly<Record<string, string | undefined>> {
  const minutes = Object.hasOwn(ages, age ?? "") ? ages[age as keyof typeof ages][1] : null;
  const instant = minutes === null ? undefined : new Date(at - Math.abs(minutes) * 60_000).toISOString();
  return {
    ...rest,
    // One that is still being written.
    version: version !== undefined && /^\d+\.\d+\.\d+/.test(version) ? version : undefined,
    createdFrom: minutes !== null && minutes > 0 ? instant : undefined,
    createdBefore: minutes !== null && minutes < 0 ? instant : undefined,
  };
}

export const isFiltered = (filter: Filter): boolean => Object.values(filter).some(Boolean);

/** In words, for whoever is about to act on all that it finds. */
export function filterText({ status, idContains, name, version, age, quarantined }: Filter): string {
  const parts = [
    status !== undefined && `status ${status.replaceAll(",", " or ")}`,
    name !== undefined && `orchestration ${name}`,
    version !== undefined && `version ${version}`,
    idContains !== undefined && `id contains “${idContains}”`,
    age !== undefined && Object.hasOwn(ages, age) && ages[age as keyof typeof ages][0].toLowerCase(),
    quarantined === "true" && "quarantined",
  ].filter((part) => part !== false);
  return parts.length === 0 ? "all instances" : parts.join(", ");
}
