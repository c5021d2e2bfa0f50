import { describe, test } from "node:test";
import { checkProvider } from "../../src/providers/conformance/index.ts";
import { openPostgresStore } from "./postgres-clock.ts";

describe("PostgreSQL", () => checkProvider(openPostgresStore, { test }));
