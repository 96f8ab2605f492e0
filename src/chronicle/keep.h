/* Inside the chronicle: one state of a trend on its way into records.db. */
#ifndef CHRONICLE_KEEP_H
#define CHRONICLE_KEEP_H

#include "chronicle/chronicle.h"

/* Which kept trend an engine's trend is, in this run of the program. */
struct binding {
    uint64_t engine;
    int64_t  kept;
};

enum { TELLING_POINTS_MAX = 64 };

/* The newest that is known of one of the engine's trends, and the points of its history since it was last written. */
struct telling {
    struct arena arena; /* of trend */
    struct trend trend;
    int64_t      at_us;
    bool         is_closed, is_replay; /* is_replay: all that was told of it was */
    struct chronicle_point points[TELLING_POINTS_MAX]; /* when full, every second one goes */
    size_t       point_count;
};

struct keeper {
    struct record           *records;
    struct archive_snapshot *snapshot; /* NULL: nothing is known of posts but their ids */
    struct text_analyser    *analyser;
    struct binding          *bindings;
    size_t                   binding_count, binding_capacity;
};

/* What is to be told: a short life may open and close between two writings. */
enum kept_what { KEPT_NOTHING, KEPT_OPENED, KEPT_CHANGED, KEPT_CLOSED, KEPT_OPENED_AND_CLOSED };

/* Writes it, within a transaction. kept_out: what is to be told. The binding that it adds is void where the transaction
 * fails. */
enum error_code keep_trend(struct keeper *keeper, const struct telling *telling, int64_t *id_out,
                           enum kept_what *what_out, struct error *error);

/* state: what no query asks for, as JSON. */
void            state_print(const struct trend *trend, struct buf *out);
enum error_code state_read(struct str text, struct arena *arena, struct chronicle_trend *trend_out,
                           struct error *error);

/* Two of the first five terms, or all where there are fewer than two. */
bool chronicle_is_like(const struct str *a, size_t a_count, const struct str *b, size_t b_count);

#endif
