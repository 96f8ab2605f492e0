-- Trends as they were, and what people did about them. Times are UTC microseconds of the client's clock.

-- migration 1
-- One row a trend; its id never changes. state holds as JSON what no query asks for: terms, curve, ids of voices and posts.
CREATE TABLE trend (
    id               INTEGER PRIMARY KEY,
    label            TEXT NOT NULL,
    started_us       INTEGER NOT NULL,
    detected_us      INTEGER NOT NULL,
    peak_us          INTEGER NOT NULL,
    last_post_us     INTEGER NOT NULL,
    updated_us       INTEGER NOT NULL,
    closed_us        INTEGER,
    posts            INTEGER NOT NULL,
    voices           REAL NOT NULL,
    z                REAL NOT NULL,
    z_peak           REAL NOT NULL,
    growth_per_h     REAL,
    growth_se        REAL,
    observed         REAL NOT NULL,
    expected         REAL NOT NULL,
    window_posts     REAL NOT NULL,
    window_us        INTEGER NOT NULL,
    strongest_z      REAL NOT NULL,
    flags            INTEGER NOT NULL,
    dup_share        REAL NOT NULL,
    top_author_share REAL NOT NULL,
    effective_voices REAL NOT NULL,
    synchrony        REAL NOT NULL,
    site_share       REAL NOT NULL,
    state            TEXT NOT NULL,
    is_found_late    INTEGER NOT NULL DEFAULT 0,
    merged_into      INTEGER REFERENCES trend (id),
    joined_to        INTEGER REFERENCES trend (id),
    muted_until_us   INTEGER,
    mute_reason      TEXT,
    muted_by         TEXT,
    mute_from        INTEGER REFERENCES trend (id),
    version          INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX trend_by_detected ON trend (detected_us);
CREATE INDEX trend_by_closed ON trend (closed_us);
CREATE INDEX trend_by_joined ON trend (joined_to);
CREATE INDEX trend_by_muted ON trend (muted_until_us);

-- Its first posts: which, when, where and in what tone (text/tone.h; NULL: the post was gone), but not what they say.
CREATE TABLE trend_post (
    post      TEXT NOT NULL,
    trend     INTEGER NOT NULL REFERENCES trend (id),
    at_us     INTEGER,
    platform  TEXT,
    community TEXT,
    tone      INTEGER CHECK (tone BETWEEN 0 AND 3),
    PRIMARY KEY (post, trend)
) STRICT, WITHOUT ROWID;
CREATE INDEX trend_post_by_trend ON trend_post (trend, at_us);

CREATE TABLE trend_point (
    trend        INTEGER NOT NULL REFERENCES trend (id),
    at_us        INTEGER NOT NULL,
    posts        INTEGER NOT NULL,
    voices       REAL NOT NULL,
    z            REAL NOT NULL,
    growth_per_h REAL,
    growth_se    REAL,
    flags        INTEGER NOT NULL,
    PRIMARY KEY (trend, at_us)
) STRICT, WITHOUT ROWID;

-- Append-only: a note is withdrawn, never changed.
CREATE TABLE trend_note (
    id           INTEGER PRIMARY KEY,
    trend        INTEGER NOT NULL REFERENCES trend (id),
    at_us        INTEGER NOT NULL,
    member       INTEGER NOT NULL,
    name         TEXT NOT NULL,
    text         TEXT NOT NULL,
    is_withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX trend_note_by_trend ON trend_note (trend, id);

-- statement chronicle_add
-- A trend that was not known.
INSERT INTO trend (label, started_us, detected_us, peak_us, last_post_us, updated_us, closed_us, posts, voices, z, z_peak, growth_per_h, growth_se,
                   observed, expected, window_posts, window_us, strongest_z, flags, dup_share, top_author_share, effective_voices, synchrony,
                   site_share, state, is_found_late, merged_into, muted_until_us, mute_reason, muted_by, mute_from)
VALUES (:label, :started_us, :detected_us, :peak_us, :last_post_us, :updated_us, :closed_us, :posts, :voices, :z, :z_peak, :growth_per_h, :growth_se,
        :observed, :expected, :window_posts, :window_us, :strongest_z, :flags, :dup_share, :top_author_share, :effective_voices, :synchrony,
        :site_share, :state, :is_found_late, :merged_into, :muted_until_us, :mute_reason, :muted_by, :mute_from);

-- statement chronicle_renew
-- A later state of a known one. When it was detected and since when it grew is kept as it was first told.
UPDATE trend
SET label = :label, peak_us = CASE WHEN :z_peak > z_peak THEN :peak_us ELSE peak_us END, last_post_us = :last_post_us, updated_us = :updated_us,
    closed_us = :closed_us, posts = :posts, voices = :voices, z = :z, z_peak = CASE WHEN :z_peak > z_peak THEN :z_peak ELSE z_peak END,
    growth_per_h = :growth_per_h, growth_se = :growth_se, observed = :observed, expected = :expected, window_posts = :window_posts,
    window_us = :window_us, strongest_z = :strongest_z, flags = :flags, dup_share = :dup_share, top_author_share = :top_author_share,
    effective_voices = :effective_voices, synchrony = :synchrony, site_share = :site_share, state = :state, merged_into = :merged_into
WHERE id = :id;

-- statement chronicle_of_post
-- Which trends hold a post.
SELECT trend FROM trend_post WHERE post = :post;

-- statement chronicle_for_match
-- What decides whether a trend that shares posts is the same one.
SELECT detected_us, last_post_us, updated_us, closed_us IS NOT NULL AS is_closed, (SELECT count(*) FROM trend_post WHERE trend = :id) AS kept
FROM trend WHERE id = :id;

-- statement chronicle_post_add
-- A post of a trend.
INSERT INTO trend_post (post, trend, at_us, platform, community, tone)
VALUES (:post, :trend, :at_us, :platform, :community, :tone)
ON CONFLICT (post, trend) DO NOTHING;

-- statement chronicle_post_has
-- Is a post kept for a trend?
SELECT 1 AS is_there FROM trend_post WHERE post = :post AND trend = :trend;

-- statement chronicle_post_count
-- How many posts are kept of a trend.
SELECT count(*) AS kept FROM trend_post WHERE trend = :trend;

-- statement chronicle_posts
-- Ids of a trend's posts, oldest first.
SELECT post, coalesce(at_us, 0) AS at_us FROM trend_post WHERE trend = :trend ORDER BY at_us, post;

-- statement chronicle_spread
-- A trend's posts by platform and community, where they came first foremost.
SELECT platform, community, count(*) AS posts, min(at_us) AS first_us
FROM trend_post WHERE trend = :trend AND platform IS NOT NULL
GROUP BY platform, community ORDER BY first_us, platform, community;

-- statement chronicle_tones
-- How many of a trend's posts have each tone.
SELECT tone, count(*) AS posts FROM trend_post WHERE trend = :trend AND tone IS NOT NULL GROUP BY tone;

-- statement chronicle_point_add
-- A point of a trend's history; the newest told of a moment counts.
INSERT INTO trend_point (trend, at_us, posts, voices, z, growth_per_h, growth_se, flags)
VALUES (:trend, :at_us, :posts, :voices, :z, :growth_per_h, :growth_se, :flags)
ON CONFLICT (trend, at_us) DO UPDATE SET posts = excluded.posts, voices = excluded.voices, z = excluded.z,
    growth_per_h = excluded.growth_per_h, growth_se = excluded.growth_se, flags = excluded.flags;

-- statement chronicle_point_count
-- How many points a trend has.
SELECT count(*) AS points FROM trend_point WHERE trend = :trend;

-- statement chronicle_point_thin
-- Takes out every second point.
DELETE FROM trend_point WHERE trend = :trend AND at_us IN (
    SELECT at_us FROM (SELECT at_us, row_number() OVER (ORDER BY at_us) AS place FROM trend_point WHERE trend = :trend) AS numbered
    WHERE place % 2 = 0);

-- statement chronicle_points
-- A trend's history.
SELECT at_us, posts, voices, z, growth_per_h, growth_se, flags FROM trend_point WHERE trend = :trend ORDER BY at_us;

-- statement chronicle_muted_in_force
-- Muted by a person and still so: what comes and is like it is muted with it.
SELECT id, label, state, muted_until_us, muted_by FROM trend
WHERE muted_until_us > :now_us AND mute_from IS NULL ORDER BY id DESC LIMIT 100;

-- statement chronicle_end_left_open
-- What was open when a program was killed, and has had no post for so long that no engine would keep it open.
UPDATE trend SET closed_us = last_post_us + :idle_us WHERE closed_us IS NULL AND last_post_us + :idle_us < :now_us;

-- statement chronicle_by_id
-- One trend.
SELECT trend.*, (SELECT count(*) FROM trend_note WHERE trend_note.trend = trend.id AND is_withdrawn = 0) AS note_count FROM trend WHERE id = :id;

-- statement chronicle_list
-- A page of trends, strongest first.
SELECT trend.*, (SELECT count(*) FROM trend_note WHERE trend_note.trend = trend.id AND is_withdrawn = 0) AS note_count
FROM trend
WHERE merged_into IS NULL AND joined_to IS NULL
  AND (:is_open = 0 OR (closed_us IS NULL AND last_post_us + :idle_us > :now_us))
  AND detected_us >= :since_us AND detected_us < :until_us
  AND (:muted = 2 OR (coalesce(muted_until_us, 0) > :now_us) = (:muted = 1))
  AND (:after_id = 0
       OR CASE WHEN :is_open = 1 THEN z ELSE z_peak END < :after_strength
       OR (CASE WHEN :is_open = 1 THEN z ELSE z_peak END = :after_strength AND id > :after_id))
ORDER BY CASE WHEN :is_open = 1 THEN z ELSE z_peak END DESC, id LIMIT :limit;

-- statement chronicle_joined
-- Those that a person merged into a trend.
SELECT trend.*, 0 AS note_count FROM trend WHERE joined_to = :id ORDER BY detected_us, id;

-- statement chronicle_extent
-- How many are kept, and from when to when they were detected.
SELECT count(*) AS trends, coalesce(min(detected_us), 0) AS first_us, coalesce(max(detected_us), 0) AS last_us FROM trend;

-- statement chronicle_join
-- Shows a trend as a part of another, or (NULL) by itself again.
UPDATE trend SET joined_to = :joined_to, version = version + 1 WHERE id = :id;

-- statement chronicle_mute
-- Hides a trend until a time, or shows it again.
UPDATE trend SET muted_until_us = :until_us, mute_reason = :reason, muted_by = :name, mute_from = NULL, version = version + 1 WHERE id = :id;

-- statement chronicle_unmute_like
-- Shows those again that were hidden because they are like one that was muted.
UPDATE trend SET muted_until_us = NULL, mute_reason = NULL, muted_by = NULL, mute_from = NULL WHERE mute_from = :id;

-- statement chronicle_note_add
-- A note.
INSERT INTO trend_note (trend, at_us, member, name, text) VALUES (:trend, :at_us, :member, :name, :text);

-- statement chronicle_note_by_id
-- One note.
SELECT id, trend, member, is_withdrawn FROM trend_note WHERE id = :id;

-- statement chronicle_note_withdraw
-- Hides a note's text; the row stays.
UPDATE trend_note SET is_withdrawn = 1 WHERE id = :id;

-- statement chronicle_notes
-- Notes of a trend, oldest first.
SELECT id, at_us, member, name, CASE WHEN is_withdrawn = 1 THEN '' ELSE text END AS text, is_withdrawn FROM trend_note WHERE trend = :trend ORDER BY id;
