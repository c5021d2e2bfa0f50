import { computed, signal } from "@preact/signals";
import { api, Problem } from "../api/api.ts";
import { connect, disconnect } from "../api/changes.ts";

export interface Session {
  readonly role: "read" | "write";
  readonly name: string;
}

/** `undefined` until it is known; null when nobody has come in. */
export const session = signal<Session | null | undefined>(undefined);
export const canWrite = computed(() => session.value?.role === "write");
/** Why it is not known, if the server did not answer. */
export const sessionProblem = signal<string | null>(null);

export async function openSession(): Promise<void> {
  sessionProblem.value = null;
  try {
    session.value = await api.session();
    connect();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) sessionProblem.value = (error as Error).message;
    session.value = null;
  }
}

export async function login(token: string): Promise<void> {
  await api.login(token);
  await openSession();
}

export async function logout(): Promise<void> {
  await api.logout();
  endSession();
}

export function endSession(): void {
  disconnect();
  session.value = null;
}
