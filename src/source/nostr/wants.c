#include "source/nostr/wants.h"

#include "base/json.h"

#include <cjson/cJSON.h>

static bool keep(struct nostr_wants *wants, struct arena *arena, struct buf *text)
{
    /* The writer closed the object; what comes with each request is put before that. */
    struct str filter = arena_str(arena, str_slice(text->ptr, text->len ? text->len - 1 : 0));
    bool       has_memory = !text->has_failed && text->len && filter.ptr;
    wants->filters[wants->count++] = filter;
    buf_clear(text);
    return has_memory;
}

static struct json begin(struct buf *text, bool is_post)
{
    struct json json = json_writer(text);
    json_object(&json);
    json_key(&json, "kinds");
    json_array(&json);
    json_i64(&json, is_post ? 1 : 5);
    json_i64(&json, is_post ? 1111 : 62);
    json_end(&json);
    return json;
}

static bool add_posts(struct nostr_wants *wants, struct arena *arena, struct buf *text, const char *member, const struct str *words, size_t count)
{
    struct json json = begin(text, true);
    if (member) {
        json_key(&json, member);
        json_array(&json);
        for (size_t i = 0; i < count; i++)
            json_str(&json, words[i]);
        json_end(&json);
    }
    json_end(&json);
    return keep(wants, arena, text);
}

static bool add_search(struct nostr_wants *wants, struct arena *arena, struct buf *text, struct str word)
{
    struct json json = begin(text, true);
    json_put_str(&json, "search", word);
    json_end(&json);
    return keep(wants, arena, text);
}

/* Tags are lower case on the wire (NIP-24), without their #. */
static struct str *read_tags(const struct source_query *query, struct arena *arena)
{
    struct str *tags = arena_array(arena, query->hashtag_count, sizeof *tags);
    for (size_t i = 0; tags && i < query->hashtag_count; i++) {
        struct str word = query->hashtags[i];
        if (word.len && word.ptr[0] == '#')
            word = str_slice(word.ptr + 1, word.len - 1);
        char *lower = arena_alloc(arena, word.len + 1);
        if (!lower)
            return NULL;
        for (size_t k = 0; k < word.len; k++)
            lower[k] = word.ptr[k] >= 'A' && word.ptr[k] <= 'Z' ? (char)(word.ptr[k] + 32) : word.ptr[k];
        tags[i] = str_slice(lower, word.len);
    }
    return tags;
}

static struct str *read_people(const struct source_query *query, struct arena *arena, size_t *count_out, unsigned *unread_out)
{
    struct str *people = arena_array(arena, query->account_count, sizeof *people);
    *count_out = 0;
    for (size_t i = 0; people && i < query->account_count; i++) {
        char       hex[NOSTR_HEX_BYTES];
        struct str said = query->accounts[i];
        if (said.len && said.ptr[0] == '@')
            said = str_slice(said.ptr + 1, said.len - 1);
        if (!nostr_read_person(said, hex)) {
            (*unread_out)++;
            continue;
        }
        if (!(people[(*count_out)++] = arena_str(arena, str_of(hex))).ptr)
            return NULL;
    }
    return people;
}

static bool add_thread(struct nostr_wants *wants, struct arena *arena, struct buf *text, const struct source_query *query)
{
    bool has_memory = true;
    for (size_t i = 0; i < 3 && query->url_count; i++) {
        static const char *const members[3] = {"ids", "#e", "#E"};
        char                     hex[NOSTR_HEX_BYTES];
        struct str               id = nostr_read_event_name(query->urls[0], hex) ? str_of(hex) : STR("");
        has_memory = add_posts(wants, arena, text, members[i], &id, id.len > 0) && has_memory;
    }
    return has_memory;
}

bool nostr_wants_read(const struct source_query *query, enum source_mode mode, struct arena *arena, struct nostr_wants *wants_out)
{
    struct buf text = {0};
    size_t     people_count;
    *wants_out = (struct nostr_wants){0};
    struct str *tags = read_tags(query, arena), *people = read_people(query, arena, &people_count, &wants_out->unread);
    bool        has_memory = tags && people, is_search = mode == SOURCE_SEARCH;
    if (has_memory && mode == SOURCE_THREAD) {
        has_memory = add_thread(wants_out, arena, &text, query);
    } else if (has_memory) {
        bool is_all = !is_search && (query->any_count || query->url_count || !(query->hashtag_count || people_count));
        for (size_t i = 0; has_memory && is_search && i < query->any_count && i < 3; i++)
            has_memory = add_search(wants_out, arena, &text, query->any[i]);
        if (has_memory && is_all)
            has_memory = add_posts(wants_out, arena, &text, NULL, NULL, 0);
        if (has_memory && !is_all && query->hashtag_count)
            has_memory = add_posts(wants_out, arena, &text, "#t", tags, query->hashtag_count);
        if (has_memory && !is_all && people_count)
            has_memory = add_posts(wants_out, arena, &text, "authors", people, people_count) &&
                         (is_search || add_posts(wants_out, arena, &text, "#p", people, people_count));
    }
    wants_out->past_count = wants_out->count;
    if (has_memory && mode == SOURCE_STREAM) {
        struct json json = begin(&text, false);
        json_end(&json);
        has_memory = keep(wants_out, arena, &text);
        /* Everything: one filter, so that its pages show how far they are. */
        if (has_memory && wants_out->count == 2 && str_equal(wants_out->filters[0], STR("{\"kinds\":[1,1111]"))) {
            wants_out->filters[0] = STR("{\"kinds\":[1,1111,5,62]");
            wants_out->count = wants_out->past_count = 1;
        } else {
            wants_out->past_count = wants_out->count;
        }
    }
    buf_fini(&text);
    return has_memory;
}

/* ---- State ---- */

static int64_t number_of(const cJSON *json, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsNumber(member) && member->valuedouble > 0 && member->valuedouble < 1e12 ? (int64_t)member->valuedouble : 0;
}

bool nostr_state_read(struct str state, const char *url, struct nostr_far *far_out)
{
    cJSON       *json = cJSON_ParseWithLength(state.ptr ? state.ptr : "", state.len);
    const cJSON *relay = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(json, "relays"), url);
    *far_out = (struct nostr_far){number_of(relay, "since"), number_of(relay, "until"), number_of(relay, "head")};
    cJSON_Delete(json);
    if (!far_out->since)
        *far_out = (struct nostr_far){0};
    if (!far_out->until || !far_out->head)
        far_out->until = far_out->head = 0;
    return far_out->since > 0;
}

void nostr_state_print(const char *const *urls, const struct nostr_far *fars, size_t count, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_key(&json, "relays");
    json_object(&json);
    for (size_t i = 0; i < count; i++) {
        if (!fars[i].since)
            continue;
        json_key(&json, urls[i]);
        json_object(&json);
        json_put_i64(&json, "since", fars[i].since);
        if (fars[i].until) {
            json_put_i64(&json, "until", fars[i].until);
            json_put_i64(&json, "head", fars[i].head);
        }
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
}
