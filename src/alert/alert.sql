-- The tables of alerts. Times are microseconds since 1970: at_us, evaluated_us and the like by the client's clock, those of deliveries by the wall's.

-- migration 1
-- Rules with their versions, firings, and the outbox.
CREATE TABLE alert_rule (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('volume', 'trend', 'tone', 'author')),
  body TEXT NOT NULL,
  owner INTEGER NOT NULL,
  owner_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('on', 'paused', 'retired')),
  is_in_feed INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL,
  evaluated_us INTEGER NOT NULL,
  fired_us INTEGER NOT NULL,
  fired_value INTEGER NOT NULL,
  is_calm INTEGER NOT NULL,
  problem TEXT NOT NULL
) STRICT;
CREATE TABLE alert_version (
  rule INTEGER NOT NULL REFERENCES alert_rule (id),
  version INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  member INTEGER NOT NULL,
  member_name TEXT NOT NULL,
  what TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (rule, version)
) STRICT;
CREATE TABLE alert_firing (
  id INTEGER PRIMARY KEY,
  rule INTEGER NOT NULL REFERENCES alert_rule (id),
  rule_version INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  seen_us INTEGER NOT NULL,
  title TEXT NOT NULL,
  words TEXT NOT NULL,
  value INTEGER NOT NULL,
  known INTEGER NOT NULL,
  voices INTEGER NOT NULL,
  window_us INTEGER NOT NULL,
  expected REAL NOT NULL,
  z REAL NOT NULL,
  basis TEXT NOT NULL,
  trend INTEGER,
  post_ids TEXT NOT NULL,
  held_until_us INTEGER NOT NULL,
  is_summarised INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('', 'useful', 'not_useful', 'too_late', 'acted')),
  note TEXT NOT NULL,
  outcome_by TEXT NOT NULL,
  outcome_us INTEGER NOT NULL,
  UNIQUE (rule, trend)
) STRICT;
CREATE INDEX alert_firing_by_rule ON alert_firing (rule, id);
CREATE INDEX alert_firing_held ON alert_firing (rule, held_until_us) WHERE is_summarised = 0 AND held_until_us > 0;
CREATE INDEX alert_firing_unjudged ON alert_firing (at_us) WHERE outcome = '';
CREATE TABLE alert_hook (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  is_removed INTEGER NOT NULL
) STRICT;
CREATE TABLE alert_feed (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  created_us INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  used_us INTEGER NOT NULL,
  is_removed INTEGER NOT NULL
) STRICT;
CREATE TABLE alert_delivery (
  id INTEGER PRIMARY KEY,
  rule INTEGER NOT NULL REFERENCES alert_rule (id),
  firing INTEGER REFERENCES alert_firing (id),
  kind TEXT NOT NULL CHECK (kind IN ('firing', 'digest', 'test')),
  channel TEXT NOT NULL CHECK (channel IN ('mail', 'webhook')),
  hook INTEGER REFERENCES alert_hook (id),
  target TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  fate TEXT NOT NULL CHECK (fate IN ('waiting', 'sending', 'sent', 'uncertain', 'dead', 'cancelled')),
  attempts INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  next_us INTEGER NOT NULL,
  settled_us INTEGER NOT NULL,
  said TEXT NOT NULL
) STRICT;
CREATE INDEX alert_delivery_due ON alert_delivery (next_us) WHERE fate = 'waiting';
CREATE INDEX alert_delivery_by_rule ON alert_delivery (rule, id);
CREATE TABLE alert_tone (
  rule INTEGER NOT NULL REFERENCES alert_rule (id),
  minute_us INTEGER NOT NULL,
  negative INTEGER NOT NULL,
  known INTEGER NOT NULL,
  PRIMARY KEY (rule, minute_us)
) STRICT;

-- statement alert_tone_all
-- The tone that was found so far, by minute; the first and the last row may be empty minutes: from where and how far was looked.
SELECT minute_us, negative, known FROM alert_tone WHERE rule = :rule AND minute_us >= :from_us ORDER BY minute_us;

-- statement alert_tone_add
-- One minute's tone.
INSERT INTO alert_tone (rule, minute_us, negative, known) VALUES (:rule, :minute_us, :negative, :known)
ON CONFLICT (rule, minute_us) DO UPDATE SET negative = :negative, known = :known;

