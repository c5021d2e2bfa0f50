import { createHash } from "node:crypto";
import { codeOf } from "./postgres-errors.ts";

/** The connection has no statement of this name, has one already, or has one whose answer is no longer the same. */
const notAsThought = new Set(["26000", "42P05", "0A000"]);

/**
 * Statements that a connection parses and plans once and then knows by name. That holds only where a connection of the
 * pool is always the same one of the server, as is seen by news that come through. Where it turns out not to hold all
 * the same, nothing has been done, the statement is sent again without a name, and no other is named from then on.
 */
export class NamedStatements {
  readonly #names = new Map<string, string>();
  #isUsable = false;
  #wasWrong = false;

  /** Whether connections remember what was done on them. */
  allow(isUsable: boolean): void {
    this.#isUsable = isUsable;
  }

  /**
   * For a call of this function. The same for the same text in every process: whoever else has named it means the same
   * statement.
   */
  nameOf(called: string, text: string): string | undefined {
    if (!this.#isUsable || this.#wasWrong) return undefined;
    let name = this.#names.get(text);
    if (name === undefined) {
      const hash = createHash("sha256").update(text).digest("base64url").slice(0, 22);
      // The server knows the first 63 bytes of a name.
      name = `perdure_${called.slice(0, 32)}_${hash}`;
      this.#names.set(text, name);
    }
    return name;
  }

  /** Whether the statement failed for its name alone; then no other is named. */
  giveUpAfter(error: unknown): boolean {
    const isWrong = notAsThought.has(codeOf(error) ?? "");
    this.#wasWrong ||= isWrong;
    return isWrong;
  }
}
