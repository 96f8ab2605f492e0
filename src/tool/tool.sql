-- migration 1
-- The register of tools, comparisons of them, and their blind samples.
CREATE TABLE tool (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL UNIQUE,
    vendor      TEXT    NOT NULL,
    purpose     TEXT    NOT NULL,
    verdict     TEXT    NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    owner_id    INTEGER NOT NULL,
    owner_name  TEXT    NOT NULL,
    cost_cents  INTEGER NOT NULL CHECK (cost_cents >= -1),
    currency    TEXT    NOT NULL,
    renews_us   INTEGER NOT NULL,
    notice_days INTEGER NOT NULL CHECK (notice_days BETWEEN 0 AND 3660),
    version     INTEGER NOT NULL CHECK (version >= 1),
    created_us  INTEGER NOT NULL,
    updated_us  INTEGER NOT NULL
) STRICT;
CREATE TABLE tool_label (
    label       TEXT    PRIMARY KEY,
    tool_id     INTEGER NOT NULL REFERENCES tool (id)
) STRICT;
CREATE TABLE tool_comparison (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    query       TEXT    NOT NULL,
    topic_id    INTEGER NOT NULL,
    since_us    INTEGER NOT NULL,
    until_us    INTEGER NOT NULL CHECK (until_us > since_us),
    member_id   INTEGER NOT NULL,
    member_name TEXT    NOT NULL,
    created_us  INTEGER NOT NULL
) STRICT;
CREATE TABLE tool_side (
    comparison_id INTEGER NOT NULL REFERENCES tool_comparison (id),
    place         INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    tool_id       INTEGER NOT NULL,
    labels        TEXT    NOT NULL,
    cost_cents    INTEGER NOT NULL CHECK (cost_cents >= -1),
    currency      TEXT    NOT NULL,
    PRIMARY KEY (comparison_id, place)
) STRICT;
CREATE TABLE tool_sampled (
    comparison_id INTEGER NOT NULL REFERENCES tool_comparison (id),
    place         INTEGER NOT NULL,
    post_id       TEXT    NOT NULL,
    sides         INTEGER NOT NULL,
    drawn         INTEGER NOT NULL,
    PRIMARY KEY (comparison_id, place),
    UNIQUE (comparison_id, post_id)
) STRICT;
CREATE TABLE tool_judged (
    comparison_id INTEGER NOT NULL REFERENCES tool_comparison (id),
    post_id       TEXT    NOT NULL,
    member_id     INTEGER NOT NULL,
    member_name   TEXT    NOT NULL,
    label         INTEGER NOT NULL CHECK (label BETWEEN 1 AND 3),
    at_us         INTEGER NOT NULL,
    PRIMARY KEY (comparison_id, post_id, member_id)
) STRICT;

-- statement tool_count
-- How many tools there are.
SELECT count(*) AS n FROM tool;

-- statement tool_by_id
-- One tool.
SELECT * FROM tool WHERE id = :id;

-- statement tool_all
-- All of them: what renews next first, then those that do not renew.
SELECT * FROM tool ORDER BY renews_us = 0, renews_us, name_key;

-- statement tool_named
-- Another one of this name.
SELECT id FROM tool WHERE name_key = :name_key AND id <> :id;

-- statement tool_insert
-- A new one.
INSERT INTO tool (name, name_key, vendor, purpose, verdict, state, owner_id, owner_name, cost_cents, currency, renews_us, notice_days, version,
                  created_us, updated_us)
VALUES (:name, :name_key, :vendor, :purpose, :verdict, :state, :owner_id, :owner_name, :cost_cents, :currency, :renews_us, :notice_days, 1,
        :now_us, :now_us);

-- statement tool_update
-- As it is now.
UPDATE tool SET name = :name, name_key = :name_key, vendor = :vendor, purpose = :purpose, verdict = :verdict, state = :state,
    owner_id = :owner_id, owner_name = :owner_name, cost_cents = :cost_cents, currency = :currency, renews_us = :renews_us,
    notice_days = :notice_days, version = version + 1, updated_us = :now_us
WHERE id = :id;

-- statement tool_delete
-- Out of the register.
DELETE FROM tool WHERE id = :id;

-- statement tool_labels
-- Its finders.
SELECT label FROM tool_label WHERE tool_id = :id ORDER BY label;

