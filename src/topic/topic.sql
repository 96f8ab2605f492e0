-- migration 1
-- Topics with all their versions, named lists, saved views, and what people thought of sampled posts.
CREATE TABLE topic (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL UNIQUE,
    purpose     TEXT    NOT NULL,
    query       TEXT    NOT NULL,
    tags        TEXT    NOT NULL,
    owner_id    INTEGER NOT NULL,
    owner_name  TEXT    NOT NULL,
    version     INTEGER NOT NULL CHECK (version >= 1),
    is_archived INTEGER NOT NULL CHECK (is_archived IN (0, 1)),
    created_us  INTEGER NOT NULL,
    updated_us  INTEGER NOT NULL
) STRICT;
CREATE TABLE topic_version (
    topic_id    INTEGER NOT NULL REFERENCES topic (id),
    number      INTEGER NOT NULL CHECK (number >= 1),
    name        TEXT    NOT NULL,
    purpose     TEXT    NOT NULL,
    query       TEXT    NOT NULL,
    tags        TEXT    NOT NULL,
    note        TEXT    NOT NULL,
    member_id   INTEGER NOT NULL,
    member_name TEXT    NOT NULL,
    at_us       INTEGER NOT NULL,
    back_to     INTEGER NOT NULL,
    is_weighed  INTEGER NOT NULL CHECK (is_weighed IN (0, 1)),
    kept        INTEGER NOT NULL,
    won         INTEGER NOT NULL,
    lost        INTEGER NOT NULL,
    won_ids     TEXT    NOT NULL,
    lost_ids    TEXT    NOT NULL,
    PRIMARY KEY (topic_id, number)
) STRICT;
CREATE TABLE topic_list (
    name        TEXT    PRIMARY KEY,
    text        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    member_id   INTEGER NOT NULL,
    member_name TEXT    NOT NULL,
    updated_us  INTEGER NOT NULL
) STRICT;
CREATE TABLE topic_list_file (
    name        TEXT    PRIMARY KEY,
    at_us       INTEGER NOT NULL
) STRICT;
CREATE TABLE topic_view (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    has_time    INTEGER NOT NULL CHECK (has_time IN (0, 1)),
    version     INTEGER NOT NULL,
    owner_id    INTEGER NOT NULL,
    owner_name  TEXT    NOT NULL,
    updated_us  INTEGER NOT NULL,
    UNIQUE (owner_id, name)
) STRICT;
CREATE TABLE topic_sample (
    id          INTEGER PRIMARY KEY,
    topic_id    INTEGER NOT NULL REFERENCES topic (id),
    kind        TEXT    NOT NULL CHECK (kind IN ('matches', 'near')),
    version     INTEGER NOT NULL,
    query       TEXT    NOT NULL,
    since_us    INTEGER NOT NULL,
    until_us    INTEGER NOT NULL,
    seed        INTEGER NOT NULL,
    population  INTEGER NOT NULL,
    matches     INTEGER NOT NULL,
    drawn_us    INTEGER NOT NULL,
    member_id   INTEGER NOT NULL,
    member_name TEXT    NOT NULL
) STRICT;
CREATE INDEX topic_sample_by_topic ON topic_sample (topic_id, kind, id);
CREATE TABLE topic_sample_post (
    sample_id   INTEGER NOT NULL REFERENCES topic_sample (id),
    place       INTEGER NOT NULL,
    post_id     TEXT    NOT NULL,
    PRIMARY KEY (sample_id, place)
) STRICT;
CREATE TABLE topic_label (
    topic_id    INTEGER NOT NULL REFERENCES topic (id),
    post_id     TEXT    NOT NULL,
    member_id   INTEGER NOT NULL,
    member_name TEXT    NOT NULL,
    label       INTEGER NOT NULL CHECK (label IN (1, 2, 3)),
    at_us       INTEGER NOT NULL,
    PRIMARY KEY (topic_id, post_id, member_id)
) STRICT;

