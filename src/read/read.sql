-- migration 1
-- Reads with what the engine thought and what happened; reading rooms with their posts and what was marked on them.
CREATE TABLE read (
    id              INTEGER PRIMARY KEY,
    member_id       INTEGER NOT NULL,
    member_name     TEXT    NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('volume', 'tone', 'spill')),
    way             TEXT    NOT NULL CHECK (way IN ('down', 'flat', 'up', 'above', 'below', 'reaches')),
    query           TEXT    NOT NULL,
    exact           TEXT    NOT NULL,
    share           REAL    NOT NULL,
    is_community    INTEGER NOT NULL CHECK (is_community IN (0, 1)),
    target          TEXT    NOT NULL,
    voices_least    INTEGER NOT NULL,
    voices_before   INTEGER NOT NULL,
    window_us       INTEGER NOT NULL CHECK (window_us > 0),
    due_us          INTEGER NOT NULL,
    sure            INTEGER NOT NULL CHECK (sure BETWEEN 1 AND 99),
    feelings        TEXT    NOT NULL,
    because         TEXT    NOT NULL,
    topic_id        INTEGER NOT NULL,
    trend_id        INTEGER NOT NULL,
    room_id         INTEGER NOT NULL,
    made_us         INTEGER NOT NULL,
    base_posts      REAL    NOT NULL,
    base_negative   REAL    NOT NULL,
    base_known      REAL    NOT NULL,
    base_voices     REAL    NOT NULL,
    engine_p        REAL    NOT NULL CHECK (engine_p BETWEEN 0 AND 1),
    base_rate       REAL    NOT NULL CHECK (base_rate BETWEEN 0 AND 1),
    engine_down     REAL,
    engine_flat     REAL,
    engine_up       REAL,
    engine_basis    TEXT    NOT NULL,
    is_sighted      INTEGER NOT NULL CHECK (is_sighted IN (0, 1)),
    status          TEXT    NOT NULL CHECK (status IN ('open', 'settled', 'void', 'withdrawn')),
    came_true       INTEGER NOT NULL CHECK (came_true IN (0, 1)),
    ended_us        INTEGER NOT NULL,
    ended_by        TEXT    NOT NULL,
    reason          TEXT    NOT NULL,
    outcome_posts   REAL    NOT NULL,
    outcome_negative REAL   NOT NULL,
    outcome_known   REAL    NOT NULL,
    outcome_voices  REAL    NOT NULL,
    hidden          REAL    NOT NULL
) STRICT;
CREATE INDEX read_by_status ON read (status, due_us);
CREATE INDEX read_by_member ON read (member_id, id);
CREATE TABLE read_room (
    id          INTEGER PRIMARY KEY,
    member_id   INTEGER NOT NULL,
    member_name TEXT    NOT NULL,
    query       TEXT    NOT NULL,
    exact       TEXT    NOT NULL,
    topic_id    INTEGER NOT NULL,
    since_us    INTEGER NOT NULL,
    until_us    INTEGER NOT NULL,
    seed        INTEGER NOT NULL,
    matches     INTEGER NOT NULL,
    sampled     INTEGER NOT NULL,
    groups      INTEGER NOT NULL,
    place       INTEGER NOT NULL CHECK (place >= 1),
    made_us     INTEGER NOT NULL,
    finished_us INTEGER NOT NULL,
    read_id     INTEGER NOT NULL,
    is_left     INTEGER NOT NULL CHECK (is_left IN (0, 1))
) STRICT;
CREATE INDEX read_room_by_member ON read_room (member_id, id);
CREATE TABLE read_room_item (
    room_id    INTEGER NOT NULL REFERENCES read_room (id),
    place      INTEGER NOT NULL CHECK (place >= 1),
    post       TEXT    NOT NULL,
    group_id   INTEGER NOT NULL,
    group_size INTEGER NOT NULL,
    copies     INTEGER NOT NULL,
    marks      TEXT    NOT NULL,
    words      TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    marked_us  INTEGER NOT NULL,
    PRIMARY KEY (room_id, place)
) STRICT;

