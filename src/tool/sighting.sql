-- migration 1
-- Which finder saw which post, and when. post is a hash of the post's id.
CREATE TABLE sighting_finder (
    id         INTEGER PRIMARY KEY,
    label      TEXT    NOT NULL UNIQUE,
    title      TEXT    NOT NULL,
    knows_when INTEGER NOT NULL CHECK (knows_when IN (0, 1))
) STRICT;
CREATE TABLE sighting (
    post    INTEGER NOT NULL,
    finder  INTEGER NOT NULL REFERENCES sighting_finder (id),
    seen_us INTEGER NOT NULL,
    run     INTEGER NOT NULL,
    times   INTEGER NOT NULL CHECK (times >= 1),
    PRIMARY KEY (post, finder)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_by_finder ON sighting (finder, seen_us);

-- statement sighting_finder_put
-- A finder by its label, as it is called now.
INSERT INTO sighting_finder (label, title, knows_when) VALUES (:label, :title, :knows_when)
ON CONFLICT (label) DO UPDATE SET title = excluded.title, knows_when = excluded.knows_when;

-- statement sighting_finder_id
-- Its number.
SELECT id FROM sighting_finder WHERE label = :label;

-- statement sighting_finder_count
-- How many there are.
SELECT count(*) AS n FROM sighting_finder;

-- statement sighting_put
-- A post seen: the earliest time stays, and within one import another time is a duplicate.
INSERT INTO sighting (post, finder, seen_us, run, times) VALUES (:post, :finder, :seen_us, :run, 1)
ON CONFLICT (post, finder) DO UPDATE SET
    seen_us = min(sighting.seen_us, excluded.seen_us),
    times = CASE WHEN excluded.run <> 0 AND excluded.run = sighting.run THEN sighting.times + 1 ELSE sighting.times END,
    run = CASE WHEN excluded.run <> 0 THEN excluded.run ELSE sighting.run END;

-- statement sighting_prune
-- Sightings of long ago.
DELETE FROM sighting WHERE seen_us < :before_us;

-- statement sighting_finders
-- Finders, with figures of what they saw where those are wanted.
SELECT f.id, f.label, f.title, f.knows_when,
       CASE WHEN :has_figures THEN (SELECT count(*) FROM sighting s WHERE s.finder = f.id) ELSE 0 END AS posts,
       CASE WHEN :has_figures THEN (SELECT min(s.seen_us) FROM sighting s WHERE s.finder = f.id) ELSE 0 END AS first_us,
       CASE WHEN :has_figures THEN (SELECT max(s.seen_us) FROM sighting s WHERE s.finder = f.id) ELSE 0 END AS last_us
FROM sighting_finder f ORDER BY f.label;

-- statement sighting_timed_since
-- All sightings since a time by finders that know when, a post's together and the earliest first.
SELECT s.post, s.finder, s.seen_us FROM sighting s JOIN sighting_finder f ON f.id = s.finder
WHERE f.knows_when = 1 AND s.seen_us >= :since_us ORDER BY s.post, s.seen_us, s.finder;

-- statement sighting_of_post
-- Who saw a post.
SELECT s.finder, s.seen_us, s.times, f.knows_when FROM sighting s JOIN sighting_finder f ON f.id = s.finder
WHERE s.post = :post ORDER BY s.seen_us, s.finder;