-- statement topic_insert
-- A new topic, at its first version.
INSERT INTO topic (name, name_key, purpose, query, tags, owner_id, owner_name, version, is_archived, created_us, updated_us)
VALUES (:name, :name_key, :purpose, :query, :tags, :owner_id, :owner_name, 1, 0, :now_us, :now_us);

-- statement topic_update
-- What a new version says, in the topic itself.
UPDATE topic SET name = :name, name_key = :name_key, purpose = :purpose, query = :query, tags = :tags, owner_id = :owner_id,
    owner_name = :owner_name, version = :version, updated_us = :now_us WHERE id = :id;

-- statement topic_set_archived
-- Out of sight, or back.
UPDATE topic SET is_archived = :is_archived, updated_us = :now_us WHERE id = :id;

-- statement topic_by_id
-- One topic.
SELECT id, name, purpose, query, tags, owner_id, owner_name, version, is_archived, created_us, updated_us FROM topic WHERE id = :id;

-- statement topic_by_key
-- The topic of this name, whatever its case.
SELECT id, name, purpose, query, tags, owner_id, owner_name, version, is_archived, created_us, updated_us FROM topic WHERE name_key = :name_key;

-- statement topic_all
-- Every topic by name; archived ones where they are asked for.
SELECT id, name, purpose, query, tags, owner_id, owner_name, version, is_archived, created_us, updated_us FROM topic
WHERE is_archived <= :with_archived ORDER BY name_key;

-- statement topic_count
-- How many there are.
SELECT count(*) AS count FROM topic;

-- statement topic_version_insert
-- A version, whole.
INSERT INTO topic_version (topic_id, number, name, purpose, query, tags, note, member_id, member_name, at_us, back_to, is_weighed,
    kept, won, lost, won_ids, lost_ids)
VALUES (:topic_id, :number, :name, :purpose, :query, :tags, :note, :member_id, :member_name, :at_us, :back_to, :is_weighed,
    :kept, :won, :lost, :won_ids, :lost_ids);

-- statement topic_version_by_number
-- One version of a topic.
SELECT number, name, purpose, query, tags, note, member_id, member_name, at_us, back_to, is_weighed, kept, won, lost, won_ids, lost_ids
FROM topic_version WHERE topic_id = :topic_id AND number = :number;

-- statement topic_versions
-- Versions of a topic, newest first.
SELECT number, name, purpose, query, tags, note, member_id, member_name, at_us, back_to, is_weighed, kept, won, lost, won_ids, lost_ids
FROM topic_version WHERE topic_id = :topic_id AND number < :before ORDER BY number DESC LIMIT :limit;

-- statement topic_list_all
-- Every named list.
SELECT name, text, version, member_id, member_name, updated_us FROM topic_list ORDER BY name;

-- statement topic_list_by_name
-- One named list.
SELECT name, text, version, member_id, member_name, updated_us FROM topic_list WHERE name = :name;

-- statement topic_list_put
-- A list that is new, or says something else now.
INSERT INTO topic_list (name, text, version, member_id, member_name, updated_us)
VALUES (:name, :text, 1, :member_id, :member_name, :now_us)
ON CONFLICT (name) DO UPDATE SET text = excluded.text, version = topic_list.version + 1, member_id = excluded.member_id,
    member_name = excluded.member_name, updated_us = excluded.updated_us;

-- statement topic_list_delete
-- A list that nobody uses.
DELETE FROM topic_list WHERE name = :name;

-- statement topic_list_file_seen
-- Whether a file was taken over before.
SELECT at_us FROM topic_list_file WHERE name = :name;

-- statement topic_list_file_put
-- A file was taken over.
INSERT INTO topic_list_file (name, at_us) VALUES (:name, :now_us);

-- statement topic_views
-- Every saved view.
SELECT id, name, state, has_time, version, owner_id, owner_name, updated_us FROM topic_view ORDER BY name, id;

-- statement topic_view_by_id
-- One saved view.
SELECT id, name, state, has_time, version, owner_id, owner_name, updated_us FROM topic_view WHERE id = :id;

-- statement topic_view_count
-- How many views a member has.
SELECT count(*) AS count FROM topic_view WHERE owner_id = :owner_id;

