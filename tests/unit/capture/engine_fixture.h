/* A server with clients, in this process; the test brings the table of connectors. */
#ifndef TESTS_UNIT_CAPTURE_ENGINE_FIXTURE_H
#define TESTS_UNIT_CAPTURE_ENGINE_FIXTURE_H

#include "check.h"

#include "base/clock.h"
#include "capture/capture.h"
#include "listen/coverage.h"

struct house; /* a client */

struct house {
    char           name[40], folder[128], archive[160], records_path[160];
    struct stream *stream;
    struct record *records;
    const char    *topics[4]; /* queries; what matched takes */
    char           forgotten[512]; /* ids, with blanks behind */
    int            forget_fails;
    unsigned       sighted;
};

struct server {
    char            folder[64];
    struct capture *capture;
    struct house    houses[3];
    size_t          house_count;
};

void server_make(struct server *server, size_t houses);
void server_open(struct server *server);                /* streams, capture, clients attached */
void server_close(struct server *server);
void server_remove(struct server *server);

int64_t  house_source(struct server *server, size_t house, const char *name, const char *connector, const char *secrets, enum capture_keep keep,
                      unsigned per_mille);
uint64_t house_count(struct server *server, size_t house, const char *query);
struct capture_health house_health(struct server *server, size_t house, int64_t source);

/* Waits ten seconds at most for a condition, looked at fifty times a second. */
#define wait_for(condition, ...)                                              \
    do {                                                                      \
        for (int wait_i = 0; wait_i < 750 && !(condition); wait_i++)          \
            clock_sleep(20);                                                  \
        check(condition, __VA_ARGS__);                                        \
    } while (0)

#endif
