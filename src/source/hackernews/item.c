#include "source/hackernews/hackernews.h"

#include "base/clock.h"
#include "base/json.h"
#include "source/parse.h"
#include "text/html.h"

#define ID_MOST (INT64_C(1) << 53)

static struct str number_text(int64_t number, struct arena *arena)
{
    char text[24];
    int  len = snprintf(text, sizeof text, "%lld", (long long)number);
    return arena_str(arena, str_slice(text, (size_t)len));
}

bool hn_number_read(struct str json, int64_t *number_out)
{
    return str_to_i64(str_trim(json), number_out) && *number_out > 0 && *number_out < ID_MOST;
}

static enum error_code take_kids(const cJSON *object, struct arena *arena, struct hn_item *facts, struct error *error)
{
    const cJSON *kids = cJSON_GetObjectItemCaseSensitive(object, "kids"), *kid;
    facts->kids = arena_array(arena, (size_t)cJSON_GetArraySize(kids), sizeof *facts->kids);
    if (!facts->kids)
        return error_set(error, ERROR_MEMORY, "no memory for an item");
    cJSON_ArrayForEach(kid, kids)
        if (cJSON_IsNumber(kid) && kid->valuedouble > 0 && kid->valuedouble < (double)ID_MOST)
            facts->kids[facts->kid_count++] = (int64_t)kid->valuedouble;
    return ERROR_NONE;
}

/* The title above the words, as people see them; links of both. */
static enum error_code take_words(const cJSON *object, struct str site, struct arena *arena, struct post *post, struct error *error)
{
    struct str       title = {0}, html = {0}, url = {0};
    struct html_text title_words = {0}, words = {0};
    enum error_code  code = source_parse_text(object, "title", arena, &title, error);
    if (!code)
        code = source_parse_text(object, "text", arena, &html, error);
    if (!code)
        code = source_parse_text(object, "url", arena, &url, error);
    if (!code)
        code = html_to_text(title, (struct str){0}, arena, &title_words, error);
    if (!code)
        code = html_to_text(html, site, arena, &words, error);
    if (code)
        return code;
    size_t      between = title_words.text.len && words.text.len ? 2 : 0, len = title_words.text.len + between + words.text.len;
    char       *text = arena_alloc(arena, len + 1);
    struct str *links = arena_array(arena, words.link_count + 1, sizeof *links);
    if (!text || !links)
        return error_set(error, ERROR_MEMORY, "no memory for an item");
    if (title_words.text.len)
        memcpy(text, title_words.text.ptr, title_words.text.len);
    memcpy(text + title_words.text.len, "\n\n", between);
    if (words.text.len)
        memcpy(text + title_words.text.len + between, words.text.ptr, words.text.len);
    post->text = str_slice(text, len);
    url = html_resolve(arena, (struct str){0}, url);
    if (url.len)
        links[post->link_count++] = url;
    for (size_t i = 0; i < words.link_count && post->link_count < POST_LINKS_MAX; i++)
        links[post->link_count++] = words.links[i];
    post->links = links;
    return ERROR_NONE;
}

static enum error_code take_facts(const cJSON *object, int64_t id, struct hn_item *facts, struct error *error)
{
    enum error_code code = source_parse_number(object, "id", 1, ID_MOST, &facts->id, error);
    if (!code && facts->id != id)
        code = error_set(error, ERROR_INVALID, "asked for item %lld, given %lld", (long long)id, (long long)facts->id);
    if (!code)
        code = source_parse_number(object, "parent", 1, ID_MOST, &facts->parent, error);
    if (!code)
        code = source_parse_number(object, "time", CLOCK_MIN_US / CLOCK_SECOND_US, CLOCK_MAX_US / CLOCK_SECOND_US, &facts->time_s, error);
    return code;
}