-- statement topic_view_insert
-- A new view.
INSERT INTO topic_view (name, state, has_time, version, owner_id, owner_name, updated_us)
VALUES (:name, :state, :has_time, 1, :owner_id, :owner_name, :now_us);

-- statement topic_view_update
-- A view that says something else now.
UPDATE topic_view SET name = :name, state = :state, has_time = :has_time, version = version + 1, updated_us = :now_us WHERE id = :id;

-- statement topic_view_delete
-- A view that is not wanted any more.
DELETE FROM topic_view WHERE id = :id;

-- statement topic_sample_insert
-- A sample that was drawn.
INSERT INTO topic_sample (topic_id, kind, version, query, since_us, until_us, seed, population, matches, drawn_us, member_id, member_name)
VALUES (:topic_id, :kind, :version, :query, :since_us, :until_us, :seed, :population, :matches, :drawn_us, :member_id, :member_name);

-- statement topic_sample_post_insert
-- One post of a sample, at its place in the order of labelling.
INSERT INTO topic_sample_post (sample_id, place, post_id) VALUES (:sample_id, :place, :post_id);

-- statement topic_sample_newest
-- The sample of a kind that was drawn last: of one version of the topic, or (version 0) of any.
SELECT id, topic_id, kind, version, query, since_us, until_us, seed, population, matches, drawn_us, member_id, member_name
FROM topic_sample WHERE topic_id = :topic_id AND kind = :kind AND (:version = 0 OR version = :version) ORDER BY id DESC LIMIT 1;

-- statement topic_sample_posts
-- The posts of a sample in their order, with what one member thought of them (NULL: nothing yet).
SELECT topic_sample_post.place AS place, topic_sample_post.post_id AS post_id, topic_label.label AS label
FROM topic_sample_post JOIN topic_sample ON topic_sample.id = topic_sample_post.sample_id
LEFT JOIN topic_label ON topic_label.topic_id = topic_sample.topic_id AND topic_label.post_id = topic_sample_post.post_id
    AND topic_label.member_id = :member_id
WHERE topic_sample_post.sample_id = :sample_id ORDER BY topic_sample_post.place;

-- statement topic_sample_holds
-- Whether any sample of a topic holds a post.
SELECT 1 AS is_there FROM topic_sample_post JOIN topic_sample ON topic_sample.id = topic_sample_post.sample_id
WHERE topic_sample.topic_id = :topic_id AND topic_sample_post.post_id = :post_id LIMIT 1;

-- statement topic_sample_labels
-- Every label on the posts of a sample, post by post.
SELECT topic_sample_post.place AS place, topic_label.post_id AS post_id, topic_label.member_id AS member_id,
    topic_label.member_name AS member_name, topic_label.label AS label
FROM topic_sample_post JOIN topic_sample ON topic_sample.id = topic_sample_post.sample_id
JOIN topic_label ON topic_label.topic_id = topic_sample.topic_id AND topic_label.post_id = topic_sample_post.post_id
WHERE topic_sample_post.sample_id = :sample_id ORDER BY topic_sample_post.place, topic_label.member_id;

-- statement topic_labels
-- Every label of a topic, post by post.
SELECT post_id, member_id, member_name, label FROM topic_label WHERE topic_id = :topic_id ORDER BY post_id, member_id;

-- statement topic_label_put
-- What a member thinks of a post; the last word counts.
INSERT INTO topic_label (topic_id, post_id, member_id, member_name, label, at_us)
VALUES (:topic_id, :post_id, :member_id, :member_name, :label, :at_us)
ON CONFLICT (topic_id, post_id, member_id) DO UPDATE SET label = excluded.label, at_us = excluded.at_us,
    member_name = excluded.member_name;

-- statement topic_label_of
-- What a member thought of a post.
SELECT label FROM topic_label WHERE topic_id = :topic_id AND post_id = :post_id AND member_id = :member_id;

-- statement topic_label_delete
-- A label taken back.
DELETE FROM topic_label WHERE topic_id = :topic_id AND post_id = :post_id AND member_id = :member_id;
