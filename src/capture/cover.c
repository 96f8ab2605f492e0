/* The ledger of what was missed (listen/coverage.h), as wires write it. */
#include "capture/inside.h"

#include "base/clock.h"

#define LATELY_US (5 * CLOCK_MINUTE_US)

void cover_gap(struct tap *tap, int64_t from_us, int64_t until_us, const char *reason)
{
    struct coverage_gap gap = {.from_us = from_us, .until_us = until_us};
    struct error        error = {0};
    if (until_us <= from_us)
        return;
    snprintf(gap.reason, sizeof gap.reason, "%s", reason);
    snprintf(gap.source, sizeof gap.source, "%s", tap->name);
    /* Where the disk refuses, the stream keeps it, and writes it with the next commit. */
    if (stream_coverage_add(tap->client->given.stream, &gap, &error) && error.code != ERROR_NO_SPACE)
        tap->client->has_missed = true;
}

void cover_gaps(struct wire *wire, const struct gap_told *gaps, size_t count)
{
    int64_t now_us = clock_now_us();
    for (size_t i = 0; i < count; i++)
        for (struct tap *tap = wire->taps; tap; tap = tap->next) {
            int64_t from_us = gaps[i].from_us ? gaps[i].from_us : tap->position_us ? tap->position_us : now_us;
            int64_t until_us = gaps[i].until_us ? gaps[i].until_us : now_us;
            cover_missed(tap);
            cover_gap(tap, from_us, until_us < now_us ? until_us : now_us, gaps[i].message[0] ? gaps[i].message : "the platform could not give it back");
        }
}

void cover_open(struct client *client)
{
    struct arena         arena = {0};
    struct coverage_gap *gaps;
    size_t               count;
    int64_t              arriving_us, now_us = clock_now_us();
    if (stream_coverage(client->given.stream, 0, now_us, &arena, &gaps, &count, &arriving_us, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count; i++)
            if (!gaps[i].source[0] && gaps[i].until_us >= now_us - LATELY_US && strcmp(gaps[i].reason, "the server was not running") == 0) {
                client->down_from_us = gaps[i].from_us;
                client->down_until_us = gaps[i].until_us;
            }
    arena_fini(&arena);
}

void cover_begun(struct tap *tap)
{
    struct client *client = tap->client;
    if (tap->is_owing || !client->down_until_us)
        return;
    pthread_mutex_lock(&client->lock);
    client->owing++;
    pthread_mutex_unlock(&client->lock);
    tap->is_owing = true;
}

static bool is_settled(struct tap *tap, bool has_missed)
{
    struct client *client = tap->client;
    pthread_mutex_lock(&client->lock);
    client->owing--;
    client->has_missed |= has_missed;
    bool is_last = client->owing == 0 && !client->has_missed && client->down_until_us;
    pthread_mutex_unlock(&client->lock);
    tap->is_owing = false;
    return is_last;
}

/* The last one takes it back: everybody's cursor went on from before the stop, and nobody said that something was lost. */
void cover_caught_up(struct tap *tap)
{
    struct client *client = tap->client;
    if (!tap->is_owing || !is_settled(tap, false))
        return;
    struct error error = {0};
    stream_coverage_fill(client->given.stream, client->down_from_us, client->down_until_us, "", &error);
    client->down_until_us = 0;
}

void cover_missed(struct tap *tap)
{
    if (tap->is_owing)
        is_settled(tap, true);
}
