/* Deeds: what leaves the house, as rows and as a machine of states.
 *
 *     waiting ──begin──▶ sending ──done──▶ sent
 *        ▲                 │ ├──surely not done──▶ waiting (later) or failed
 *        │                 │ └──no answer──▶ waiting, is_asking ──▶ is it there? ──yes──▶ sent
 *        │                 │                                            ├──no, and the platform does one key once──┐
 *        ├─────────────────┼────────────────────────────────────────────────────────────────────────────────────────┘
 *        │                 └──▶ unknown: a person looks ──▶ sent, or waiting again with the same key
 *
 * A row is sending before a word leaves the house. So whatever is sending when nothing is under way (a kill) may have been done, and is treated as
 * an answer that was lost. Nothing that may have been done is sent again but where the platform itself does one key once, and only for as long as
 * it may remember the key (half an hour); else a person decides.
 */
#ifndef CAPTURE_DEEDS_H
#define CAPTURE_DEEDS_H

#include "capture/inside.h"

enum { DEED_TRIES_MOST = 12, DEED_KEY_MAX = SOURCE_KEY_BYTES - 1 };
#define DEED_REMEMBERED_US INT64_C(1800000000)

struct kept_deed {
    struct capture_deed deed;
    struct str          target_root, target_author; /* native */
    bool                is_asking;
    int64_t             first_sent_us;
};

struct deed_powers { /* of the connector */
    bool can_fetch, echoes_key;
};

/* ---- Pure: what becomes of it (deed_state.c) ---- */

struct deed_step {
    enum capture_deed_state state;
    bool                    is_asking;
    int64_t                 retry_us;
};
/* An answer came. */
struct deed_step deed_answered(const struct kept_deed *kept, struct deed_powers powers, const struct source_result *result, int64_t now_us);
/* No answer will come: the wire ended, or the server was killed. */
struct deed_step deed_lost(const struct kept_deed *kept, struct deed_powers powers, int64_t now_us);

/* ---- Rows (deeds.c); inside a transaction where it is said ---- */

enum error_code deed_read(struct record_statement *row, struct arena *arena, struct kept_deed *kept_out, struct error *error);
enum error_code deed_by_id(struct record *records, int64_t id, struct arena *arena, struct kept_deed *kept_out, struct error *error); /* inside */
enum error_code deed_list(struct record *records, const char *statement, int64_t source, int64_t now_us, struct arena *arena, struct kept_deed **kept_out,
                          size_t *count_out, struct error *error); /* its own */
enum error_code deed_begin(struct record *records, int64_t id, bool *is_begun_out, struct error *error); /* its own; durable */
enum error_code deed_set(struct record *records, int64_t id, struct deed_step step, const struct source_result *result, struct error *error); /* its own */
/* "network:native" without its network. */
struct str      deed_native(struct str id);

#endif
