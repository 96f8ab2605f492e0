#include "trend/label.h"

#include "base/buf.h"
#include "base/hash.h"
#include "trend/keys.h"

#include <math.h>
#include <stdlib.h>

enum { LOOK_AT = 256, SURFACES = 64, GAP_MAX_BYTES = 8 };

/* The members that a label looks at: the last LOOK_AT. */
static size_t first_looked_at(const struct live *live)
{
    return live->member_count > LOOK_AT ? live->member_count - LOOK_AT : 0;
}

static void add_term(struct term *terms, size_t *count, uint32_t key, double z, const struct live *live, const struct table *table)
{
    for (size_t i = 0; i < *count; i++)
        if (terms[i].key == key)
            return;
    uint32_t posts = 0;
    size_t   from = first_looked_at(live);
    for (size_t i = from; i < live->member_count; i++)
        posts += stored_post_find(live->members[i], key) != NULL;
    double share = live->member_count > from ? (double)posts / (double)(live->member_count - from) : 0;
    double score = z * sqrt(share);
    /* Links and mentions last: they are evidence, but no words. */
    if (table->keys[key].kind == KEY_LINK || table->keys[key].kind == KEY_MENTION)
        score *= 0.1;
    terms[(*count)++] = (struct term){key, posts, score};
}

static int by_score(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->key > y->key) - (x->key < y->key);
}

size_t label_terms(const struct live *live, const struct table *table, struct term terms[TERMS_MAX])
{
    struct term all[LIVE_ITEMS_MAX * 2];
    size_t      count = 0;
    for (size_t i = 0; i < live->item_count; i++) {
        const struct live_item *item = &live->items[i];
        add_term(all, &count, item->a, item->best.z, live, table);
        if (item->b != KEY_NONE)
            add_term(all, &count, item->b, item->best.z, live, table);
    }
    qsort(all, count, sizeof *all, by_score);
    if (count > TERMS_MAX)
        count = TERMS_MAX;
    memcpy(terms, all, count * sizeof *all);
    return count;
}

struct surface {
    struct str text;
    uint32_t   count;
};

static void count_surface(struct surface *surfaces, size_t *count, struct str text)
{
    for (size_t i = 0; i < *count; i++)
        if (str_equal(surfaces[i].text, text)) {
            surfaces[i].count++;
            return;
        }
    if (*count < SURFACES)
        surfaces[(*count)++] = (struct surface){text, 1};
}

static struct str most_frequent(const struct surface *surfaces, size_t count, uint32_t *times_out)
{
    struct str best = {0};
    *times_out = 0;
    for (size_t i = 0; i < count; i++)
        if (surfaces[i].count > *times_out) {
            best = surfaces[i].text;
            *times_out = surfaces[i].count;
        }
    return best;
}

static struct str surface_of(const struct stored_post *post, const struct occurrence *occurrence)
{
    struct str text = {post->text.ptr + occurrence->start, occurrence->len};
    return text;
}

/* The stretch of text from key a to key b (in either order) where little stands between them, else nothing. */
static struct str stretch(const struct stored_post *post, uint32_t a, uint32_t b)
{
    const struct occurrence *x = stored_post_find(post, a), *y = stored_post_find(post, b);
    if (!x || !y || !x->len || !y->len)
        return (struct str){0};
    if (x->start > y->start) {
        const struct occurrence *swap = x;
        x = y;
        y = swap;
    }
    size_t x_end = (size_t)x->start + x->len, y_end = (size_t)y->start + y->len;
    if (y->start <= x_end || y->start - x_end > GAP_MAX_BYTES)
        return (struct str){0};
    for (size_t i = x_end; i < y->start; i++) {
        unsigned char c = (unsigned char)post->text.ptr[i];
        if (c != ' ' && (c < 'A' || (c > 'Z' && c < 'a') || c > 'z'))
            return (struct str){0};
    }
    return str_slice(post->text.ptr + x->start, y_end - x->start);
}

static struct str best_surface(const struct live *live, uint32_t key, uint32_t *times_out)
{
    struct surface surfaces[SURFACES];
    size_t         count = 0;
    for (size_t i = first_looked_at(live); i < live->member_count; i++) {
        const struct occurrence *occurrence = stored_post_find(live->members[i], key);
        if (occurrence && occurrence->len)
            count_surface(surfaces, &count, surface_of(live->members[i], occurrence));
    }
    return most_frequent(surfaces, count, times_out);
}

static struct str best_stretch(const struct live *live, uint32_t a, uint32_t b, uint32_t *times_out)
{
    struct surface surfaces[SURFACES];
    size_t         count = 0;
    for (size_t i = first_looked_at(live); i < live->member_count; i++) {
        struct str text = stretch(live->members[i], a, b);
        if (text.len)
            count_surface(surfaces, &count, text);
    }
    return most_frequent(surfaces, count, times_out);
}

struct str label_make(const struct live *live, const struct table *table, const struct term *terms, size_t count, struct arena *arena)
{
    struct buf label = {.max_bytes = 512};
    bool       is_used[TERMS_MAX] = {0};
    size_t     used = 0;
    for (size_t i = 0; i < count && used < LABEL_KEYS_MAX; i++) {
        if (is_used[i])
            continue;
        if (used > 0 && (table->keys[terms[i].key].kind == KEY_LINK || table->keys[terms[i].key].kind == KEY_MENTION))
            continue;
        if (used > 0 && terms[i].score * 3 < terms[0].score)
            break;
        is_used[i] = true;
        used++;
        uint32_t   times = 0, together = 0;
        struct str words = best_surface(live, terms[i].key, &times);
        size_t     with = 0;
        for (size_t j = i + 1; j < count; j++) {
            uint32_t   n = 0;
            struct str phrase = is_used[j] ? (struct str){0} : best_stretch(live, terms[i].key, terms[j].key, &n);
            if (n > together && n * 3 >= terms[i].posts && n >= 2) {
                together = n;
                words = phrase;
                with = j;
            }
        }
        if (together) {
            is_used[with] = true;
            used++;
        }
        if (!words.len)
            words = key_name(&table->keys[terms[i].key]);
        if (label.len)
            buf_append_str(&label, STR(", "));
        buf_append_str(&label, words);
    }
    struct str result = arena_str(arena, buf_str(&label));
    buf_fini(&label);
    return result.ptr ? result : (struct str){0};
}
