import { carrying } from "./initial/carrying.ts";
import { claims } from "./initial/claims.ts";
import { commit } from "./initial/commit.ts";
import { commitFusedTurn } from "./initial/commit-fused-turn.ts";
import { leases } from "./initial/leases.ts";
import { queueing } from "./initial/queueing.ts";
import { sessions } from "./initial/sessions.ts";
import { tables } from "./initial/tables.ts";
import { upkeep } from "./initial/upkeep.ts";
import { work } from "./initial/work.ts";

export const initial = [
  tables,
  carrying,
  sessions,
  queueing,
  leases,
  claims,
  commit,
  commitFusedTurn,
  work,
  upkeep,
].join("\n");
