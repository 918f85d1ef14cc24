CREATE TABLE clients (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    first_party BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    auth_methods TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    post_logout_redirect_uris TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    scope TEXT NOT NULL,
    resources TEXT NOT NULL,
    default_resource TEXT,
    resource_server TEXT NOT NULL,
    pkce TEXT NOT NULL,
    refresh TEXT NOT NULL,
    access_seconds BIGINT,
    cors_origins TEXT NOT NULL,
    logo_uri TEXT,
    policy_uri TEXT,
    tos_uri TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE client_secrets (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    digest BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX client_secrets_by_client ON client_secrets (client_id);
CREATE INDEX client_secrets_by_expiry ON client_secrets (expires_at);

CREATE TABLE scopes (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    description TEXT NOT NULL,
    resource TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE resources (
    identifier TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
