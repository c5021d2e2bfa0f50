import { runProgram } from "../support/program.ts";
import type { CampaignOptions, CampaignReport } from "./campaign.ts";
import { Coverage } from "./coverage.ts";

export type SharedReport = Omit<CampaignReport, "failed"> & { readonly failed: readonly string[] };
type Part = Omit<SharedReport, "coverage"> & { readonly coverage: readonly [string, number][] };

/** Runs a campaign in several processes. */
export async function shareCampaign(options: CampaignOptions, workers: number): Promise<SharedReport> {
  const turns = Math.ceil(options.turns / workers);
  const ends = await Promise.all(
    Array.from({ length: workers }, (_, index) =>
      runProgram("test/simulation/programs/campaign.ts", {
        ...options,
        turns,
        firstSeed: options.firstSeed + index,
        stride: workers,
      }),
    ),
  );
  const parts = ends.map(({ code, output }) => {
    if (code !== 0) throw new Error(`A process of the simulation has failed:\n${output}`);
    return JSON.parse(output.slice(output.lastIndexOf("\n") + 1)) as Part;
  });
  const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0);
  const coverage = new Coverage();
  for (const part of parts) coverage.add(part.coverage);
  return {
    worlds: sum((part) => part.worlds),
    turns: sum((part) => part.turns),
    steps: sum((part) => part.steps),
    virtualMs: sum((part) => part.virtualMs),
    ms: Math.max(...parts.map(({ ms }) => ms)),
    failed: parts.flatMap(({ failed }) => failed),
    coverage,
  };
}
