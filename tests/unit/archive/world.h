/* A world to ask questions about: an archive in a folder of its own, and beside it a plain list of what should be in it.
 * Every answer of the archive is held against one that is worked out from the list by the definition, query_match.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include "archive/archive.h"
#include "base/hash.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

/* Fails the test and prints what was asked, where the condition does not hold. */
#define check(condition, ...)                                                                                                                \
    do {                                                                                                                                     \
        if (!(condition)) {                                                                                                                  \
            print_error("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                                                     \
            print_error(__VA_ARGS__);                                                                                                        \
            fail();                                                                                                                          \
        }                                                                                                                                    \
    } while (0)
#define check_ok(call, error, ...)                                                                                                           \
    do {                                                                                                                                     \
        if ((call) != ERROR_NONE) {                                                                                                          \
            print_error("%s:%d: %s: %s\n", __FILE__, __LINE__, #call, (error).message);                                                     \
            print_error(__VA_ARGS__);                                                                                                        \
            fail();                                                                                                                          \
        }                                                                                                                                    \
    } while (0)

enum { WORLD_MAX_POSTS = 20000 };

struct world_post {
    struct post       post; /* with the latest figures */
    struct text_facts facts;
    bool              is_live;
};

struct world {
    char                  folder[64];
    struct archive       *archive;
    struct text_analyser *analyser;
    struct arena          arena; /* of the posts */
    struct arena          scratch;
    struct interner       ids;
    struct world_post    *posts; /* of each id; they never move */
};

void world_init(struct world *world, const struct archive_options *options);
void world_fini(struct world *world);

/* To the archive and to the list. */
void world_add(struct world *world, const struct post *post);
void world_delete(struct world *world, struct str id);
void world_commit(struct world *world);
void world_seal(struct world *world);
struct archive_snapshot *world_snapshot(struct world *world);

/* The live posts in order of time, then id; the caller frees them. */
struct query_doc *world_docs(const struct world *world, size_t *count_out);
/* Those of docs that root accepts, by definition; kept in place, in their order. */
size_t world_matching(struct world *world, const struct query_node *root, const struct query_doc *docs, size_t count,
                      struct query_doc *matching);

/* An invented post with the number n: words of several languages (few, so that they repeat), tags, mentions, links, emoji, replies,
 * now and then an equal time. Its strings are in the world's arena. */
struct post world_invent(struct world *world, struct rng *rng, unsigned n);
/* Invented posts in several sealed segments that overlap in time, some pending; some edited, refreshed and deleted. */
void world_fill(struct world *world, struct rng *rng, unsigned posts);

/* The parsed query; fails the test where it does not parse. */
struct query_node *world_query(struct world *world, const char *source);

/* Lines of a data set, or NULL where BELLWETHER_SHARED (else ../shared of the source) has none; the caller frees it with buf_fini. */
bool world_real_posts(const char *name, struct buf *lines_out);

#endif
