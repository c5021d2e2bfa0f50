import { claims } from "./initial/claims.ts";
import { commit } from "./initial/commit.ts";
import { leases } from "./initial/leases.ts";
import { queueing } from "./initial/queueing.ts";
import { sessions } from "./initial/sessions.ts";
import { tables } from "./initial/tables.ts";
import { upkeep } from "./initial/upkeep.ts";
import { work } from "./initial/work.ts";

export const initial = [tables, sessions, queueing, leases, claims, commit, work, upkeep].join("\n");
