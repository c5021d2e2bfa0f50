// One of several processes that share out the seeds of a campaign.
import { type CampaignOptions, describeFailure, runCampaign } from "../campaign.ts";

const { coverage, failed, ...totals } = await runCampaign(JSON.parse(process.argv[2] ?? "{}") as CampaignOptions);
console.log(JSON.stringify({ ...totals, failed: failed.map(describeFailure), coverage: [...coverage.counts] }));