-- statement alert_tone_old
-- Further back than any judgement looks.
DELETE FROM alert_tone WHERE rule = :rule AND minute_us < :before_us;

-- statement alert_tone_forget
-- The rule changed: its tone is looked for anew.
DELETE FROM alert_tone WHERE rule = :rule;

-- statement alert_rule_add
-- A rule, on from the start; it is judged from now on.
INSERT INTO alert_rule (version, name, kind, body, owner, owner_name, state, is_in_feed, created_us, changed_us, evaluated_us, fired_us,
  fired_value, is_calm, problem)
VALUES (1, :name, :kind, :body, :owner, :owner_name, 'on', :is_in_feed, :now_us, :now_us, :now_us, 0, 0, 1, '');

-- statement alert_rule_edit
-- The next version, unless somebody else was first. What it remembers of its last alert stays; its problem is looked for anew.
UPDATE alert_rule SET version = version + 1, name = :name, kind = :kind, body = :body, owner = :owner, owner_name = :owner_name,
  is_in_feed = :is_in_feed, changed_us = :now_us, problem = '' WHERE id = :id AND version = :version;

-- statement alert_rule_set_state
-- Pausing, going on, retiring. A rule that goes on is judged from now on, not for the time it slept.
UPDATE alert_rule SET version = version + 1, state = :state, changed_us = :now_us, evaluated_us = :now_us, is_calm = 1, problem = ''
WHERE id = :id AND version = :version;

-- statement alert_rule_evaluated
-- What judging left behind, unless the rule changed meanwhile.
UPDATE alert_rule SET evaluated_us = :evaluated_us, fired_us = :fired_us, fired_value = :fired_value, is_calm = :is_calm, problem = :problem
WHERE id = :id AND version = :version AND evaluated_us = :seen_us AND state = 'on';

-- statement alert_rule_fired
-- A trend rule has fired.
UPDATE alert_rule SET fired_us = :fired_us WHERE id = :id;

-- statement alert_rule_problem
-- Why a rule cannot be judged.
UPDATE alert_rule SET problem = :problem WHERE id = :id AND version = :version;

-- statement alert_rule_by_id
-- One rule with its record.
SELECT r.*, count(f.id) AS fired, coalesce(sum(f.outcome = 'useful'), 0) AS useful, coalesce(sum(f.outcome = 'not_useful'), 0) AS not_useful,
  coalesce(sum(f.outcome = 'too_late'), 0) AS too_late, coalesce(sum(f.outcome = 'acted'), 0) AS acted,
  coalesce(sum(f.outcome = ''), 0) AS unjudged
FROM alert_rule r LEFT JOIN alert_firing f ON f.rule = r.id WHERE r.id = :id GROUP BY r.id;

-- statement alert_rule_all
-- Every rule with its record, newest first.
SELECT r.*, count(f.id) AS fired, coalesce(sum(f.outcome = 'useful'), 0) AS useful, coalesce(sum(f.outcome = 'not_useful'), 0) AS not_useful,
  coalesce(sum(f.outcome = 'too_late'), 0) AS too_late, coalesce(sum(f.outcome = 'acted'), 0) AS acted,
  coalesce(sum(f.outcome = ''), 0) AS unjudged
FROM alert_rule r LEFT JOIN alert_firing f ON f.rule = r.id WHERE r.state <> 'retired' OR :with_retired = 1 GROUP BY r.id ORDER BY r.id DESC;

-- statement alert_rule_on
-- Rules to judge. Their records are not needed.
SELECT r.*, 0 AS fired, 0 AS useful, 0 AS not_useful, 0 AS too_late, 0 AS acted, 0 AS unjudged FROM alert_rule r WHERE r.state = 'on' ORDER BY r.id;

-- statement alert_rule_count
-- How many there are, retired ones not counted.
SELECT count(*) AS count FROM alert_rule WHERE state <> 'retired';

-- statement alert_rule_count_trend
-- Rules that listen for trends.
SELECT count(*) AS count FROM alert_rule WHERE state = 'on' AND kind = 'trend';

-- statement alert_version_add
-- One version, whole.
INSERT INTO alert_version (rule, version, at_us, member, member_name, what, body)
VALUES (:rule, :version, :at_us, :member, :member_name, :what, :body);

