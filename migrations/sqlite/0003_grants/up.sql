CREATE TABLE consents (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    claims TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id)
) WITHOUT ROWID;
CREATE INDEX consents_by_client ON consents (client_id);

-- session_id is no foreign key: a session that is gone is seen by the join, and its grants stay to know a replayed code.
CREATE TABLE grants (
    id BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    binding TEXT NOT NULL,
    scope TEXT NOT NULL,
    resources TEXT NOT NULL,
    claims TEXT,
    auth_time BIGINT NOT NULL,
    methods TEXT NOT NULL,
    generation BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
) WITHOUT ROWID;
-- Finds the oldest unrevoked grants of a user and client from the index alone, however many revoked ones await the purge.
CREATE INDEX grants_by_user ON grants (user_id, client_id, revoked_at, created_at, id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE revoked_tokens (
    jti TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);
