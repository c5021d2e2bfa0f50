import { parseArgs } from "node:util";
import { openCloud } from "./server.ts";

// The cloud as a process of its own: `node cloud/main.ts <directory> [--seed n]`. Prints its address.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string", default: "1" } },
});
const cloud = await openCloud({ directory: positionals[0] ?? ".perdure", seed: Number(values.seed) });
console.log(cloud.url);

// The other end of standard input closes when the process that started this one is gone, whatever ended it.
process.stdin.resume().once("end", () => process.exit());
