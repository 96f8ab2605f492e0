#include "alert/history.h"

#include "text/tone.h"

#include <stdlib.h>

/* ---- Trees ---- */

static struct query_node *node_new(struct arena *arena, enum query_kind kind, uint32_t child_count)
{
    struct query_node *node = arena_new(arena, struct query_node);
    if (!node)
        return NULL;
    node->kind = kind;
    node->child_count = child_count;
    node->children = child_count ? arena_array(arena, child_count, sizeof *node->children) : NULL;
    return child_count && !node->children ? NULL : node;
}

static const struct query_node *and_of(const struct query_node *a, const struct query_node *b, struct arena *arena)
{
    if (!a || a->kind == QUERY_ALL)
        return b;
    if (!b || b->kind == QUERY_ALL)
        return a;
    struct query_node *node = node_new(arena, QUERY_AND, 2);
    if (!node)
        return NULL;
    node->children[0] = (struct query_node *)a;
    node->children[1] = (struct query_node *)b;
    node->height = 1 + (a->height > b->height ? a->height : b->height);
    return node;
}

static struct query_node *time_node(struct arena *arena, enum query_field field, int64_t at_us)
{
    struct query_node *node = node_new(arena, QUERY_FIELD, 0);
    if (node) {
        node->field = field;
        node->number = at_us;
        node->compare = field == FIELD_SINCE ? COMPARE_GREATER_EQUAL : COMPARE_LESS;
    }
    return node;
}

const struct query_node *history_between(const struct query_node *root, int64_t from_us, int64_t until_us, struct arena *arena)
{
    struct query_node *node = node_new(arena, QUERY_AND, root->kind == QUERY_ALL ? 2 : 3);
    if (!node)
        return NULL;
    uint32_t at = 0;
    if (root->kind != QUERY_ALL)
        node->children[at++] = (struct query_node *)root;
    node->children[at++] = time_node(arena, FIELD_SINCE, from_us);
    node->children[at] = time_node(arena, FIELD_UNTIL, until_us);
    node->height = root->height + 1;
    return node->children[at] && node->children[at - 1] ? node : NULL;
}

static enum error_code parse(const struct alert_world *world, struct str text, struct arena *arena, const struct query_node **root_out,
                             struct error *error)
{
    struct query         query;
    struct query_options options = {.lists = world->lists, .list_count = world->list_count, .now_us = world->now_us};
    enum error_code      code = query_parse(text, &options, world->analyser, arena, &query, error);
    *root_out = code ? NULL : query.root;
    return code;
}

enum error_code alert_rule_query(const struct alert_world *world, const struct alert_rule *rule, struct arena *arena,
                                 const struct query_node **root_out, struct error *error)
{
    const struct query_node *root, *part;
    struct str               topic;
    enum error_code          code = parse(world, rule->query, arena, &root, error);
    if (code) {
        error_prefix(error, "query: ");
        return code;
    }
    if (rule->topic) {
        code = world->topic_query ? world->topic_query(world->context, rule->topic, arena, &topic, error)
                                  : error_set(error, ERROR_NOT_FOUND, "there is no topic %lld", (long long)rule->topic);
        if (!code)
            code = parse(world, topic, arena, &part, error);
        if (code) {
            error_prefix(error, "topic: ");
            return code;
        }
        root = and_of(root, part, arena);
    }
    if (rule->on == ALERT_AUTHOR && root) {
        struct buf text = {.max_bytes = 1024};
        buf_printf(&text, "author:\"%.*s\"", STR_ARG(rule->author));
        struct str kept = arena_str(arena, buf_str(&text));
        buf_fini(&text);
        if ((code = parse(world, kept, arena, &part, error))) {
            error_prefix(error, "author: ");
            return code;
        }
        root = and_of(root, part, arena);
    }
    *root_out = root;
    if (root && root->height + 3 > QUERY_MAX_DEPTH)
        return error_set(error, ERROR_TOO_LARGE, "the query is nested too deep for an alert");
    return root ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for the query of an alert");
}

/* ---- Posts by minute ---- */

enum error_code history_series(const struct alert_world *world, const struct query_node *root, int64_t from_us, int64_t until_us,
                               struct arena *arena, struct alert_series *series_out, struct error *error)
{
    struct alert_series      series = {.start_us = from_us, .minutes = (size_t)((until_us - from_us) / CLOCK_MINUTE_US)};
    struct archive_stats     stats;
    struct archive_bucket   *buckets = NULL;
    size_t                   count = 0;
    const struct query_node *bounded = history_between(root, from_us, until_us, arena);
    enum error_code          code = archive_stats(world->snapshot, &stats, error);
    series.posts = arena_array(arena, series.minutes + 1, sizeof *series.posts);
    if (!code && (!bounded || !series.posts))
        code = error_set(error, ERROR_MEMORY, "no memory for %zu minutes of an alert's history", series.minutes);
    if (!code)
        code = archive_timeline(world->snapshot, bounded, CLOCK_MINUTE_US, arena, &buckets, &count, error);
    if (code)
        return code;
    for (size_t i = 0; i < count; i++) {
        int64_t minute = (buckets[i].at_us - from_us) / CLOCK_MINUTE_US;
        if (buckets[i].at_us >= from_us && (uint64_t)minute < series.minutes)
            series.posts[minute + 1] += buckets[i].count;
    }
    for (size_t i = 1; i <= series.minutes; i++)
        series.posts[i] += series.posts[i - 1];
    series.first_us = stats.posts ? stats.first_us : INT64_MAX;
    *series_out = series;
    return ERROR_NONE;
}

