#include "base/clock.h"
#include "base/hash.h"
#include "source/feeds/follow.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum { MARK_LETTERS = 10, ROOM_BYTES = SOURCE_STATE_MAX_BYTES - 256 };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* ---- Marks as letters ---- */

static void print_marks(const struct follow *follow, struct buf *out)
{
    for (size_t i = 0; i < follow->mark_count; i++) {
        uint64_t bits = (uint64_t)follow->marks[i].id << FEED_MARK_BITS | follow->marks[i].content;
        for (int shift = 6 * (MARK_LETTERS - 1); shift >= 0; shift -= 6)
            buf_append_char(out, letters[bits >> shift & 63]);
    }
}

static void read_marks(struct follow *follow, struct str text)
{
    size_t count = text.len / MARK_LETTERS;
    if (count == 0 || count > FEED_ENTRIES_MAX || !(follow->marks = calloc(count, sizeof *follow->marks)))
        return;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = 0;
        for (size_t j = 0; j < MARK_LETTERS; j++) {
            const char *letter = strchr(letters, text.ptr[i * MARK_LETTERS + j]);
            bits = bits << 6 | (letter && *letter ? (uint64_t)(letter - letters) : 0);
        }
        follow->marks[i] = (struct feed_mark){(uint32_t)(bits >> FEED_MARK_BITS), (uint32_t)(bits & ((1u << FEED_MARK_BITS) - 1)), -1};
    }
    follow->mark_count = count;
}

/* ---- Out ---- */

static void put_text(struct json *json, const char *name, const char *text)
{
    if (text && text[0])
        json_put_str(json, name, str_of(text));
}

static void put_follow(struct json *json, const struct follow *follow, bool with_marks, struct buf *scratch)
{
    char hash[20];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)hash_str(str_of(follow->address)));
    json_object(json);
    if (follow->parent_id) {
        put_text(json, "u", follow->address);
        put_text(json, "h", follow->host);
        put_text(json, "p", follow->parent_id);
        json_put_i64(json, "x", follow->until_us / CLOCK_SECOND_US);
    } else {
        put_text(json, "a", hash);
    }
    json_put_i64(json, "n", follow->is_gone ? 0 : follow->next_us / CLOCK_SECOND_US);
    json_put_i64(json, "i", follow->interval_us / CLOCK_SECOND_US);
    if (follow->is_gone)
        json_put_i64(json, "g", 1);
    put_text(json, "e", follow->etag);
    put_text(json, "m", follow->modified);
    put_text(json, "t", follow->target);
    if (with_marks && follow->mark_count) {
        buf_clear(scratch);
        print_marks(follow, scratch);
        json_put_str(json, "s", buf_str(scratch));
    }
    json_end(json);
}

static size_t marks_bytes(const struct follow *follow)
{
    return follow->mark_count ? follow->mark_count * MARK_LETTERS + 8 : 0;
}

/* How many of the follows fit without marks, and what is left for marks then. */
static size_t fitting(struct follow *const *follows, size_t count, size_t *left_out)
{
    struct buf piece = {0}, scratch = {0};
    size_t     used = 64, fit = 0;
    for (; fit < count; fit++) {
        struct json json = json_writer(&piece);
        buf_clear(&piece);
        put_follow(&json, follows[fit], false, &scratch);
        if (used + piece.len + 1 > ROOM_BYTES)
            break;
        used += piece.len + 1;
    }
    buf_fini(&piece);
    buf_fini(&scratch);
    *left_out = ROOM_BYTES - used;
    return fit;
}

void follow_print_state(struct follow *const *follows, size_t count, struct buf *out)
{
    struct buf  scratch = {0};
    size_t      left, fit = fitting(follows, count, &left);
    struct json json = json_writer(out);
    json_object(&json);
    json_put_i64(&json, "v", 1);
    json_key(&json, "f");
    json_array(&json);
    for (size_t i = 0; i < fit; i++) {
        size_t bytes = marks_bytes(follows[i]);
        bool   with_marks = bytes <= left;
        if (!follows[i]->was_read && !follows[i]->fails && !follows[i]->target && !follows[i]->is_gone)
            continue; /* nothing is known of it yet */
        put_follow(&json, follows[i], with_marks, &scratch);
        left -= with_marks ? bytes : 0;
    }
    json_end(&json);
    json_end(&json);
    buf_fini(&scratch);
}

/* ---- In. It was ours, but a disk has been between: nothing of it is trusted ---- */

static struct str text_in(const cJSON *object, const char *name)
{
    return str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)));
}

static int64_t number_in(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < 1e11 ? (int64_t)item->valuedouble : 0;
}

struct cJSON *follow_parse_state(struct str state)
{
    cJSON *root = state.len ? cJSON_ParseWithLength(state.ptr, state.len) : NULL;
    if (root && number_in(root, "v") == 1)
        return root;
    cJSON_Delete(root);
    return NULL;
}

static void take(struct follow *follow, const cJSON *record)
{
    int64_t now_us = clock_now_us();
    follow->next_us = number_in(record, "n") * CLOCK_SECOND_US;
    if (follow->next_us > now_us + CLOCK_DAY_US)
        follow->next_us = now_us; /* a clock was wrong */
    follow->interval_us = number_in(record, "i") * CLOCK_SECOND_US;
    follow->is_gone = number_in(record, "g") == 1;
    if (follow->is_gone)
        follow->next_us = INT64_MAX;
    follow_set_target(follow, text_in(record, "t"));
    struct str etag = text_in(record, "e"), modified = text_in(record, "m");
    if (etag.len < sizeof follow->etag)
        snprintf(follow->etag, sizeof follow->etag, "%.*s", STR_ARG(etag));
    if (modified.len < sizeof follow->modified)
        snprintf(follow->modified, sizeof follow->modified, "%.*s", STR_ARG(modified));
    read_marks(follow, text_in(record, "s"));
    follow->was_read = follow->etag[0] || follow->modified[0] || follow->mark_count;
}

void follow_restore(struct follow *follow, const struct cJSON *state)
{
    char         hash[20];
    const cJSON *record;
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)hash_str(str_of(follow->address)));
    cJSON_ArrayForEach(record, cJSON_GetObjectItemCaseSensitive(state, "f"))
        if (str_equal(text_in(record, "a"), str_of(hash))) {
            take(follow, record);
            return;
        }
}

struct follow *follow_restore_comments(const struct cJSON *state, size_t nth)
{
    const cJSON *record;
    cJSON_ArrayForEach(record, cJSON_GetObjectItemCaseSensitive(state, "f")) {
        struct str address = text_in(record, "u");
        if (!address.len || nth-- > 0)
            continue;
        struct follow *follow = follow_new(address, text_in(record, "h"), text_in(record, "p"));
        if (follow) {
            take(follow, record);
            follow->until_us = number_in(record, "x") * CLOCK_SECOND_US;
        }
        return follow;
    }
    return NULL;
}
