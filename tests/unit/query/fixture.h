/* What the query tests share: an analyser, arenas, posts. */
#ifndef TEST_QUERY_FIXTURE_H
#define TEST_QUERY_FIXTURE_H

#include "check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "query/query.h"

struct fixture {
    struct text_analyser *analyser;
    struct arena          posts, queries, scratch; /* posts live as long as the fixture */
    struct query_doc     *docs;
    size_t                doc_count;
};

/* folder: where posts.jsonl stands. Checks that all went well. */
void fixture_init(struct fixture *fixture, const char *folder);
void fixture_fini(struct fixture *fixture);

/* The post of one JSON line, with its facts; in fixture->posts. */
struct query_doc fixture_doc(struct fixture *fixture, struct str line);
/* Posts of a JSON Lines file, at most so many, every step-th; false where it cannot be read. */
bool fixture_read(struct fixture *fixture, const char *path, size_t step, size_t most);

#endif
