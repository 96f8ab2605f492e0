/* A chronicle over a database in memory, and trends told to it by hand or by an engine. */
#ifndef TESTS_UNIT_CHRONICLE_FIXTURE_H
#define TESTS_UNIT_CHRONICLE_FIXTURE_H

#include "check.h"

#include "base/clock.h"
#include "chronicle/chronicle.h"

struct fixture {
    struct record    *records;
    struct chronicle *chronicle;
    struct arena      arena;
    unsigned          opens, changes, closes; /* told to those who watch */
    unsigned          complaints;
};

static const struct record_domain *const fixture_domains[] = {&chronicle_domain, NULL};

static inline void fixture_tell(void *context, const char *what, int64_t id, struct str label)
{
    struct fixture *fixture = context;
    check(id > 0 && label.len > 0, "told of %lld", (long long)id);
    fixture->opens += strcmp(what, "open") == 0;
    fixture->changes += strcmp(what, "change") == 0;
    fixture->closes += strcmp(what, "close") == 0;
}

static inline void fixture_complain(void *context, const struct error *error)
{
    print_error("%s\n", error->message);
    ((struct fixture *)context)->complaints++;
}

/* The program starts: a new engine, a new chronicle, the same database. */
static inline void fixture_start(struct fixture *fixture)
{
    struct error             error = {0};
    struct chronicle_options options = {.records = fixture->records, .tell = fixture_tell, .complain = fixture_complain,
                                        .context = fixture};
    check_ok(chronicle_new(&options, &fixture->chronicle, &error), error, "new");
    check_ok(chronicle_start(fixture->chronicle, NULL, NULL, &error), error, "start");
}

static inline void fixture_stop(struct fixture *fixture)
{
    chronicle_free(fixture->chronicle);
    fixture->chronicle = NULL;
    check(fixture->complaints == 0, "%u complaints", fixture->complaints);
}

static inline void fixture_init(struct fixture *fixture)
{
    struct error error = {0};
    *fixture = (struct fixture){0};
    check_ok(record_open(NULL, fixture_domains, &fixture->records, &error), error, "records");
    fixture_start(fixture);
}

static inline void fixture_fini(struct fixture *fixture)
{
    fixture_stop(fixture);
    record_close(fixture->records);
    arena_fini(&fixture->arena);
}

/* All that is kept, those merged away left out. */
static inline size_t fixture_list(struct fixture *fixture, struct chronicle_trend **trends_out)
{
    struct error         error = {0};
    size_t               count;
    struct chronicle_ask ask = {.until_us = INT64_MAX, .muted = CHRONICLE_MUTED_OR_NOT, .limit = 10000};
    check_ok(chronicle_list(fixture->records, &ask, &fixture->arena, trends_out, &count, &error), error, "list");
    return count;
}

static inline struct chronicle_trend fixture_find(struct fixture *fixture, int64_t id)
{
    struct error           error = {0};
    struct chronicle_trend trend;
    check_ok(chronicle_find(fixture->records, id, &fixture->arena, &trend, &error), error, "trend %lld", (long long)id);
    return trend;
}

static inline int64_t fixture_kept(struct fixture *fixture)
{
    struct error            error = {0};
    struct chronicle_extent extent;
    check_ok(chronicle_extent(fixture->records, &extent, &error), error, "extent");
    return extent.trends;
}

#endif
