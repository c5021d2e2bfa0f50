import { describe, test } from "node:test";
import { checkProvider } from "../../src/providers/conformance/index.ts";
import { openFileStore, openMemoryStore } from "./sqlite-file.ts";

describe("SQLite in a file", () => checkProvider(openFileStore, { test }));
describe("SQLite in memory", () => checkProvider(openMemoryStore, { test, isShared: false }));