-- statement tool_label_owner
-- Whose finder this is.
SELECT t.id, t.name FROM tool_label l JOIN tool t ON t.id = l.tool_id WHERE l.label = :label;

-- statement tool_labels_delete
-- Lets its finders go.
DELETE FROM tool_label WHERE tool_id = :id;

-- statement tool_label_insert
-- A finder of this tool.
INSERT INTO tool_label (label, tool_id) VALUES (:label, :id);

-- statement tool_comparison_count
-- How many comparisons there are.
SELECT count(*) AS n FROM tool_comparison;

-- statement tool_comparison_insert
-- A new comparison.
INSERT INTO tool_comparison (name, query, topic_id, since_us, until_us, member_id, member_name, created_us)
VALUES (:name, :query, :topic_id, :since_us, :until_us, :member_id, :member_name, :now_us);

-- statement tool_side_insert
-- One of its sides.
INSERT INTO tool_side (comparison_id, place, name, tool_id, labels, cost_cents, currency)
VALUES (:comparison_id, :place, :name, :tool_id, :labels, :cost_cents, :currency);

-- statement tool_comparison_all
-- All comparisons, the newest first, or (id not 0) one; with how far its sample is labelled.
SELECT c.*, (SELECT count(*) FROM tool_sampled s WHERE s.comparison_id = c.id) AS sample,
       (SELECT count(DISTINCT j.post_id) FROM tool_judged j WHERE j.comparison_id = c.id) AS labelled
FROM tool_comparison c WHERE :id = 0 OR c.id = :id ORDER BY c.id DESC;

-- statement tool_sides
-- The sides of a comparison.
SELECT * FROM tool_side WHERE comparison_id = :id ORDER BY place;

-- statement tool_judged_delete_all
-- The labels of a comparison.
DELETE FROM tool_judged WHERE comparison_id = :id;

-- statement tool_sampled_delete_all
-- The sample of a comparison.
DELETE FROM tool_sampled WHERE comparison_id = :id;

-- statement tool_sides_delete
-- Its sides.
DELETE FROM tool_side WHERE comparison_id = :id;

-- statement tool_comparison_delete
-- The comparison itself.
DELETE FROM tool_comparison WHERE id = :id;

-- statement tool_sampled_insert
-- A post to label.
INSERT INTO tool_sampled (comparison_id, place, post_id, sides, drawn) VALUES (:id, :place, :post_id, :sides, :drawn);

-- statement tool_sampled_all
-- The sample with everybody's labels, and one member's own.
SELECT s.post_id, s.sides, s.drawn,
       coalesce(max(CASE WHEN j.member_id = :member_id THEN j.label END), 0) AS own,
       count(CASE WHEN j.label = 1 THEN 1 END) AS relevant, count(CASE WHEN j.label = 2 THEN 1 END) AS not_relevant,
       count(CASE WHEN j.label = 3 THEN 1 END) AS unsure
FROM tool_sampled s LEFT JOIN tool_judged j ON j.comparison_id = s.comparison_id AND j.post_id = s.post_id
WHERE s.comparison_id = :id GROUP BY s.place, s.post_id, s.sides, s.drawn ORDER BY s.place;

-- statement tool_sampled_holds
-- Is it in the sample?
SELECT 1 AS one FROM tool_sampled WHERE comparison_id = :id AND post_id = :post_id;

-- statement tool_judged_of
-- What a member said of a post.
SELECT label FROM tool_judged WHERE comparison_id = :id AND post_id = :post_id AND member_id = :member_id;

-- statement tool_judged_put
-- What a member says of a post.
INSERT INTO tool_judged (comparison_id, post_id, member_id, member_name, label, at_us)
VALUES (:id, :post_id, :member_id, :member_name, :label, :now_us)
ON CONFLICT (comparison_id, post_id, member_id) DO UPDATE SET label = excluded.label, at_us = excluded.at_us;

-- statement tool_judged_delete
-- Takes a label back.
DELETE FROM tool_judged WHERE comparison_id = :id AND post_id = :post_id AND member_id = :member_id;

-- statement tool_forget_judged
-- Labels of a post that was deleted at its platform.
DELETE FROM tool_judged WHERE post_id = :post_id;

-- statement tool_forget_sampled
-- A post that was deleted at its platform, in samples.
DELETE FROM tool_sampled WHERE post_id = :post_id;
