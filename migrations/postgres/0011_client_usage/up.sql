CREATE TABLE client_usage (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, day)
);
CREATE INDEX client_usage_by_day ON client_usage (day);
