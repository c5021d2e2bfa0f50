export const transfer = `
-- At most one row: see seal-store.ts. It is open within the transactions that restore instances.
CREATE TABLE perdure_seal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  state TEXT NOT NULL,
  move_id TEXT NOT NULL,
  note TEXT NOT NULL,
  open INTEGER NOT NULL DEFAULT 0
) STRICT;
`;
