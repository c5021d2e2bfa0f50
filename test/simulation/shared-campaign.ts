import { startProgram } from "../support/program.ts";
import type { CampaignOptions, CampaignReport } from "./campaign.ts";
import { Coverage } from "./coverage.ts";

export type SharedReport = Omit<CampaignReport, "failed"> & { readonly failed: readonly string[] };
type Part = Omit<SharedReport, "coverage"> & { readonly coverage: readonly [string, number][] };

/** Most of what a world makes is soon forgotten: with room for it, the garbage collector copies less of it. */
const nodeFlags = ["--max-semi-space-size=64"];

/** Runs a campaign in several processes. They end with their reports when this one is interrupted. */
export async function shareCampaign(options: CampaignOptions, processes: number): Promise<SharedReport> {
  const turns = Math.ceil(options.turns / processes);
  return await runCampaigns(
    Array.from({ length: processes }, (_, index) => ({
      turns,
      firstSeed: options.firstSeed + index,
      stride: processes,
    })),
  );
}

/** Runs each campaign in a process of its own, all at once, and adds up what they report. */
export async function runCampaigns(campaigns: readonly CampaignOptions[]): Promise<SharedReport> {
  const programs = campaigns.map((campaign) =>
    startProgram("test/simulation/programs/campaign.ts", campaign, { nodeFlags }),
  );
  const interrupt = (): void => {
    for (const program of programs) program.kill("SIGINT");
  };
  process.on("SIGTERM", interrupt);
  process.on("SIGINT", interrupt);
  const ends = await Promise.all(programs.map(({ ended }) => ended));
  process.off("SIGTERM", interrupt);
  process.off("SIGINT", interrupt);
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
