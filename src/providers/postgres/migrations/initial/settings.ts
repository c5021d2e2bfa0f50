/**
 * Of every function that is called from outside. Names mean this schema, whatever the session's search path is. And how
 * the statements inside a function are planned: once, and always by index. Plans are made when tables are empty and
 * kept for the life of a connection, so what the statistics say at that moment must not matter: a join that reads all of
 * a table which has a page reads all of it, too, when it has a million.
 */
export const plans = `
  SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET jit = off
  SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off`;

/**
 * About how much one answer carries at most, in bytes of stored text: ten times as much would take longer than anybody
 * waits for it, and a hundred times as much is more than one value can hold. Whatever comes first is carried all the
 * same.
 */
export const answerBytes = 16 * 1024 * 1024;

/** How much of it a row of messages, history or work items takes. */
export const bytesOf = (row: string): string =>
  `(octet_length(${row}.body) + coalesce(octet_length(${row}.payload), 0))`;