-- statement read_add
-- A read that was just made; open.
INSERT INTO read (member_id, member_name, kind, way, query, exact, share, is_community, target, voices_least, voices_before, window_us, due_us,
                  sure, feelings, because, topic_id, trend_id, room_id, made_us, base_posts, base_negative, base_known, base_voices, engine_p,
                  base_rate, engine_down, engine_flat, engine_up, engine_basis, is_sighted, status, came_true, ended_us, ended_by, reason,
                  outcome_posts, outcome_negative, outcome_known, outcome_voices, hidden)
VALUES (:member, :name, :kind, :way, :query, :exact, :share, :is_community, :target, :voices_least, :voices_before, :window, :due,
        :sure, :feelings, :because, :topic, :trend, :room, :made, :base_posts, :base_negative, :base_known, :base_voices, :engine_p,
        :base_rate, :engine_down, :engine_flat, :engine_up, :engine_basis, :is_sighted, 'open', 0, 0, '', '', 0, 0, 0, 0, 0)

-- statement read_by_id
-- One read.
SELECT * FROM read WHERE id = :id

-- statement read_list
-- Newest first; member -1 and status NULL stand for all.
SELECT * FROM read
WHERE (:member = -1 OR member_id = :member) AND (:status IS NULL OR status = :status) AND (:before = 0 OR id < :before)
ORDER BY id DESC LIMIT :limit

-- statement read_settled
-- Settled reads for the score, oldest first.
SELECT * FROM read WHERE status = 'settled' AND (:member = -1 OR member_id = :member) ORDER BY id

-- statement read_due
-- Ids of open reads that were due by a time.
SELECT id FROM read WHERE status = 'open' AND due_us <= :by ORDER BY due_us, id LIMIT :limit

-- statement read_on_show
-- Whether the engine's view of such a question was on show: a read of the same kind on the same posts whose windows overlap.
SELECT count(*) AS n FROM read WHERE kind = :kind AND exact = :exact AND due_us > :from AND made_us <= :made

-- statement read_end
-- Settles, voids or withdraws an open read, or settles a void one.
UPDATE read SET status = :status, came_true = :came_true, ended_us = :now, ended_by = :by, reason = :reason, outcome_posts = :posts,
    outcome_negative = :negative, outcome_known = :known, outcome_voices = :voices, hidden = :hidden
WHERE id = :id AND status = :was

-- statement read_room_add
-- A room with its question; its posts follow.
INSERT INTO read_room (member_id, member_name, query, exact, topic_id, since_us, until_us, seed, matches, sampled, groups, place, made_us,
                       finished_us, read_id, is_left)
VALUES (:member, :name, :query, :exact, :topic, :since, :until, :seed, :matches, :sampled, :groups, 1, :made, 0, 0, 0)

-- statement read_room_item_add
-- One of its posts, unmarked.
INSERT INTO read_room_item (room_id, place, post, group_id, group_size, copies, marks, words, note, marked_us)
VALUES (:room, :place, :post, :group, :group_size, :copies, '', '', '', 0)

-- statement read_room_by_id
-- One room.
SELECT * FROM read_room WHERE id = :id

-- statement read_room_list
-- A member's rooms, newest first, with how many posts each has and how many were marked.
SELECT r.*, (SELECT count(*) FROM read_room_item i WHERE i.room_id = r.id) AS posts,
       (SELECT count(*) FROM read_room_item i WHERE i.room_id = r.id AND i.marked_us > 0) AS marked
FROM read_room r WHERE r.member_id = :member AND (:before = 0 OR r.id < :before) ORDER BY r.id DESC LIMIT :limit

-- statement read_room_items
-- The posts of a room in their order.
SELECT * FROM read_room_item WHERE room_id = :room ORDER BY place

-- statement read_room_mark
-- What she marked and noted on one post.
UPDATE read_room_item SET marks = :marks, words = :words, note = :note, marked_us = :now WHERE room_id = :room AND place = :place

-- statement read_room_move
-- Where she is.
UPDATE read_room SET place = :place WHERE id = :id

-- statement read_room_finish
-- The last post was read; the first time counts.
UPDATE read_room SET finished_us = :now WHERE id = :id AND finished_us = 0

-- statement read_room_reveal
-- A read was written in it, or she chose to write none: the charts may show.
UPDATE read_room SET read_id = CASE WHEN :read > 0 THEN :read ELSE read_id END, is_left = CASE WHEN :read > 0 THEN is_left ELSE 1 END
WHERE id = :id
