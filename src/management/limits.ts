import { wholeNumber } from "../values/index.ts";

/** How much of something an answer may have. */
export const checkLimit = (limit: number): number => wholeNumber(limit, "limit", 1_000);
