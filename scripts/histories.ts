// Records what has not been recorded yet of test/histories: npm run histories -- [name ...] [--overwrite]
// With a name, a recording that is there is an error; --overwrite replaces it, as long as it has not been released.
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { record, RecordingExistsError } from "../test/histories/record.ts";
import { folder, recordings } from "../test/histories/recordings.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { overwrite: { type: "boolean", default: false } },
});
const { overwrite } = values;

for (const name of positionals) {
  if (!recordings.some((one) => one.name === name)) fail(`There is no scenario "${name}".`);
}
if (overwrite && positionals.length === 0) fail("Say which recordings are to be replaced.");
for (const { name, scenario, file } of recordings) {
  const isWanted = positionals.length === 0 ? !existsSync(file) : positionals.includes(name);
  if (!isWanted) continue;
  try {
    await record(name, scenario, { folder, overwrite });
    console.log(`recorded ${name}`);
  } catch (error) {
    if (!(error instanceof RecordingExistsError)) throw error;
    fail(`${error.message} (--overwrite replaces it all the same.)`);
  }
}

function fail(message: string): void {
  console.error(message);
  process.exit(1);
}
