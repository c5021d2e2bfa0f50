import { checkContract } from "./contract-checks/index.ts";
import { openPostgresStore } from "./postgres-schema.ts";

checkContract("PostgreSQL", openPostgresStore);
