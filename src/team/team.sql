-- Members and how they prove who they are; clients and who may do what for them. In server.db.

-- migration 1
-- Everything. Secrets are kept as hashes alone: argon2id for passwords, SHA-256 for what is random.
CREATE TABLE team_member (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    folded          TEXT NOT NULL UNIQUE, -- the name as it is compared
    password        TEXT,                 -- argon2id, libsodium's text form; NULL: signs in by link alone
    is_disabled     INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    is_server_admin INTEGER NOT NULL DEFAULT 0 CHECK (is_server_admin IN (0, 1)),
    theme           TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    zone            TEXT NOT NULL DEFAULT '',
    has_single_keys INTEGER NOT NULL DEFAULT 1 CHECK (has_single_keys IN (0, 1)),
    created_us      INTEGER NOT NULL
) STRICT;
CREATE TABLE team_client (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE, -- of its folder
    title      TEXT NOT NULL,
    created_us INTEGER NOT NULL
) STRICT;
CREATE TABLE team_membership (
    member INTEGER NOT NULL REFERENCES team_member (id),
    client INTEGER NOT NULL REFERENCES team_client (id),
    role   TEXT NOT NULL CHECK (role IN ('viewer', 'learner', 'practitioner', 'reviewer', 'admin')),
    PRIMARY KEY (member, client)
) STRICT;
CREATE INDEX team_membership_of_client ON team_membership (client);
CREATE TABLE team_session (
    id         INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    member     INTEGER NOT NULL REFERENCES team_member (id),
    created_us INTEGER NOT NULL,
    used_us    INTEGER NOT NULL
) STRICT;
CREATE INDEX team_session_of_member ON team_session (member, used_us);
CREATE TABLE team_token (
    id         INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    member     INTEGER NOT NULL REFERENCES team_member (id),
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'learner', 'practitioner', 'reviewer', 'admin')),
    client     INTEGER REFERENCES team_client (id), -- NULL: all of its member's
    created_us INTEGER NOT NULL,
    expires_us INTEGER NOT NULL,
    used_us    INTEGER,
    revoked_us INTEGER
) STRICT;
CREATE INDEX team_token_of_member ON team_token (member);
CREATE TABLE team_link (
    id         INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('setup', 'sign-in')),
    member     INTEGER REFERENCES team_member (id), -- NULL: setup
    expires_us INTEGER NOT NULL,
    used_us    INTEGER
) STRICT;
-- Tries to sign in that failed, lately. Names and addresses are hashed: people type passwords where names belong.
CREATE TABLE team_attempt (
    key     BLOB PRIMARY KEY,
    free_us INTEGER NOT NULL -- when all tries are forgiven
) STRICT, WITHOUT ROWID;
CREATE INDEX team_attempt_free ON team_attempt (free_us);

-- statement team_member_add
-- One more person.
INSERT INTO team_member (name, folded, password, is_server_admin, created_us)
VALUES (:name, :folded, :password, :is_server_admin, :created_us)

-- statement team_member_by_id
-- One person.
SELECT id, name, password, is_disabled, is_server_admin, theme, zone, has_single_keys, created_us FROM team_member WHERE id = :id

-- statement team_member_by_name
-- One person, by the name as it is compared.
SELECT id, name, password, is_disabled, is_server_admin, theme, zone, has_single_keys, created_us FROM team_member WHERE folded = :folded

-- statement team_member_all
-- Everybody, with when they were here last.
SELECT id, name, password, is_disabled, is_server_admin, theme, zone, has_single_keys, created_us,
       (SELECT MAX(used_us) FROM team_session WHERE member = team_member.id) AS seen_us
FROM team_member ORDER BY folded

-- statement team_member_count
-- How many there are, and how many could still let others in.
SELECT COUNT(*) AS members, COALESCE(SUM(is_server_admin = 1 AND is_disabled = 0), 0) AS admins FROM team_member

-- statement team_member_edit
-- What an admin may change.
UPDATE team_member SET name = :name, folded = :folded, is_disabled = :is_disabled, is_server_admin = :is_server_admin WHERE id = :id

-- statement team_member_settle
-- What members choose for themselves.
UPDATE team_member SET theme = :theme, zone = :zone, has_single_keys = :has_single_keys WHERE id = :id

-- statement team_member_password
-- A new password.
UPDATE team_member SET password = :password WHERE id = :id

-- statement team_client_add
-- One more client.
INSERT INTO team_client (name, title, created_us) VALUES (:name, :title, :created_us)

-- statement team_client_by_name
-- One client.
SELECT id, name, title, created_us FROM team_client WHERE name = :name

-- statement team_client_title
-- What the page calls it.
UPDATE team_client SET title = :title WHERE id = :id

-- statement team_client_all
-- All of them, with how many people work on each.
SELECT id, name, title, created_us, (SELECT COUNT(*) FROM team_membership WHERE client = team_client.id) AS members
FROM team_client ORDER BY name

-- statement team_client_of_member
-- The clients of a member, with their role there.
SELECT team_client.id AS id, name, title, created_us, role
FROM team_client JOIN team_membership ON team_membership.client = team_client.id WHERE member = :member ORDER BY name

-- statement team_membership_set
-- A role, new or changed.
INSERT INTO team_membership (member, client, role) VALUES (:member, :client, :role)
ON CONFLICT (member, client) DO UPDATE SET role = excluded.role

-- statement team_membership_end
-- No role any more.
DELETE FROM team_membership WHERE member = :member AND client = :client

-- statement team_membership_role
-- The role of a member for a client that exists; no row where there is no such client.
SELECT id, role FROM team_client LEFT JOIN team_membership ON client = team_client.id AND member = :member WHERE name = :name

