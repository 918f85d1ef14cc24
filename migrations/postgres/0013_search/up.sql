-- What a search finds by the beginning of a word. The server fills it when this migration has run: only it folds case
-- alike on both databases. `id` is no foreign key, because `kind` says of which table it is.
CREATE TABLE search_words (
    kind TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, word, id)
);
CREATE INDEX search_words_by_id ON search_words (id, kind);

CREATE INDEX users_by_status ON users (status, role);
CREATE INDEX grants_by_client ON grants (client_id);

DROP INDEX memberships_by_organisation;
CREATE INDEX memberships_by_organisation ON memberships (organisation_id, user_id);
DROP INDEX group_members_by_group;
CREATE INDEX group_members_by_group ON group_members (group_id, user_id);
