import { PerdureError } from "../../errors/index.ts";

/** A test waits for something that will not happen: its message says what everything that has not ended waits for. */
export class StuckTestError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "TEST_STUCK", category: "configuration" });
  }
}
