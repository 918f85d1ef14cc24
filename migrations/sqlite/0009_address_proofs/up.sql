-- When anybody first proved an address of this account, and when its current one was proved: what was made before that was
-- made by somebody unknown.
ALTER TABLE users ADD COLUMN first_proved_at BIGINT;
ALTER TABLE users ADD COLUMN email_proved_at BIGINT;
UPDATE users SET first_proved_at = created_at, email_proved_at = created_at WHERE email_verified;
