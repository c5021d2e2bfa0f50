export const tables = `
-- The store's clock: the one place where time is read, so that tests can put another in its place.
CREATE FUNCTION store_now() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
  AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- What leases go by. Tests that move the clock by hand let nodes live in real time.
CREATE FUNCTION lease_now() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
  AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

CREATE SEQUENCE instance_keys;

-- One row for each instance, as it is shown. A projection of its history, and its address.
CREATE TABLE instances (
  key bigint PRIMARY KEY DEFAULT nextval('instance_keys'),
  instance_id text COLLATE "C" NOT NULL UNIQUE,
  run_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  version text,
  status text COLLATE "C" NOT NULL DEFAULT 'pending',
  parent_instance_id text COLLATE "C",
  parent_run_id text COLLATE "C",
  parent_execution_id integer,
  parent_event_id integer,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  -- Equal to updated_at once the instance has ended. In a column of its own, because updated_at changes while an
  -- instance runs, and a change of an indexed column costs an entry in every index.
  ended_at bigint,
  custom_status text
) WITH (fillfactor = 90);
CREATE INDEX instances_by_status ON instances (status, key);
CREATE INDEX instances_by_name ON instances (name, status, key);
CREATE INDEX instances_by_parent ON instances (parent_instance_id, parent_run_id)
  WHERE parent_instance_id IS NOT NULL;
CREATE INDEX instances_ended ON instances (status, ended_at, key)
  WHERE ended_at IS NOT NULL AND parent_instance_id IS NULL;

-- Who owns the instance, and where its history stands: the narrow row that every turn updates. What a turn of a
-- hydrated instance changes is in no index, so that those updates are HOT.
CREATE TABLE ownerships (
  key bigint PRIMARY KEY,
  owner text COLLATE "C",
  epoch integer NOT NULL DEFAULT 0,
  claims integer NOT NULL DEFAULT 0,
  execution_id integer NOT NULL DEFAULT 1,
  last_event_id integer NOT NULL DEFAULT 0,
  -- The turn of the last commit, to know it when it is sent again.
  turn_id text,
  handler text COLLATE "C" NOT NULL,
  available_at bigint NOT NULL DEFAULT 0,
  quarantine text,
  -- How many inbound messages may be queued; null until a turn has said it.
  mailbox_room integer,
  ended boolean NOT NULL DEFAULT false,
  -- The work item that the owner runs for the instance, in its first delivery, if it is not in the queue: see carrying.ts.
  carried_id text COLLATE "C",
  carried_queue text COLLATE "C",
  carried_name text COLLATE "C",
  carried_body text,
  carried_payload text,
  carried_at bigint,
  CHECK (carried_id IS NULL OR owner IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX ownerships_owned ON ownerships (owner, key) WHERE owner IS NOT NULL;
CREATE INDEX ownerships_quarantined ON ownerships (key) WHERE quarantine IS NOT NULL;

-- Where to look for messages. Whoever queues a message for an instance that is not its own only inserts an entry, and
-- never touches the instance's rows. Lanes: ':' and a handler, for whoever has it; '*' for any node, to be ended; '@'
-- and a node, for what that node owns. An entry is a hint: the ownership row decides, and wrong entries are replaced.
CREATE TABLE ready (
  lane text COLLATE "C" NOT NULL,
  claims smallint NOT NULL,
  ready_at bigint NOT NULL,
  key bigint NOT NULL
);
CREATE INDEX ready_by_lane ON ready (lane, claims, ready_at, key);
CREATE INDEX ready_by_instance ON ready (key);

-- Lanes in the order in which they are handed out: 0 ending, 1 start, 2 normal. Never updated.
CREATE TABLE messages (
  key bigint NOT NULL,
  lane smallint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  body text NOT NULL,
  payload text,
  -- Counted before more of it is queued.
  inbound boolean NOT NULL DEFAULT false,
  PRIMARY KEY (key, lane, seq)
);

CREATE TABLE history (
  key bigint NOT NULL,
  execution_id integer NOT NULL,
  event_id integer NOT NULL,
  at bigint NOT NULL,
  body text NOT NULL,
  payload text,
  PRIMARY KEY (key, execution_id, event_id)
);

-- Those that no row of their instance carries. Mostly inserted, updated when they are claimed, and deleted.
CREATE TABLE work_items (
  id text COLLATE "C" PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  key bigint NOT NULL,
  execution_id integer NOT NULL,
  queue text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  owner text COLLATE "C",
  delivery integer NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  lost integer NOT NULL DEFAULT 0,
  visible_at bigint NOT NULL,
  scheduled_at bigint NOT NULL,
  start_by bigint,
  session text COLLATE "C",
  -- Should its owner die, this item alone is to blame.
  on_trial boolean NOT NULL DEFAULT false,
  body text NOT NULL,
  payload text,
  heartbeat text,
  note text
) WITH (fillfactor = 85);
CREATE INDEX work_items_by_session ON work_items (session) WHERE session IS NOT NULL;
CREATE INDEX work_items_by_instance ON work_items (key);
CREATE INDEX work_items_claimable ON work_items (queue, name, visible_at, seq) WHERE owner IS NULL;
CREATE INDEX work_items_lost ON work_items (queue, name, visible_at, seq) WHERE owner IS NULL AND lost > 0;
CREATE INDEX work_items_owned ON work_items (owner) WHERE owner IS NOT NULL;
CREATE INDEX work_items_unstarted ON work_items (start_by)
  WHERE owner IS NULL AND delivery = 0 AND start_by IS NOT NULL;

-- All work items, wherever they are.
CREATE VIEW work AS
  SELECT w.id, w.seq, w.key, w.execution_id, w.queue, w.name, w.owner, w.delivery, w.failures, w.lost, w.visible_at,
         w.scheduled_at, w.start_by, w.session, w.body, w.payload, w.heartbeat, w.note
    FROM work_items w
  UNION ALL
  SELECT o.carried_id, 0, o.key, o.execution_id, o.carried_queue, o.carried_name, o.owner, 1, 0, 0, o.carried_at,
         o.carried_at, NULL, NULL, o.carried_body, o.carried_payload, NULL, NULL
    FROM ownerships o WHERE o.owner IS NOT NULL AND o.carried_id IS NOT NULL;

CREATE TABLE timers (
  key bigint NOT NULL,
  execution_id integer NOT NULL,
  event_id integer NOT NULL,
  partition integer NOT NULL,
  due_at bigint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (key, execution_id, event_id)
);
CREATE INDEX timers_by_due ON timers (partition, due_at, key, execution_id, event_id);

-- What an orchestration keeps for itself and for whoever looks; it outlives executions.
CREATE TABLE state (
  key bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  payload text NOT NULL,
  PRIMARY KEY (key, name)
);

CREATE TABLE nodes (
  node_id text COLLATE "C" PRIMARY KEY,
  lease_until bigint NOT NULL
) WITH (fillfactor = 50);
-- Nodes that are gone, for as long as a claim of theirs might still be under way.
CREATE TABLE departed (
  node_id text COLLATE "C" PRIMARY KEY,
  until bigint NOT NULL
);
CREATE TABLE capabilities (
  node_id text COLLATE "C" NOT NULL,
  capability text COLLATE "C" NOT NULL,
  PRIMARY KEY (node_id, capability)
);

-- What is needed and no live node has: for how long so far, and up to when that was counted.
CREATE TABLE unservable (
  capability text COLLATE "C" PRIMARY KEY,
  missing_ms bigint NOT NULL,
  counted_until bigint NOT NULL,
  -- A node left with it, and nobody has looked yet which instances at rest need it.
  departed boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);

-- Queues turn over all the time: a share of their size says nothing, and slow vacuuming lets dead entries pile up in
-- front of the live ones.
${["ownerships", "ready", "messages", "work_items", "timers", "nodes", "unservable"]
  .map(
    (table) => `ALTER TABLE ${table} SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.2, autovacuum_vacuum_cost_delay = 0);`,
  )
  .join("\n")}
`;
