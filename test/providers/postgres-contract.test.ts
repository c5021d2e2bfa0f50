import { checkContract } from "./contract-checks/index.ts";
import { openPostgresStore } from "./postgres-clock.ts";

checkContract("PostgreSQL", openPostgresStore);
