/** Where a process is to end: around one of its calls to the store, counted from 1; or when it has done everything. */
export type CutPoint = { readonly number: number; readonly when: "before" | "after" } | "end";

/**
 * Counts what a process does to its store until the point is reached, and then lets nothing of it happen: that call, or
 * its answer, and all later calls are never heard of again. What is left is what is left of a process that is killed
 * there.
 */
export class Cuts {
  readonly #point: CutPoint;
  readonly #onCut: () => void;
  #count = 0;
  #isCut = false;

  constructor(point: CutPoint, onCut: () => void) {
    this.#point = point;
    this.#onCut = onCut;
  }

  /** Where the next call is to be cut, if at all. It counts as one. */
  next(): "before" | "after" | null {
    this.#count += 1;
    if (this.#isCut) return "before";
    return typeof this.#point === "object" && this.#point.number === this.#count ? this.#point.when : null;
  }

  cut(): Promise<never> {
    if (!this.#isCut) {
      this.#isCut = true;
      this.#onCut();
    }
    return never;
  }

  async call<T>(send: () => T | Promise<T>): Promise<T> {
    const when = this.next();
    if (when === "before") return await this.cut();
    try {
      const answer = await send();
      return when === "after" || this.#isCut ? await this.cut() : answer;
    } catch (error) {
      if (this.#isCut) return await this.cut();
      throw error;
    }
  }

  /** As `call`. If the process is not killed at once, it goes on as if the store had undone what is under way. */
  callSync<T>(send: () => T): T {
    const when = this.next();
    if (when !== "before") {
      const answer = send();
      if (when === null) return answer;
    }
    void this.cut();
    throw new Error("Cut.");
  }

  /** What is being sent now, and not answered, is the last thing. */
  cutSoon(): void {
    setImmediate(() => void this.cut());
  }
}

const never = new Promise<never>(() => undefined);
