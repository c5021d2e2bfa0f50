import { appendFileSync, existsSync, readFileSync } from "node:fs";

export interface Effect {
  readonly key: string;
  /** The process that had it. */
  readonly pid: number;
}

/** What activities did to the world, noted in a file that outlives the processes in which they ran. */
export function noteEffect(file: string, key: string): void {
  appendFileSync(file, `${key} ${process.pid}\n`);
}

export function readEffects(file: string): Effect[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => ({ key: line.split(" ")[0] as string, pid: Number(line.split(" ")[1]) }));
}
