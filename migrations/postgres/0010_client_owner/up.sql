ALTER TABLE clients ADD COLUMN owner TEXT REFERENCES users (id) ON DELETE SET NULL;

CREATE INDEX clients_owner ON clients (owner);

-- A deployment may have registered them itself, in its own words.
INSERT INTO scopes (name, description, resource, created_at) VALUES
    ('admin:clients', 'Manage applications, scopes and resources', NULL, 1795305600),
    ('admin:clients:read', 'See applications, scopes and resources', NULL, 1795305600),
    ('admin:users:read', 'See user accounts', NULL, 1795305600),
    ('admin:keys', 'Rotate and revoke signing keys', NULL, 1795305600),
    ('admin:keys:read', 'See signing keys', NULL, 1795305600),
    ('admin:audit', 'Read the audit log', NULL, 1795305600),
    ('admin:audit:read', 'Read the audit log', NULL, 1795305600)
ON CONFLICT (name) DO NOTHING;
