import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { compareVersions, latestVersion, parseVersion } from "../../src/values/index.ts";

test("a version is read into its parts", () => {
  assert.deepEqual(parseVersion("1.20.3"), { core: ["1", "20", "3"], prerelease: [], build: [] });
  assert.deepEqual(parseVersion("0.0.4-rc-1.0.x+exp.sha-5114f85.007"), {
    core: ["0", "0", "4"],
    prerelease: ["rc-1", "0", "x"],
    build: ["exp", "sha-5114f85", "007"],
  });
});

test("what semver.org lists as valid is valid, and what it lists as invalid is not", () => {
  const valid =
    "0.0.4 1.2.3 10.20.30 1.1.2-prerelease+meta 1.1.2+meta 1.1.2+meta-valid 1.0.0-alpha 1.0.0-beta 1.0.0-alpha.beta " +
    "1.0.0-alpha.beta.1 1.0.0-alpha.1 1.0.0-alpha0.valid 1.0.0-alpha.0valid 1.0.0-rc.1+build.1 2.0.0-rc.1+build.123 " +
    "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay 1.2.3-beta 10.2.3-DEV-SNAPSHOT 1.2.3-SNAPSHOT-123 " +
    "2.0.0+build.1848 2.0.1-alpha.1227 1.0.0-alpha+beta 1.2.3----RC-SNAPSHOT.12.9.1--.12+788 1.2.3----R-S.12.9.1--.12 " +
    "1.2.3----RC-SNAPSHOT.12.9.1--.12 1.0.0+0.build.1-rc.10000aaa-kk-0.1 1.0.0-0A.is.legal " +
    "99999999999999999999999.999999999999999999.99999999999999999";
  for (const text of valid.split(" ")) assert.equal(compareVersions(text, text), 0, text);
  const invalid =
    "1 1.2 1.2.3-0123 1.2.3-0123.0123 1.1.2+.123 +invalid -invalid -invalid+invalid -invalid.01 alpha alpha.beta " +
    "alpha.beta.1 alpha.1 alpha+beta alpha_beta alpha. alpha.. beta 1.0.0-alpha_beta -alpha. 1.0.0-alpha.. " +
    "1.0.0-alpha..1 1.0.0-alpha...1 01.1.1 1.01.1 1.1.01 1.2.3.DEV 1.2-SNAPSHOT 1.2.31.2.3----RC-SNAPSHOT.12.09.1 " +
    "1.2-RC-SNAPSHOT -1.0.3-gamma+b7718 +justmeta 9.8.7+meta+meta 9.8.7-whatever+meta+meta v1.2.3 1.2.3- 1.2.3+ 1.2.x";
  for (const text of [...invalid.split(" "), "", " 1.2.3", "1.2.3 ", "1.2.3\n", "١.2.3", `1.2.3-${"a".repeat(300)}`]) {
    assert.throws(() => parseVersion(text), InvalidArgumentError, text);
  }
});

test("a bad version is an error that shows it and says what to give", () => {
  for (const text of ["latest", undefined, null, 1, Symbol("s"), Object.create(null)]) {
    assert.throws(
      () => parseVersion(text as string),
      (error) =>
        error instanceof InvalidArgumentError && / is not a version\. Give MAJOR\.MINOR\.PATCH/.test(error.message),
    );
  }
  assert.throws(() => parseVersion("latest"), /"latest"/);
});

test("versions are ordered as semver orders them", () => {
  const ordered = [
    "0.9.10",
    "1.0.0-0",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0--1",
    "1.0.0-ALPHA",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.1.0",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.9.0",
    "1.10.0",
    "2.0.0-alpha",
    "2.0.0",
    "10.0.0",
    "99999999999999999999.0.0",
    "100000000000000000000.0.0",
  ];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) {
      assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
    }
  }
  assert.equal(compareVersions("1.0.0+a", "1.0.0+b"), 0);
});

test("the latest version does not depend on the order of the list", () => {
  assert.equal(latestVersion([]), undefined);
  assert.equal(latestVersion(["1.0.0"]), "1.0.0");
  const versions = ["1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "2.0.0-rc.1+a", "2.0.0-rc.1+b", "0.1.0"];
  fc.assert(
    fc.property(fc.shuffledSubarray(versions, { minLength: versions.length }), (shuffled) => {
      assert.equal(latestVersion(shuffled), "2.0.0-rc.1+b");
    }),
  );
});

test("a bad version anywhere in a list is an error", () => {
  for (const list of [["x"], ["1.0.0", "x"], ["x", "1.0.0"]]) {
    assert.throws(() => latestVersion(list), InvalidArgumentError);
  }
});