static enum error_code take_post(const cJSON *object, const struct hn_item *facts, bool is_comment, struct str site, struct arena *arena, struct post *post,
                                 struct error *error)
{
    char            address[600];
    enum error_code code = take_words(object, site, arena, post, error);
    if (!code)
        code = source_parse_text(object, "by", arena, &post->author_id, error);
    if (!code)
        code = source_parse_number(object, "score", -ID_MOST, ID_MOST, &post->metrics.likes, error);
    if (!code)
        code = source_parse_number(object, "descendants", -1, ID_MOST, &post->metrics.replies, error);
    if (!code && (!post->author_id.len || !facts->time_s))
        code = error_set(error, ERROR_INVALID, "item %lld has no %s", (long long)facts->id, facts->time_s ? "author" : "time");
    int len = snprintf(address, sizeof address, "%.*s/item?id=%lld", STR_ARG(site), (long long)facts->id);
    post->metrics.likes = post->metrics.likes < 0 ? POST_COUNT_UNKNOWN : post->metrics.likes;
    post->author_handle = post->author_id;
    post->at_us = facts->time_s * CLOCK_SECOND_US;
    post->id = number_text(facts->id, arena);
    post->kind = is_comment ? STR("comment") : STR("post");
    post->url = arena_str(arena, str_slice(address, (size_t)(len < (int)sizeof address ? len : (int)sizeof address - 1)));
    if (facts->parent)
        post->reply_to = number_text(facts->parent, arena);
    if (!code && (!post->id.ptr || !post->url.ptr))
        code = error_set(error, ERROR_MEMORY, "no memory for an item");
    return code;
}

enum hn_found hn_item_read(struct str json, int64_t id, struct str site, struct arena *arena, struct hn_item *facts_out, struct post *post_out, struct error *error)
{
    cJSON *object = NULL;
    char   type[16] = "";
    bool   is_deleted = false, is_dead = false;
    *facts_out = (struct hn_item){0};
    *post_out = (struct post){.author_followers = POST_COUNT_UNKNOWN, .metrics = {POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN}};
    if (str_equal(str_trim(json), STR("null")))
        return HN_NULL;
    enum error_code code = source_parse_object(json, &object, error);
    if (!code)
        code = take_facts(object, id, facts_out, error);
    if (!code)
        code = source_parse_boolean(object, "deleted", &is_deleted, error);
    if (!code)
        code = source_parse_boolean(object, "dead", &is_dead, error);
    if (!code)
        code = source_parse_words(object, "type", type, sizeof type, error);
    bool is_gone = is_deleted || is_dead, is_option = strcmp(type, "pollopt") == 0;
    if (!code && !is_gone && !is_option)
        code = take_kids(object, arena, facts_out, error);
    if (!code && !is_gone && !is_option)
        code = take_post(object, facts_out, strcmp(type, "comment") == 0, site, arena, post_out, error);
    cJSON_Delete(object);
    return code ? HN_BROKEN : is_gone ? HN_DELETED : is_option ? HN_PASSED_OVER : HN_ITEM;
}

size_t hn_updates_read(struct str json, int64_t *ids, size_t most)
{
    cJSON *object = NULL;
    size_t count = 0;
    if (source_parse_object(json, &object, NULL))
        return 0;
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(object, "items"), *item;
    cJSON_ArrayForEach(item, items)
        if (cJSON_IsNumber(item) && item->valuedouble >= 1 && item->valuedouble < (double)ID_MOST && count < most)
            ids[count++] = (int64_t)item->valuedouble;
    cJSON_Delete(object);
    return count;
}

/* ---- State ---- */

bool hn_state_read(struct str text, struct hn_state *state_out)
{
    cJSON *object = NULL;
    *state_out = (struct hn_state){0};
    bool is_good = source_parse_object(text, &object, NULL) == ERROR_NONE &&
                   source_parse_number(object, "next", 1, ID_MOST, &state_out->next, NULL) == ERROR_NONE && state_out->next > 0;
    const cJSON *owed = cJSON_GetObjectItemCaseSensitive(object, "owed"), *pair;
    cJSON_ArrayForEach(pair, owed) {
        const cJSON *id = cJSON_GetArrayItem(pair, 0), *since = cJSON_GetArrayItem(pair, 1);
        if (cJSON_IsNumber(id) && cJSON_IsNumber(since) && id->valuedouble >= 1 && id->valuedouble < (double)ID_MOST && since->valuedouble >= 0 &&
            since->valuedouble < (double)ID_MOST && state_out->owed_count < HN_OWED_MAX)
            state_out->owed[state_out->owed_count++] = (struct hn_owed){(int64_t)id->valuedouble, (int64_t)since->valuedouble};
    }
    cJSON_Delete(object);
    return is_good;
}

void hn_state_print(const struct hn_state *state, struct buf *out)
{
    buf_printf(out, "{\"next\":%lld,\"owed\":[", (long long)state->next);
    for (size_t i = 0; i < state->owed_count; i++)
        buf_printf(out, "%s[%lld,%lld]", i ? "," : "", (long long)state->owed[i].id, (long long)state->owed[i].since_s);
    buf_append_str(out, STR("]}"));
}
