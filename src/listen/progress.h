/* The bar that people watch while an import runs: percent of the bytes, posts a second, time left. */
#ifndef LISTEN_PROGRESS_H
#define LISTEN_PROGRESS_H

#include "base/buf.h"

struct progress_view {
    uint64_t    done, total; /* of whatever is counted; total 0: not known */
    uint64_t    posts;
    int64_t     elapsed_us;
    const char *what; /* a file's name, or what is going on */
};

/* One line of at most `columns` columns, without control characters:
 *     [#########...........]  48 %  271,004 posts  61,200/s  4 s left  reddit.jsonl */
void progress_print(const struct progress_view *view, int columns, struct buf *out);

/* 1234567 -> "1,234,567". Returns text. */
enum { PROGRESS_NUMBER_BYTES = 32 };
char *progress_number(uint64_t number, char text[PROGRESS_NUMBER_BYTES]);

#endif
