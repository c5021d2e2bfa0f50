import { InvalidArgumentError } from "../errors/index.ts";
import { describeArgument } from "./describe-argument.ts";

/** A version by the rules of semver 2.0.0. The numbers are kept as text, for they may have any length. */
export interface Version {
  readonly core: readonly [major: string, minor: string, patch: string];
  /** Empty for a release. */
  readonly prerelease: readonly string[];
  /** Takes no part in the order. */
  readonly build: readonly string[];
}

/**
 * Reads `MAJOR.MINOR.PATCH`, with `-prerelease` and `+build` if present.
 *
 * @throws InvalidArgumentError
 */
export function parseVersion(text: string): Version {
  const match = typeof text === "string" && text.length <= maxChars ? form.exec(text) : null;
  if (match === null) throw invalid(text);
  const [, major = "", minor = "", patch = "", prerelease, build] = match;
  return { core: [major, minor, patch], prerelease: identifiersOf(prerelease), build: identifiersOf(build) };
}

/**
 * Negative when `a` comes before `b`, positive when after, 0 when semver gives them the same rank.
 *
 * @throws InvalidArgumentError
 */
export function compareVersions(a: string, b: string): number {
  return compareParsed(parseVersion(a), parseVersion(b));
}

/**
 * The version of the highest rank, or undefined for an empty list. Pre-releases count like any other, so `2.0.0-rc.1`
 * is later than `1.9.0`. The same versions in another order give the same answer.
 *
 * @throws InvalidArgumentError
 */
export function latestVersion(versions: readonly string[]): string | undefined {
  let latest: Candidate | undefined;
  for (const text of versions) {
    const candidate = { text, version: parseVersion(text) };
    if (latest === undefined || isLater(candidate, latest)) latest = candidate;
  }
  return latest?.text;
}

interface Candidate {
  readonly text: string;
  readonly version: Version;
}

function isLater(a: Candidate, b: Candidate): boolean {
  const order = compareParsed(a.version, b.version);
  // Two builds of one version: any fixed order will do, as long as every node has the same.
  return order > 0 || (order === 0 && a.text > b.text);
}

const maxChars = 255;
const form = new RegExp(
  String.raw`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)` +
    String.raw`(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?` +
    String.raw`(?:\+([\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*))?$`,
);

const identifiersOf = (text: string | undefined) => (text === undefined ? [] : text.split("."));

function compareParsed(a: Version, b: Version): number {
  return compareLists(a.core, b.core) || comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  // A release comes after all of its pre-releases.
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0);
  return compareLists(a, b);
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  if (a === b) return 0;
  const aIsNumber = isNumber(a);
  const bIsNumber = isNumber(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  // Numbers have no leading zeros here, so that the longer one is the larger one.
  if (aIsNumber && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

const isNumber = (identifier: string) => /^\d+$/.test(identifier);

function invalid(text: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    `${describeArgument(text)} is not a version. Give MAJOR.MINOR.PATCH as semver defines it, such as "1.0.0" or "2.1.0-rc.1".`,
  );
}
