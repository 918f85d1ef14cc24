CREATE INDEX users_who_administer ON users (role, id) WHERE role <> 'member';
