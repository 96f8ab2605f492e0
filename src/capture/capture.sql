-- The tables of capture: where posts come from, and what is sent out. Times are microseconds since 1970, by the wall's clock.

-- migration 1
-- Sources and deeds. A source that was removed stays as a row without secrets, so that its id and its name in deeds stay its own.
CREATE TABLE capture_source (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  connector TEXT NOT NULL,
  config TEXT NOT NULL,
  query TEXT NOT NULL,
  mode INTEGER NOT NULL,
  keep TEXT NOT NULL CHECK (keep IN ('all', 'matched', 'sample')),
  sample_per_mille INTEGER NOT NULL,
  is_paused INTEGER NOT NULL,
  is_removed INTEGER NOT NULL,
  secrets BLOB,
  secret_names TEXT NOT NULL,
  secrets_version INTEGER NOT NULL,
  cursor_name TEXT NOT NULL,
  owner INTEGER NOT NULL,
  owner_name TEXT NOT NULL,
  expires_us INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX capture_source_by_name ON capture_source (name) WHERE is_removed = 0;
CREATE TABLE capture_deed (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES capture_source (id),
  key TEXT NOT NULL UNIQUE,
  act INTEGER NOT NULL,
  target TEXT NOT NULL,
  target_root TEXT NOT NULL,
  target_author TEXT NOT NULL,
  text TEXT NOT NULL,
  lang TEXT NOT NULL,
  visibility TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unknown')),
  is_asking INTEGER NOT NULL,
  failure TEXT NOT NULL,
  message TEXT NOT NULL,
  native_id TEXT NOT NULL,
  native_url TEXT NOT NULL,
  tries INTEGER NOT NULL,
  retry_us INTEGER NOT NULL,
  first_sent_us INTEGER NOT NULL,
  member INTEGER NOT NULL,
  member_name TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL
) STRICT;
CREATE INDEX capture_deed_open ON capture_deed (source, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX capture_deed_by_target ON capture_deed (target) WHERE target != '';

-- statement capture_source_insert
-- A new source.
INSERT INTO capture_source (version, name, connector, config, query, mode, keep, sample_per_mille, is_paused, is_removed, secrets, secret_names,
  secrets_version, cursor_name, owner, owner_name, expires_us, created_us, changed_us)
VALUES (1, :name, :connector, :config, :query, :mode, :keep, :sample_per_mille, :is_paused, 0, :secrets, :secret_names, 1, :cursor_name, :owner,
  :owner_name, :expires_us, :now_us, :now_us)

-- statement capture_source_update
-- A person's change.
UPDATE capture_source SET version = version + 1, name = :name, connector = :connector, config = :config, query = :query, mode = :mode, keep = :keep,
  sample_per_mille = :sample_per_mille, is_paused = :is_paused, owner = :owner, owner_name = :owner_name, expires_us = :expires_us,
  cursor_name = :cursor_name, changed_us = :now_us
WHERE id = :id AND version = :version AND is_removed = 0

-- statement capture_source_set_secrets
-- Secrets as a person gave them (bump 1: the wire begins anew with them) or as the platform rotated them (bump 0).
UPDATE capture_source SET secrets = :secrets, secret_names = :secret_names, secrets_version = secrets_version + :bump, changed_us = :now_us
WHERE id = :id AND is_removed = 0

-- statement capture_source_set_paused
-- Paused or not.
UPDATE capture_source SET version = version + 1, is_paused = :is_paused, changed_us = :now_us WHERE id = :id AND is_removed = 0

-- statement capture_source_set_removed
-- Removed: the secrets go.
UPDATE capture_source SET version = version + 1, is_removed = 1, secrets = NULL, secret_names = '', changed_us = :now_us
WHERE id = :id AND is_removed = 0

-- statement capture_source_set_expires
-- When the platform says its token ends.
UPDATE capture_source SET expires_us = :expires_us WHERE id = :id AND expires_us != :expires_us

-- statement capture_source_by_id
-- One source that is not removed.
SELECT * FROM capture_source WHERE id = :id AND is_removed = 0

-- statement capture_source_name
-- The name of one, removed or not.
SELECT name FROM capture_source WHERE id = :id

-- statement capture_source_all
-- All that are not removed, by name.
SELECT * FROM capture_source WHERE is_removed = 0 ORDER BY name, id

-- statement capture_source_count
-- How many there are.
SELECT count(*) AS count FROM capture_source WHERE is_removed = 0

-- statement capture_source_named
-- Another one of this name.
SELECT id FROM capture_source WHERE is_removed = 0 AND name = :name AND id != :id

-- statement capture_deed_insert
-- A deed, before anything leaves the house.
INSERT INTO capture_deed (source, key, act, target, target_root, target_author, text, lang, visibility, state, is_asking, failure, message, native_id,
  native_url, tries, retry_us, first_sent_us, member, member_name, made_us, changed_us)
VALUES (:source, :key, :act, :target, :target_root, :target_author, :text, :lang, :visibility, 'waiting', 0, '', '', '', '', 0, 0, 0, :member,
  :member_name, :now_us, :now_us)

-- statement capture_deed_by_id
-- One deed.
SELECT * FROM capture_deed WHERE id = :id

-- statement capture_deed_by_key
-- The deed under a key.
SELECT * FROM capture_deed WHERE key = :key

-- statement capture_deed_page
-- Newest first.
SELECT * FROM capture_deed WHERE (:before = 0 OR id < :before) ORDER BY id DESC LIMIT :most

-- statement capture_deed_due
-- What waits for its time.
SELECT * FROM capture_deed WHERE source = :source AND state = 'waiting' AND retry_us <= :now_us ORDER BY id LIMIT 16

-- statement capture_deed_begin
-- From now on it may have left the house. is_asking: only whether it is there is asked.
UPDATE capture_deed SET state = 'sending', tries = tries + 1, changed_us = :now_us,
  first_sent_us = CASE WHEN first_sent_us = 0 AND is_asking = 0 THEN :now_us ELSE first_sent_us END
WHERE id = :id AND state = 'waiting'

-- statement capture_deed_set
-- What became of it.
UPDATE capture_deed SET state = :state, is_asking = :is_asking, failure = :failure, message = :message, native_id = :native_id,
  native_url = :native_url, retry_us = :retry_us, changed_us = :now_us
WHERE id = :id

-- statement capture_deed_interrupted
-- Those of a source that were on their way when its wire ended or the server stopped.
SELECT * FROM capture_deed WHERE source = :source AND state = 'sending' ORDER BY id

-- statement capture_deed_forget
-- A post that an answer was written to is gone: its author and thread are not kept. What we wrote ourselves stays ours.
UPDATE capture_deed SET target_root = '', target_author = '' WHERE target = :id
