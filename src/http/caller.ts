/** What a request may do: look, or also change something. */
export type Role = "none" | "read" | "write";

/** Who makes a request, for the audit. */
export interface Caller {
  readonly role: Role;
  readonly name: string;
}

/** Asked about every request, before anything else of it is looked at. */
export type Authorize = (request: Request) => Caller | Role | Promise<Caller | Role>;

export async function callerOf(authorize: Authorize, request: Request): Promise<Caller> {
  const answer = await authorize(request);
  return typeof answer === "string" ? { role: answer, name: "anonymous" } : answer;
}
