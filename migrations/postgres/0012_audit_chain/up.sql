-- A row is inserted without a place; a job gives it one afterwards, so that inserts do not wait for each other.
ALTER TABLE audit_events ADD COLUMN position BIGINT;
ALTER TABLE audit_events ADD COLUMN link BYTEA;
CREATE UNIQUE INDEX audit_events_by_position ON audit_events (position);
CREATE INDEX audit_events_unchained ON audit_events (id) WHERE position IS NULL;
CREATE INDEX audit_events_by_actor ON audit_events (actor, id);
CREATE INDEX audit_events_by_action ON audit_events (action, id);
CREATE INDEX audit_events_by_outcome ON audit_events (outcome, id);

-- The two ends: `start`, the last row that retention removed, and `head`, the last row chained.
CREATE TABLE audit_chain (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    link BYTEA NOT NULL,
    mac BYTEA NOT NULL
);
