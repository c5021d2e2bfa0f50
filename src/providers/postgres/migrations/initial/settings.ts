/**
 * Of every function that is called from outside. Names mean this schema, whatever the session's search path is. And how
 * the statements inside a function are planned: once, and always by index. Plans are made when tables are empty and
 * kept for the life of a connection, so what the statistics say at that moment must not matter.
 */
export const plans = `
  SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off`;
