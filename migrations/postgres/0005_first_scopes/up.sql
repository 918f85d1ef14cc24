INSERT INTO scopes (name, description, resource, created_at) VALUES
    ('read:profile', 'Read user profile', NULL, 1795305600),
    ('write:profile', 'Update user profile', NULL, 1795305600),
    ('read:projects', 'Read project data', NULL, 1795305600),
    ('write:projects', 'Create/modify projects', NULL, 1795305600),
    ('read:org', 'Read organization data', NULL, 1795305600),
    ('admin:org', 'Full organization management', NULL, 1795305600),
    ('read:licenses', 'Read license information', NULL, 1795305600),
    ('manage:licenses', 'Acquire/release licenses', NULL, 1795305600);