-- statement alert_version_all
-- Newest first.
SELECT version, at_us, member_name, what, body FROM alert_version WHERE rule = :rule ORDER BY version DESC LIMIT 200;

-- statement alert_firing_add
-- A firing. For one trend a rule fires once: a second one changes nothing.
INSERT INTO alert_firing (rule, rule_version, at_us, seen_us, title, words, value, known, voices, window_us, expected, z, basis, trend, post_ids,
  held_until_us, is_summarised, outcome, note, outcome_by, outcome_us)
VALUES (:rule, :rule_version, :at_us, :seen_us, :title, :words, :value, :known, :voices, :window_us, :expected, :z, :basis, :trend, :post_ids,
  :held_until_us, 0, '', '', '', 0) ON CONFLICT DO NOTHING;

-- statement alert_firing_has_trend
-- Whether a rule fired for a trend already.
SELECT count(*) AS count FROM alert_firing WHERE rule = :rule AND trend = :trend;

-- statement alert_firing_page
-- Newest first.
SELECT f.*, r.name AS rule_name FROM alert_firing f JOIN alert_rule r ON r.id = f.rule
WHERE (f.rule = :rule OR :rule = 0) AND (f.id < :before OR :before = 0) AND (f.outcome = '' OR :only_unjudged = 0)
ORDER BY f.id DESC LIMIT :limit;

-- statement alert_firing_by_id
-- One firing.
SELECT f.*, r.name AS rule_name FROM alert_firing f JOIN alert_rule r ON r.id = f.rule WHERE f.id = :id;

-- statement alert_firing_feed
-- For the feed: the newest of the rules that are in it.
SELECT f.*, r.name AS rule_name FROM alert_firing f JOIN alert_rule r ON r.id = f.rule WHERE r.is_in_feed = 1 ORDER BY f.id DESC LIMIT 50;

-- statement alert_firing_held
-- What fired in quiet hours that are over and was not summed up yet, by rule, oldest first.
SELECT f.*, r.name AS rule_name FROM alert_firing f JOIN alert_rule r ON r.id = f.rule
WHERE f.is_summarised = 0 AND f.held_until_us > 0 AND f.held_until_us <= :now_us ORDER BY f.rule, f.id LIMIT 1000;

-- statement alert_firing_summarised
-- The summary of a rule's quiet hours is in the outbox.
UPDATE alert_firing SET is_summarised = 1 WHERE rule = :rule AND is_summarised = 0 AND held_until_us > 0 AND held_until_us <= :now_us AND id <= :last;

-- statement alert_firing_judge
-- What somebody made of it.
UPDATE alert_firing SET outcome = :outcome, note = :note, outcome_by = :outcome_by, outcome_us = :outcome_us WHERE id = :id;

-- statement alert_firing_unjudged
-- For the bell.
SELECT count(*) AS count FROM alert_firing WHERE outcome = '' AND at_us >= :since_us;

-- statement alert_hook_add
-- A receiver; its secret signs what is sent to it.
INSERT INTO alert_hook (url, secret, created_us, created_by, is_removed) VALUES (:url, :secret, :now_us, :created_by, 0);

-- statement alert_hook_all
-- Those that are there.
SELECT id, url, created_us, created_by, is_removed FROM alert_hook WHERE is_removed = 0 ORDER BY id;

-- statement alert_hook_by_id
-- One that is there.
SELECT id, url, secret, created_us, created_by, is_removed FROM alert_hook WHERE id = :id AND is_removed = 0;

-- statement alert_hook_remove
-- The row stays for the deliveries that name it; its secret goes.
UPDATE alert_hook SET is_removed = 1, secret = '' WHERE id = :id AND is_removed = 0;

-- statement alert_hook_cancel
-- What waits for a receiver that was removed.
UPDATE alert_delivery SET fate = 'cancelled', body = '', settled_us = :wall_us, said = 'the webhook was removed' WHERE hook = :id AND fate = 'waiting';

-- statement alert_feed_add
-- A private address of the feed, by the hash of its token.
INSERT INTO alert_feed (hash, created_us, created_by, used_us, is_removed) VALUES (:hash, :now_us, :created_by, 0, 0);

-- statement alert_feed_all
-- Those that are in force.
SELECT id, created_us, created_by, used_us FROM alert_feed WHERE is_removed = 0 ORDER BY id;

