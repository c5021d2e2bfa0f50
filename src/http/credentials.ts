import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Caller, Role } from "./caller.ts";

export interface Tokens {
  readonly write: string;
  readonly read?: string;
}

const sessionHours = 12;
const loginMinutes = 15;
const maxSessions = 1_000;

/** Who may come in: by a token in a header, or by a session that a token or a one-time code was exchanged for. */
export class Credentials {
  readonly #tokens: readonly { readonly hash: Buffer; readonly caller: Caller }[];
  readonly #now: () => number;
  // By their hashes: what is in memory lets nobody in.
  readonly #sessions = new Map<string, { readonly caller: Caller; readonly until: number }>();
  readonly #codes = new Map<string, { readonly caller: Caller; readonly until: number }>();

  constructor({ write, read }: Tokens, now: () => number = Date.now) {
    this.#now = now;
    this.#tokens = [
      { hash: hashOf(write), caller: { role: "write", name: "operator" } },
      ...(read === undefined ? [] : [{ hash: hashOf(read), caller: { role: "read", name: "viewer" } as const }]),
    ];
  }

  /** A code that lets one browser in, once, within 15 minutes. */
  issueCode(role: Exclude<Role, "none">): string {
    const code = randomBytes(24).toString("base64url");
    const caller: Caller = { role, name: role === "write" ? "operator" : "viewer" };
    this.#codes.set(keyOf(code), { caller, until: this.#now() + loginMinutes * 60_000 });
    return code;
  }

  /** The session that the code was good for; null if it is not, or was used before. */
  redeemCode(code: string): string | null {
    const key = keyOf(code);
    const found = this.#codes.get(key);
    this.#codes.delete(key);
    return found === undefined || found.until < this.#now() ? null : this.#openSession(found.caller);
  }

  redeemToken(token: string): string | null {
    const caller = this.#byToken(token);
    return caller === null ? null : this.#openSession(caller);
  }

  end(session: string): void {
    this.#sessions.delete(keyOf(session));
  }

  callerOf(request: Request): Caller {
    const bearer = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    const caller = bearer === undefined ? this.#bySession(sessionOf(request)) : this.#byToken(bearer);
    return caller ?? { role: "none", name: "nobody" };
  }

  #openSession(caller: Caller): string {
    for (const [key, { until }] of this.#sessions) if (until < this.#now()) this.#sessions.delete(key);
    // Whoever logs in again and again pushes out the oldest, and fills nobody's memory.
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= maxSessions) this.#sessions.delete(oldest);
    const session = randomBytes(32).toString("base64url");
    this.#sessions.set(keyOf(session), { caller, until: this.#now() + sessionHours * 3_600_000 });
    return session;
  }

  #bySession(session: string | null): Caller | null {
    const found = session === null ? undefined : this.#sessions.get(keyOf(session));
    return found === undefined || found.until < this.#now() ? null : found.caller;
  }

  // Of equal length, and compared in constant time: how long an answer takes says nothing about the token.
  #byToken(token: string): Caller | null {
    const hash = hashOf(token);
    const matches = this.#tokens.filter((known) => timingSafeEqual(known.hash, hash));
    return matches[0]?.caller ?? null;
  }
}

/** No script reads it, and no other site sends it. */
export function sessionCookie(request: Request, session: string | null): string {
  const life = session === null ? "Max-Age=0" : `Max-Age=${sessionHours * 3_600}`;
  const secure = new URL(request.url).protocol === "https:" ? "; Secure" : "";
  return `${cookieName(request)}=${session ?? ""}; Path=/; HttpOnly; SameSite=Strict; ${life}${secure}`;
}

export function sessionOf(request: Request): string | null {
  const lead = `${cookieName(request)}=`;
  const cookies = (request.headers.get("cookie") ?? "").split(";").map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(lead))?.slice(lead.length) ?? null;
}

// Browsers keep cookies apart by host and not by port: two dashboards of one machine would log each other out.
function cookieName(request: Request): string {
  const port = /:(\d+)$/.exec(request.headers.get("host") ?? "")?.[1];
  return port === undefined ? "perdure_session" : `perdure_session_${port}`;
}

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();
const keyOf = (text: string): string => hashOf(text).toString("base64");