enum error_code history_tone_room(struct alert_series *series, struct arena *arena, struct error *error)
{
    series->negative = arena_array(arena, series->minutes + 1, sizeof *series->negative);
    series->known = arena_array(arena, series->minutes + 1, sizeof *series->known);
    return series->negative && series->known ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for %zu minutes of tone", series->minutes);
}

void history_tone_sum(struct alert_series *series)
{
    for (size_t i = 1; i <= series->minutes; i++) {
        series->negative[i] += series->negative[i - 1];
        series->known[i] += series->known[i - 1];
    }
}

static bool look_at_tone(void *context, const struct post *post, const struct text_facts *facts)
{
    struct alert_series *series = context;
    enum tone            tone = tone_of(facts).tone;
    int64_t              minute = (post->at_us - series->start_us) / CLOCK_MINUTE_US;
    if (post->at_us >= series->start_us && (uint64_t)minute < series->minutes && tone != TONE_UNKNOWN) {
        series->known[minute + 1]++;
        series->negative[minute + 1] += tone == TONE_NEGATIVE;
    }
    return true;
}

enum error_code history_tone(const struct alert_world *world, const struct query_node *root, int64_t from_us, int64_t until_us,
                             struct alert_series *series, struct error *error)
{
    return archive_scan(world->snapshot, root, from_us, until_us, TEXT_WANT_LANGUAGE, look_at_tone, series, error);
}

int64_t history_since_for(const struct alert_series *series, int64_t until_us, uint64_t most)
{
    int64_t low = 0, high = (int64_t)series->minutes;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (alert_series_sum(series, series->posts, series->start_us + middle * CLOCK_MINUTE_US, until_us) <= most)
            high = middle;
        else
            low = middle + 1;
    }
    return series->start_us + low * CLOCK_MINUTE_US;
}

/* ---- One window ---- */

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* A breakdown by author would lay out every author of the archive; a window holds few. */
enum error_code history_voices(void *context, int64_t from_us, int64_t until_us, uint64_t *voices_out, struct error *error)
{
    struct history_voices   *voices = context;
    struct arena             arena = {0};
    struct archive_page      page = {0};
    uint64_t                *keys = arena_array(&arena, HISTORY_VOICE_POSTS, sizeof *keys), count = 0;
    const struct query_node *bounded = history_between(voices->root, from_us, until_us, &arena);
    enum error_code          code = ERROR_NONE;
    if (!bounded || !keys)
        code = error_set(error, ERROR_MEMORY, "no memory to count voices");
    if (!code)
        code = archive_posts(voices->world->snapshot, bounded, ARCHIVE_NEWEST, HISTORY_VOICE_POSTS, STR(""), &arena, &page, error);
    for (size_t i = 0; i < page.count && !code; i++)
        keys[i] = post_author_key(&page.posts[i]);
    if (!code && page.count)
        qsort(keys, page.count, sizeof *keys, by_number);
    for (size_t i = 0; i < page.count && !code; i++)
        count += i == 0 || keys[i] != keys[i - 1];
    *voices_out = count;
    arena_fini(&arena);
    return code;
}

enum error_code history_samples(const struct alert_world *world, const struct query_node *root, int64_t from_us, int64_t until_us,
                                struct arena *arena, struct post **posts_out, size_t *count_out, struct error *error)
{
    struct archive_page      page = {0};
    const struct query_node *bounded = history_between(root, from_us, until_us, arena);
    enum error_code          code = bounded ? archive_posts(world->snapshot, bounded, ARCHIVE_TOP, ALERT_SAMPLES, STR(""), arena, &page, error)
                                            : error_set(error, ERROR_MEMORY, "no memory for posts to show");
    *posts_out = page.posts;
    *count_out = page.count;
    return code;
}

enum error_code history_covers(const struct alert_world *world, const struct query_node *root, const struct alert_trend *trend,
                               struct arena *arena, double *share_out, struct error *error)
{
    enum { LOOK_MOST = 60 };
    size_t             count = trend->post_id_count < LOOK_MOST ? trend->post_id_count : LOOK_MOST;
    struct query_node *any = node_new(arena, QUERY_OR, (uint32_t)count);
    uint64_t           there = 0, matching = 0;
    *share_out = root->kind == QUERY_ALL ? 1 : 0;
    if (root->kind == QUERY_ALL || !count || !any)
        return any ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory to look at a trend's posts");
    for (size_t i = 0; i < count; i++) {
        struct query_node *id = node_new(arena, QUERY_FIELD, 0);
        if (!id)
            return error_set(error, ERROR_MEMORY, "no memory to look at a trend's posts");
        id->field = FIELD_ID;
        id->text = trend->post_ids[trend->post_id_count - count + i];
        any->children[i] = id;
    }
    any->height = 1;
    const struct query_node *ids = count == 1 ? any->children[0] : any, *both = and_of(root, ids, arena);
    enum error_code          code = both ? archive_count(world->snapshot, ids, arena, &there, error)
                                         : error_set(error, ERROR_MEMORY, "no memory to look at a trend's posts");
    if (!code)
        code = archive_count(world->snapshot, both, arena, &matching, error);
    if (!code && there)
        *share_out = (double)matching / (double)there;
    return code;
}
