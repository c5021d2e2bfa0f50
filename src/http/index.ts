export type { ErrorBody } from "./api-error.ts";
export type { Audit, AuditEntry } from "./audit.ts";
export type { Authorize, Caller, Role } from "./caller.ts";
export { createManagementApi, type ManagementApi, type ManagementApiOptions } from "./management-api.ts";
export { type Dashboard, type DashboardOptions, serveDashboard } from "./serve-dashboard.ts";
