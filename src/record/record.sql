-- What every database has: which migrations it went through, and who changed what. The table record_migration is made by
-- a named statement, because it has to be there before the first migration.

-- migration 1
-- The audit trail. The triggers keep it append-only, also against INSERT OR REPLACE (recursive triggers are on).
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at_us     INTEGER NOT NULL,
    member    INTEGER NOT NULL, -- in server.db; 0: no member
    name      TEXT NOT NULL,
    action    TEXT NOT NULL CHECK (action <> ''),
    entity    TEXT NOT NULL CHECK (entity <> ''),
    entity_id INTEGER NOT NULL,
    was       TEXT,
    became    TEXT
) STRICT;
CREATE INDEX audit_of_entity ON audit (entity, entity_id, id);
CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

-- statement record_migrations_make
-- Before anything else.
CREATE TABLE IF NOT EXISTS record_migration (
    domain TEXT NOT NULL,
    number INTEGER NOT NULL,
    at_us  INTEGER NOT NULL,
    PRIMARY KEY (domain, number)
) STRICT

-- statement record_migrations_known
-- How far each domain has come.
SELECT domain, MAX(number) AS number FROM record_migration GROUP BY domain ORDER BY domain

-- statement record_migration_done
-- One more is done.
INSERT INTO record_migration (domain, number, at_us) VALUES (:domain, :number, :at_us)

-- statement record_audit_add
-- One change.
INSERT INTO audit (at_us, member, name, action, entity, entity_id, was, became)
VALUES (:at_us, :member, :name, :action, :entity, :entity_id, :was, :became)

-- statement record_audit_page
-- The newest first, from before an id on; of one kind of thing, or of one thing alone where they are given.
SELECT id, at_us, member, name, action, entity, entity_id, was, became FROM audit
WHERE id < :before AND (:entity IS NULL OR entity = :entity) AND (:entity_id IS NULL OR entity_id = :entity_id)
ORDER BY id DESC LIMIT :most

-- statement record_audit_newest
-- How far the trail goes.
SELECT COALESCE(MAX(id), 0) AS id FROM audit

-- statement record_audit_after
-- What was changed since.
SELECT id, entity FROM audit WHERE id > :after ORDER BY id LIMIT 1000
