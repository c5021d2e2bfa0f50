/**
 * The end of a query that takes its limit as a value. SQLite plans by the value of a bare `LIMIT ?`, and so compiles
 * the statement anew whenever one is bound, which costs five to twenty times what running it does.
 */
export const LIMIT = "LIMIT ? + 0";
