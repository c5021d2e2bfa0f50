// The reference of the API: `npm run docs:api` writes it, and with --check says what is wrong with it.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { apiReference, indexFile, pagesFolder } from "./api-reference/reference.ts";
import { undocumented } from "./api-reference/undocumented.ts";

const files = apiReference();
if (process.argv.includes("--check")) check();
else write();

function write(): void {
  rmSync(pagesFolder, { recursive: true, force: true });
  mkdirSync(pagesFolder, { recursive: true });
  for (const [file, text] of files) writeFileSync(file, text);
  console.log(`${files.size} files`);
}

function check(): void {
  const problems = undocumented().map((name) => `${name}: its comment is missing, or does not begin with a sentence`);
  const written = [indexFile, ...globSync(`${pagesFolder}/*`)];
  const stale = written.some((file) => files.get(file) !== readFileSync(file, "utf8")) || written.length !== files.size;
  if (stale) problems.push("docs/reference/api is not what the sources say: npm run docs:api");
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
