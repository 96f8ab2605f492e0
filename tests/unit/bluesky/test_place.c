/* States of a stream, and how each wire is asked to go on. */
#include "check.h"

#include "base/clock.h"
#include "source/bluesky/place.h"

static void states(void **state)
{
    (void)state;
    struct bluesky_claim claim = {.wire = BLUESKY_V2, .host = "https://j.example", .place = {77, INT64_C(1725911162329308)}}, again;
    struct buf           text = {0};
    bluesky_claim_print(&claim, &text);
    check_str(buf_str(&text), STR("{\"wire\":\"v2\",\"host\":\"https://j.example\",\"seq\":77,\"at\":\"2024-09-09T19:46:02.329308Z\"}"), "printed");
    check(bluesky_claim_read(buf_str(&text), &again) && again.wire == BLUESKY_V2 && again.place.seq == 77 && again.place.at_us == claim.place.at_us, "read again");
    check(strcmp(again.host, claim.host) == 0, "%s", again.host);
    for (size_t len = 0; len < text.len; len++)
        check(!bluesky_claim_read(str_slice(text.ptr, len), &again) && again.place.at_us == 0, "%zu bytes of it", len);
    const char *const bad[] = {"null", "[]", "{}", "{\"wire\":\"v2\",\"host\":\"h\",\"seq\":-1,\"at\":\"2024-09-09T19:46:02Z\"}", "{\"seq\":1,\"at\":\"1800-01-01T00:00:00Z\"}"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check(!bluesky_claim_read(str_of(bad[i]), &again), "row %zu", i);
    buf_fini(&text);
}

#define AT INT64_C(1725911162000000)

static const struct {
    enum bluesky_wire wire, claimed;
    const char       *host, *claimed_host;
    int64_t           seq, at_us;
    bool              is_live;
    const char       *has, *has_not;
    bool              is_from_start, is_gap;
} rows[] = {
    {BLUESKY_V1, BLUESKY_V1, "https://a", "", 0, 0, false, "wss://a/subscribe?", "cursor=", false, false},
    {BLUESKY_V1, BLUESKY_V1, "https://a/", "https://a/", 0, AT, false, "wss://a/subscribe?wantedCollections=app.bsky.feed.post&", NULL, false, false},
    {BLUESKY_V1, BLUESKY_V1, "https://a", "https://a", 0, AT, false, "cursor=1725911161000000", NULL, false, false},
    {BLUESKY_V1, BLUESKY_V1, "https://b", "https://a", 0, AT, false, "cursor=1725911152000000", NULL, false, false},
    {BLUESKY_V1, BLUESKY_V1, "https://a", "https://a", 0, AT, true, "subscribe", "cursor=", false, false},
    {BLUESKY_V2, BLUESKY_V2, "http://a", "http://a", 9, AT, false, "ws://a/xrpc/network.bsky.jetstream.subscribeEvents?", NULL, false, false},
    {BLUESKY_V2, BLUESKY_V2, "http://a", "http://a", 9, AT, false, "cursor=9", "cursor=17", false, false},
    {BLUESKY_V2, BLUESKY_V2, "http://b", "http://a", 9, AT, false, "cursor=1725911152000000", NULL, false, false},
    {BLUESKY_V2, BLUESKY_V1, "http://a", "http://a", 0, AT, false, "cursor=1725911152000000", NULL, false, false},
    {BLUESKY_FIREHOSE, BLUESKY_FIREHOSE, "http://a", "http://a", 9, AT, false, "subscribeRepos?cursor=9", NULL, false, false},
    {BLUESKY_FIREHOSE, BLUESKY_FIREHOSE, "http://b", "http://a", 9, AT, false, "subscribeRepos", "cursor", false, true},
    {BLUESKY_FIREHOSE, BLUESKY_FIREHOSE, "http://a", "http://a", 0, AT, false, "subscribeRepos?cursor=0", NULL, true, false},
    {BLUESKY_FIREHOSE, BLUESKY_FIREHOSE, "http://a", "", 0, 0, false, "subscribeRepos", "cursor", false, false},
};

static void addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct bluesky_claim claim = {.wire = rows[i].claimed, .place = {rows[i].seq, rows[i].at_us}};
        struct buf           url = {0};
        bool                 is_from_start, is_gap;
        snprintf(claim.host, sizeof claim.host, "%s", rows[i].claimed_host);
        bluesky_address(&(struct bluesky_asking){.wire = rows[i].wire, .host = rows[i].host, .claim = &claim, .is_live = rows[i].is_live, .rewind_s = 10}, &url,
                        &is_from_start, &is_gap);
        check(str_contains(buf_str(&url), str_of(rows[i].has)), "row %zu: %.*s", i, STR_ARG(buf_str(&url)));
        check(!rows[i].has_not || !str_contains(buf_str(&url), str_of(rows[i].has_not)), "row %zu: %.*s", i, STR_ARG(buf_str(&url)));
        check(is_from_start == rows[i].is_from_start && is_gap == rows[i].is_gap, "row %zu", i);
        buf_fini(&url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(states), cmocka_unit_test(addresses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
