// Writes the reference of the API from the sources: npm run docs:api
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { apiReference, pagesFolder } from "./api-reference/reference.ts";

const files = apiReference();
rmSync(pagesFolder, { recursive: true, force: true });
mkdirSync(pagesFolder, { recursive: true });
for (const [file, text] of files) writeFileSync(file, text);
console.log(`${files.size} files`);
