/* What the files of this room share: rows in, rows out, and the outbox. */
#ifndef ALERT_KEEP_H
#define ALERT_KEEP_H

#include "alert/judge.h"

enum error_code keep_no_memory(struct error *error);
/* Text that is never NULL. */
void       keep_bind(struct record_statement *statement, const char *parameter, struct str value);
int        keep_word(struct str word, const char *const *words, size_t count); /* its place, or 0 */

/* A rule of the row in hand, with its memory where asked for. */
enum error_code keep_read_rule(struct record_statement *row, struct arena *arena, struct alert_kept *kept_out, struct alert_memory *memory_out,
                               struct error *error);
enum error_code keep_read_firing(struct record_statement *row, struct arena *arena, struct alert_firing *firing_out, struct error *error);
/* Within a transaction. */
enum error_code keep_rule_by_id(struct record *record, int64_t id, struct arena *arena, struct alert_kept *kept_out, struct error *error);

/* ---- Letters: an alert in words (letter.c) ---- */

struct letter {
    struct str subject; /* one line of UTF-8 without control characters */
    struct str text;    /* of the mail */
    struct str json;    /* of the webhook */
};
enum letter_kind { LETTER_FIRING, LETTER_DIGEST, LETTER_TEST };
extern const char *const letter_kind_names[3]; /* "firing", "digest", "test" */
/* firings: one, for a digest those of the quiet hours, for a test none. posts are shown, cut to ALERT_SAMPLE_TEXT_BYTES. In arena. */
enum error_code letter_write(const struct alert_world *world, const struct alert_kept *kept, enum letter_kind kind,
                             const struct alert_firing *firings, size_t firing_count, const struct post *posts, size_t post_count,
                             struct arena *arena, struct letter *letter_out, struct error *error);
/* "412 posts in 1 h where 38 are usual (z 9.1), 120 voices" */
void letter_words(const struct alert_rule *rule, const struct alert_judgement *judgement, uint64_t voices, struct buf *out);
/* Text without control characters, runs of blanks as one, cut at a character's border. */
void letter_clean(struct str text, size_t most_bytes, struct buf *out);

/* ---- Outbox (outbox.c), within a transaction ---- */

/* A row for each address and webhook of the rule. Returns how many in *queued_out (may be NULL). */
enum error_code outbox_put(struct record *record, const struct alert_kept *kept, enum letter_kind kind, int64_t firing, const struct letter *letter,
                           size_t *queued_out, struct error *error);

#endif
