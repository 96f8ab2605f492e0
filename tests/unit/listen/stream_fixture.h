/* A stream over a folder that ends with the test. */
#ifndef TESTS_UNIT_LISTEN_STREAM_FIXTURE_H
#define TESTS_UNIT_LISTEN_STREAM_FIXTURE_H

#include "base/buf.h"
#include "listen/stream.h"

#define FIXTURE_START_US INT64_C(1772323200000000) /* 2026-03-01 */

struct fixture {
    char                  top[64], folder[96];
    struct stream_options options;
    struct stream        *stream;
};

void fixture_folder(struct fixture *fixture); /* made; options zeroed but for it; no stream */
void fixture_open(struct fixture *fixture, bool has_no_trends);
void fixture_reopen(struct fixture *fixture, bool has_no_trends); /* closes it first where it is open */
void fixture_close(struct fixture *fixture); /* and removes the folder */

/* The line of a post: id a:<number>. */
void                 fixture_line(struct buf *lines, int number, int64_t at_us, const char *author, const char *text);
struct stream_pushed fixture_push(struct fixture *fixture, struct str lines); /* must succeed; rejects' reasons are "there" or empty */
uint64_t             fixture_count(struct fixture *fixture, const char *query);

#endif