-- statement alert_feed_by_hash
-- The one that a token belongs to.
SELECT id, used_us FROM alert_feed WHERE hash = :hash AND is_removed = 0;

-- statement alert_feed_used
-- Last use.
UPDATE alert_feed SET used_us = :now_us WHERE id = :id;

-- statement alert_feed_remove
-- From now on its address is refused.
UPDATE alert_feed SET is_removed = 1 WHERE id = :id AND is_removed = 0;

-- statement alert_delivery_add
-- Into the outbox.
INSERT INTO alert_delivery (rule, firing, kind, channel, hook, target, key, subject, body, fate, attempts, created_us, next_us, settled_us, said)
VALUES (:rule, :firing, :kind, :channel, :hook, :target, :key, :subject, :body, 'waiting', 0, :wall_us, :wall_us, 0, '');

-- statement alert_delivery_page
-- Newest first.
SELECT d.*, r.name AS rule_name FROM alert_delivery d JOIN alert_rule r ON r.id = d.rule
WHERE (d.rule = :rule OR :rule = 0) AND (d.id < :before OR :before = 0)
  AND (:only_troubled = 0 OR d.fate IN ('uncertain', 'dead') OR (d.fate = 'waiting' AND d.attempts > 0))
ORDER BY d.id DESC LIMIT :limit;

-- statement alert_delivery_next
-- The one that has been due longest, with the secret that signs it.
SELECT d.*, coalesce(h.secret, '') AS secret FROM alert_delivery d LEFT JOIN alert_hook h ON h.id = d.hook
WHERE d.fate = 'waiting' AND d.next_us <= :wall_us ORDER BY d.next_us, d.id LIMIT 1;

-- statement alert_delivery_due
-- When the next one will be due.
SELECT min(next_us) AS next_us FROM alert_delivery WHERE fate = 'waiting';

-- statement alert_delivery_begin
-- An attempt begins: written before anything leaves the house.
UPDATE alert_delivery SET fate = 'sending', attempts = attempts + 1 WHERE id = :id AND fate = 'waiting';

-- statement alert_delivery_settle
-- It has an end: its body is no longer needed.
UPDATE alert_delivery SET fate = :fate, body = '', settled_us = :wall_us, said = :said WHERE id = :id;

-- statement alert_delivery_wait
-- Later again.
UPDATE alert_delivery SET fate = 'waiting', next_us = :next_us, said = :said WHERE id = :id;

-- statement alert_delivery_wait_with
-- What else waits for the same receiver (all mail, where the mail server is not reached) waits with it: a dead one costs one attempt a round.
UPDATE alert_delivery SET next_us = :next_us
WHERE channel = :channel AND (target = :target OR :is_all = 1) AND fate = 'waiting' AND next_us < :next_us;

-- statement alert_delivery_interrupted_mail
-- The program ended while a mail was under way: nobody knows whether it went.
UPDATE alert_delivery SET fate = 'uncertain', body = '', settled_us = :wall_us,
  said = 'the program ended while it was being sent; it may have arrived' WHERE fate = 'sending' AND channel = 'mail';

-- statement alert_delivery_interrupted_hook
-- The same for a webhook: sent again, with the same id.
UPDATE alert_delivery SET fate = 'waiting', next_us = :wall_us WHERE fate = 'sending' AND channel = 'webhook';

-- statement alert_delivery_forget
-- Settled ones are kept for 90 days.
DELETE FROM alert_delivery WHERE settled_us > 0 AND settled_us < :before_us;

-- statement alert_delivery_quoting
-- Letters that may quote a post: its id is in them, or among the posts of their firing (a digest: of any firing of the rule).
SELECT d.id, d.fate IN ('waiting', 'sending') AS is_waiting, d.channel = 'webhook' AS is_hook, d.subject, d.body
FROM alert_delivery d LEFT JOIN alert_firing f ON f.id = d.firing
WHERE d.body != '' AND (instr(d.body, :post) > 0 OR instr(coalesce(f.post_ids, ''), :post) > 0 OR
  (d.firing IS NULL AND EXISTS (SELECT 1 FROM alert_firing o WHERE o.rule = d.rule AND instr(o.post_ids, :post) > 0)));

-- statement alert_delivery_unquote
-- The letter without what it quoted.
UPDATE alert_delivery SET body = :body WHERE id = :id;
