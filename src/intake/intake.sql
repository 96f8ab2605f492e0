-- migration 1
-- What the columns of files mean, and files that were brought.
CREATE TABLE intake_mapping (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    headers    TEXT    NOT NULL,
    tool       TEXT    NOT NULL,
    maps       TEXT    NOT NULL,
    platform   TEXT    NOT NULL,
    author     TEXT    NOT NULL,
    zone       TEXT    NOT NULL,
    date_order TEXT    NOT NULL CHECK (date_order IN ('', 'dmy', 'mdy')),
    label      TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    by_id      INTEGER NOT NULL,
    by_name    TEXT    NOT NULL,
    updated_us INTEGER NOT NULL
) STRICT;
CREATE INDEX intake_mapping_by_headers ON intake_mapping (headers, updated_us);
CREATE TABLE intake_import (
    id             INTEGER PRIMARY KEY,
    name           TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('coming', 'ready', 'running', 'done', 'stopped', 'failed')),
    size_bytes     INTEGER NOT NULL,
    received_bytes INTEGER NOT NULL,
    tool           TEXT    NOT NULL,
    maps           TEXT    NOT NULL,
    platform       TEXT    NOT NULL,
    author         TEXT    NOT NULL,
    zone           TEXT    NOT NULL,
    date_order     TEXT    NOT NULL CHECK (date_order IN ('', 'dmy', 'mdy')),
    label          TEXT    NOT NULL,
    found          TEXT    NOT NULL,
    counts         TEXT    NOT NULL,
    rejected_file  TEXT    NOT NULL,
    message        TEXT    NOT NULL,
    by_id          INTEGER NOT NULL,
    by_name        TEXT    NOT NULL,
    created_us     INTEGER NOT NULL,
    started_us     INTEGER NOT NULL,
    ended_us       INTEGER NOT NULL,
    first_us       INTEGER NOT NULL,
    last_us        INTEGER NOT NULL
) STRICT;

-- statement intake_mappings
-- Every mapping.
SELECT id, name, headers, tool, maps, platform, author, zone, date_order, label, version, by_id, by_name, updated_us FROM intake_mapping ORDER BY name, id;

-- statement intake_mapping_by_name
-- One by its name.
SELECT id, name, headers, tool, maps, platform, author, zone, date_order, label, version, by_id, by_name, updated_us FROM intake_mapping WHERE name = :name;

-- statement intake_mapping_for
-- The newest for a set of headers.
SELECT id, name, headers, tool, maps, platform, author, zone, date_order, label, version, by_id, by_name, updated_us FROM intake_mapping
WHERE headers = :headers ORDER BY updated_us DESC, id DESC LIMIT 1;

-- statement intake_mapping_count
-- How many there are.
SELECT count(*) AS count FROM intake_mapping;

-- statement intake_mapping_insert
-- A new mapping.
INSERT INTO intake_mapping (name, headers, tool, maps, platform, author, zone, date_order, label, version, by_id, by_name, updated_us)
VALUES (:name, :headers, :tool, :maps, :platform, :author, :zone, :date_order, :label, 1, :by_id, :by_name, :now_us);

-- statement intake_mapping_update
-- A mapping that says something else now.
UPDATE intake_mapping SET headers = :headers, tool = :tool, maps = :maps, platform = :platform, author = :author, zone = :zone, date_order = :date_order,
    label = :label, version = version + 1, by_id = :by_id, by_name = :by_name, updated_us = :now_us WHERE name = :name;

-- statement intake_mapping_delete
-- A mapping that is not wanted any more.
DELETE FROM intake_mapping WHERE id = :id;

-- statement intake_mapping_name
-- The name of one, for the trail.
SELECT name FROM intake_mapping WHERE id = :id;

-- statement intake_open_count
-- Imports under way.
SELECT count(*) AS count FROM intake_import WHERE state IN ('coming', 'ready', 'running');

-- statement intake_insert
-- A file is announced.
INSERT INTO intake_import (name, state, size_bytes, received_bytes, tool, maps, platform, author, zone, date_order, label, found, counts, rejected_file,
    message, by_id, by_name, created_us, started_us, ended_us, first_us, last_us)
VALUES (:name, 'coming', :size_bytes, 0, '', '', '', '', '', '', '', '', '', '', '', :by_id, :by_name, :now_us, 0, 0, 0, 0);

-- statement intake_by_id
-- One import.
SELECT * FROM intake_import WHERE id = :id;

-- statement intake_list
-- The newest imports.
SELECT * FROM intake_import ORDER BY id DESC LIMIT 200;

-- statement intake_update
-- How far it is.
UPDATE intake_import SET state = :state, received_bytes = :received_bytes, tool = :tool, maps = :maps, platform = :platform, author = :author, zone = :zone,
    date_order = :date_order, label = :label, found = :found, counts = :counts, rejected_file = :rejected_file, message = :message, started_us = :started_us,
    ended_us = :ended_us, first_us = :first_us, last_us = :last_us WHERE id = :id;

-- statement intake_delete
-- It is not wanted any more.
DELETE FROM intake_import WHERE id = :id;

-- statement intake_stop_running
-- What ran when the program ended runs no more.
UPDATE intake_import SET state = 'stopped', message = 'the server ended while it ran; what was counted is kept', ended_us = :now_us WHERE state = 'running';

-- statement intake_old
-- Files that nobody came back to, and those of imports that ended, after a while.
SELECT id FROM intake_import WHERE (state IN ('coming', 'ready') AND created_us < :before_us)
    OR (state IN ('done', 'stopped', 'failed') AND ended_us < :before_us AND received_bytes > 0);

-- statement intake_stop_old
-- They are over.
UPDATE intake_import SET state = CASE WHEN state IN ('coming', 'ready') THEN 'stopped' ELSE state END,
    message = CASE WHEN state IN ('coming', 'ready') THEN 'the file lay for a day and was removed' ELSE message END,
    ended_us = CASE WHEN ended_us = 0 THEN :now_us ELSE ended_us END, received_bytes = 0 WHERE id = :id;