-- statement team_membership_of_client
-- Who works on a client; disabled members too, marked.
SELECT team_member.id AS id, name, is_disabled, is_server_admin, role
FROM team_member JOIN team_membership ON member = team_member.id WHERE client = :client ORDER BY folded

-- statement team_session_add
-- Signed in.
INSERT INTO team_session (hash, member, created_us, used_us) VALUES (:hash, :member, :now_us, :now_us)

-- statement team_session_by_hash
-- Who it is, where neither the session nor the member has ended.
SELECT team_session.id AS session, used_us, team_member.id AS id, name, password, is_disabled, is_server_admin, theme, zone,
       has_single_keys, team_member.created_us AS created_us
FROM team_session JOIN team_member ON team_member.id = member
WHERE hash = :hash AND used_us > :idle_since_us AND team_session.created_us > :old_since_us AND is_disabled = 0

-- statement team_session_alive
-- The same by its id, for what is open for long.
SELECT used_us, is_server_admin FROM team_session JOIN team_member ON team_member.id = member
WHERE team_session.id = :id AND used_us > :idle_since_us AND team_session.created_us > :old_since_us AND is_disabled = 0

-- statement team_session_used
-- Here again.
UPDATE team_session SET used_us = :now_us WHERE id = :id

-- statement team_session_end
-- Signed out.
DELETE FROM team_session WHERE id = :id

-- statement team_session_end_all
-- Signed out everywhere.
DELETE FROM team_session WHERE member = :member

-- statement team_session_tidy
-- Those that have ended, and a member's oldest where they keep too many.
DELETE FROM team_session WHERE used_us <= :idle_since_us OR created_us <= :old_since_us OR (member = :member AND id NOT IN
    (SELECT id FROM team_session WHERE member = :member ORDER BY used_us DESC, id DESC LIMIT :most))

-- statement team_token_add
-- One more.
INSERT INTO team_token (hash, member, name, role, client, created_us, expires_us)
VALUES (:hash, :member, :name, :role, :client, :created_us, :expires_us)

-- statement team_token_by_hash
-- Whose it is and what it may, where neither the token nor the member has ended.
SELECT team_token.id AS token, used_us, role, team_client.name AS client, team_member.id AS id, team_member.name AS name, password,
       is_disabled, is_server_admin, theme, zone, has_single_keys, team_member.created_us AS created_us
FROM team_token JOIN team_member ON team_member.id = member LEFT JOIN team_client ON team_client.id = team_token.client
WHERE hash = :hash AND expires_us > :now_us AND revoked_us IS NULL AND is_disabled = 0

-- statement team_token_alive
-- The same by its id, for what is open for long.
SELECT used_us, is_server_admin FROM team_token JOIN team_member ON team_member.id = member
WHERE team_token.id = :id AND expires_us > :now_us AND revoked_us IS NULL AND is_disabled = 0

-- statement team_token_used
-- Shown again.
UPDATE team_token SET used_us = :now_us WHERE id = :id

-- statement team_token_list
-- Of a member, or of everybody; the newest first.
SELECT team_token.id AS id, member, team_member.name AS member_name, team_token.name AS name, role, team_client.name AS client,
       team_token.created_us AS created_us, expires_us, used_us, revoked_us
FROM team_token JOIN team_member ON team_member.id = member LEFT JOIN team_client ON team_client.id = team_token.client
WHERE (:member IS NULL OR member = :member) AND (:id IS NULL OR team_token.id = :id)
ORDER BY team_token.id DESC LIMIT :most

-- statement team_token_count
-- Those that still open something.
SELECT COUNT(*) AS count FROM team_token WHERE member = :member AND revoked_us IS NULL AND expires_us > :now_us

-- statement team_token_revoke
-- For good.
UPDATE team_token SET revoked_us = :now_us WHERE id = :id AND revoked_us IS NULL

-- statement team_token_revoke_all
-- All of a member's, for good.
UPDATE team_token SET revoked_us = :now_us WHERE member = :member AND revoked_us IS NULL

-- statement team_link_add
-- One more.
INSERT INTO team_link (hash, kind, member, expires_us) VALUES (:hash, :kind, :member, :expires_us)

-- statement team_link_by_hash
-- Where it can still be used; a disabled member's cannot.
SELECT team_link.id AS id, kind, member, name FROM team_link LEFT JOIN team_member ON team_member.id = member
WHERE hash = :hash AND used_us IS NULL AND expires_us > :now_us AND (member IS NULL OR is_disabled = 0)

-- statement team_link_use
-- Once.
UPDATE team_link SET used_us = :now_us WHERE id = :id AND used_us IS NULL

-- statement team_link_end
-- The unused ones of a member, or those for setting up; and all that ran out a day ago.
DELETE FROM team_link WHERE (used_us IS NULL AND member IS :member) OR expires_us < :long_ago_us

-- statement team_attempt_free
-- When the tries of this kind are forgiven.
SELECT free_us FROM team_attempt WHERE key = :key

-- statement team_attempt_set
-- One more try, or one fewer.
INSERT INTO team_attempt (key, free_us) VALUES (:key, :free_us) ON CONFLICT (key) DO UPDATE SET free_us = excluded.free_us

-- statement team_attempt_forget
-- This one succeeded.
DELETE FROM team_attempt WHERE key = :key

-- statement team_attempt_tidy
-- Those that are forgiven; and the mildest, where there are too many.
DELETE FROM team_attempt WHERE free_us <= :now_us OR
    ((SELECT COUNT(*) FROM team_attempt) > :most AND key IN (SELECT key FROM team_attempt ORDER BY free_us LIMIT 100))

-- statement team_attempt_count
-- How many are kept.
SELECT COUNT(*) AS count FROM team_attempt
