import { checkContract } from "./contract-checks/index.ts";
import { openFileStore, openMemoryStore } from "./sqlite-file.ts";

checkContract("SQLite in a file", openFileStore);
checkContract("SQLite in memory", openMemoryStore);
