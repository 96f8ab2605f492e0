#include "source/bluesky/place.h"

#include "base/clock.h"
#include "base/json.h"

const char *const bluesky_wires[3] = {"v1", "v2", "firehose"};

enum bluesky_wire bluesky_wire_named(struct str word)
{
    for (int i = 0; i < 3; i++)
        if (str_equal(word, str_of(bluesky_wires[i])))
            return (enum bluesky_wire)i;
    return BLUESKY_V1;
}

void bluesky_claim_print(const struct bluesky_claim *claim, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_put_str(&json, "wire", str_of(bluesky_wires[claim->wire]));
    json_put_str(&json, "host", str_of(claim->host));
    json_put_i64(&json, "seq", claim->place.seq);
    json_put_time(&json, "at", claim->place.at_us);
    json_end(&json);
}

bool bluesky_claim_read(struct str state, struct bluesky_claim *claim_out)
{
    struct arena    arena = {0};
    struct node     node = node_json(state, &arena);
    struct node_map map;
    struct str      key, text;
    *claim_out = (struct bluesky_claim){0};
    if (node_map(&node, &map))
        while (node_key(&node, &map, &key)) {
            if (str_equal(key, STR("wire")) && node_text(&node, &text))
                claim_out->wire = bluesky_wire_named(text);
            else if (str_equal(key, STR("host")) && node_text(&node, &text))
                snprintf(claim_out->host, sizeof claim_out->host, "%.*s", STR_ARG(text));
            else if (str_equal(key, STR("seq")))
                node_number(&node, &claim_out->place.seq);
            else if (str_equal(key, STR("at")) && node_text(&node, &text))
                clock_parse(text, &claim_out->place.at_us);
            else
                node_skip(&node);
        }
    bool is_good = node_is_at_end(&node) && claim_out->place.at_us >= CLOCK_MIN_US &&
                   claim_out->place.at_us <= CLOCK_MAX_US && claim_out->place.seq >= 0;
    arena_fini(&arena);
    if (!is_good)
        *claim_out = (struct bluesky_claim){0};
    return is_good;
}

/* http becomes ws, https wss; a slash at the end goes. */
static void put_host(const char *host, struct buf *out)
{
    struct str rest = str_of(host);
    if (str_starts_with(rest, STR("http")))
        buf_append_str(out, STR("ws")), rest = str_slice(rest.ptr + 4, rest.len - 4);
    while (rest.len && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    buf_append_str(out, rest);
}

void bluesky_address(const struct bluesky_asking *asking, struct buf *url_out, bool *is_from_start_out, bool *is_gap_out)
{
    const struct bluesky_place *place = &asking->claim->place;
    bool                        is_same_host = asking->claim->wire == asking->wire &&
                                               strcmp(asking->claim->host, asking->host) == 0;
    bool                        has_place = !asking->is_live && place->at_us > 0;
    int64_t                     rewind_us = (is_same_host ? 1 : (int64_t)asking->rewind_s) * CLOCK_SECOND_US;
    *is_from_start_out = *is_gap_out = false;
    put_host(asking->host, url_out);
    switch (asking->wire) {
    case BLUESKY_V1:
        buf_printf(url_out, "/subscribe?wantedCollections=app.bsky.feed.post%s&maxMessageSizeBytes=%zu",
                   asking->takes_reposts ? "&wantedCollections=app.bsky.feed.repost" : "", asking->most_bytes);
        if (has_place)
            buf_printf(url_out, "&cursor=%lld", (long long)(place->at_us - rewind_us));
        break;
    case BLUESKY_V2:
        buf_printf(url_out, "/xrpc/network.bsky.jetstream.subscribeEvents?kinds=commit&kinds=identity&kinds=account&collections=app.bsky.feed.post%s"
                   "&maxMessageSizeBytes=%zu", asking->takes_reposts ? "&collections=app.bsky.feed.repost" : "",
                       asking->most_bytes);
        if (has_place)
            buf_printf(url_out, "&cursor=%lld", (long long)(is_same_host && place->seq > 0 ? place->seq
                                                            : place->at_us - rewind_us));
        if (asking->dictionary)
            buf_printf(url_out, "&zstdDictionary=%u", asking->dictionary);
        break;
    case BLUESKY_FIREHOSE:
        buf_append_str(url_out, STR("/xrpc/com.atproto.sync.subscribeRepos"));
        if (!has_place)
            break;
        if (is_same_host || asking->claim->host[0] == '\0') {
            buf_printf(url_out, "?cursor=%lld", (long long)place->seq);
            *is_from_start_out = place->seq == 0;
        } else {
            *is_gap_out = true;
        }
        break;
    }
}
