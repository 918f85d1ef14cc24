-- A deployment may have registered them itself, in its own words.
INSERT INTO scopes (name, description, resource, created_at) VALUES
    ('admin:users', 'Manage user accounts', NULL, 1795305600),
    ('auth:sso', 'Sign users in by single sign-on', NULL, 1795305600)
ON CONFLICT (name) DO NOTHING;
