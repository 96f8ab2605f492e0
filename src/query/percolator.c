#include "query/percolator.h"

#include "base/hash.h"

#include <stdlib.h>

/* A trigger is a key, or the first bytes of one; either is known by its hash alone: a wrong hit costs a look, never an answer. */
enum { PREFIX_LEAST = 2, PREFIX_MOST = 4, TRIGGERS_MAX = 256 /* of one tree: more are worth less than looking */ };

struct trigger {
    uint64_t hash;
    float    weight; /* how often it is met, roughly: 1 in every post */
};

struct triggers { /* any of them stands in each post that matches; is_none: nothing is known of it */
    struct trigger *rows;
    size_t          count;
    double          weight;
    bool            is_none;
};

struct slot {
    uint64_t hash;
    uint32_t first, count; /* in percolator->members; count 0: free */
};

struct percolator {
    const struct query_node *const *trees;
    size_t       tree_count;
    struct slot *slots;
    size_t       slot_count;
    uint32_t    *members;     /* trees, by slot */
    uint32_t    *always;      /* ascending */
    size_t       always_count;
    unsigned     want;
    bool         has_prefixes[PREFIX_MOST + 1], has_authors;
};

struct percolator_scratch {
    const struct percolator *percolator;
    struct text_analyser    *analyser;
    struct arena             arena;
    uint32_t                *seen;  /* of each tree: the round in which it was met */
    uint32_t                *candidates, *hits;
    uint32_t                 round;
    struct percolator_stats  stats;
};

/* ---- What must stand in a post ---- */

static uint64_t hash_of(struct str key, char kind)
{
    return hash_mix(hash_str(key), (uint64_t)(unsigned char)kind);
}

static float weight_of(struct str key, bool is_prefix)
{
    float weight = text_is_stop_word(key, "") ? 1.0f : 1.0f / (1.0f + (float)key.len * (float)key.len);
    return is_prefix ? 4 * weight : weight;
}

static struct triggers none(void)
{
    return (struct triggers){.is_none = true, .weight = 1e9};
}

static struct triggers one(struct arena *arena, struct str key, char kind)
{
    struct trigger *row = arena_new(arena, struct trigger);
    if (!row)
        return none(); /* without memory it is looked at each time */
    *row = (struct trigger){hash_of(key, kind), weight_of(key, kind == 'p')};
    return (struct triggers){row, 1, row->weight, false};
}

/* The bytes before the first wildcard; a key that fits begins with them. */
static struct triggers of_glob(struct arena *arena, struct str glob)
{
    size_t len = 0;
    while (len < glob.len && len < PREFIX_MOST && glob.ptr[len] != '*' && glob.ptr[len] != '?')
        len++;
    return len < PREFIX_LEAST ? none() : one(arena, str_slice(glob.ptr, len), 'p');
}

static struct triggers of_field(struct arena *arena, const struct query_node *node)
{
    bool is_key = node->field == FIELD_TAG || node->field == FIELD_MENTION;
    if (node->has_glob || node->text.len == 0 || (!is_key && node->field != FIELD_AUTHOR))
        return none();
    if (node->field == FIELD_AUTHOR)
        return one(arena, node->text, 'a');
    struct buf key = {0};
    buf_append_char(&key, node->field == FIELD_TAG ? '#' : '@');
    buf_append_str(&key, node->text);
    struct triggers triggers = key.has_failed ? none() : one(arena, buf_str(&key), 'k');
    buf_fini(&key);
    return triggers;
}

static struct triggers triggers_of(struct arena *arena, const struct query_node *node);

/* Every child must be there: the rarest will do. */
static struct triggers rarest(struct arena *arena, const struct query_node *node)
{
    struct triggers best = none();
    for (uint32_t i = 0; i < node->child_count; i++) {
        struct triggers child = triggers_of(arena, node->children[i]);
        if (!child.is_none && child.weight < best.weight)
            best = child;
    }
    return best;
}

static struct triggers all_of(struct arena *arena, const struct query_node *node)
{
    struct triggers sum = {0};
    size_t          capacity = 0;
    for (uint32_t i = 0; i < node->child_count; i++) {
        struct triggers child = triggers_of(arena, node->children[i]);
        if (child.is_none)
            return none();
        for (size_t k = 0; k < child.count; k++) {
            if (sum.count == TRIGGERS_MAX || !arena_grow(arena, (void **)&sum.rows, sizeof *sum.rows, sum.count, &capacity))
                return none();
            sum.rows[sum.count++] = child.rows[k];
        }
        sum.weight += child.weight;
    }
    return sum;
}

static struct triggers triggers_of(struct arena *arena, const struct query_node *node)
{
    switch (node->kind) {
    case QUERY_TERM: return one(arena, node->text, 'k');
    case QUERY_GLOB: return of_glob(arena, node->text);
    case QUERY_AND:
    case QUERY_PHRASE:
    case QUERY_NEAR: return rarest(arena, node);
    case QUERY_OR: return all_of(arena, node);
    case QUERY_FREQ: return node->distance ? triggers_of(arena, node->children[0]) : none();
    case QUERY_FIELD: return of_field(arena, node);
    case QUERY_ALL:
    case QUERY_NOT:
    case QUERY_CASE:
    case QUERY_RAW: break;
    }
    return none();
}

/* ---- Building ---- */

struct pair {
    uint64_t hash;
    uint32_t tree;
};

static int by_hash(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : (x->tree > y->tree) - (x->tree < y->tree);
}

static bool fill(struct percolator *percolator, struct pair *pairs, size_t count)
{
    size_t slots = 16;
    while (slots < count * 2)
        slots *= 2;
    percolator->slots = calloc(slots, sizeof *percolator->slots);
    percolator->members = malloc((count + 1) * sizeof *percolator->members);
    percolator->slot_count = slots;
    if (!percolator->slots || !percolator->members)
        return false;
    if (count)
        qsort(pairs, count, sizeof *pairs, by_hash);
    for (size_t i = 0, end; i < count; i = end) {
        size_t at = pairs[i].hash & (slots - 1);
        while (percolator->slots[at].count)
            at = (at + 1) & (slots - 1);
        for (end = i; end < count && pairs[end].hash == pairs[i].hash; end++)
            percolator->members[end] = pairs[end].tree;
        percolator->slots[at] = (struct slot){pairs[i].hash, (uint32_t)i, (uint32_t)(end - i)};
    }
    return true;
}

/* What the whole set needs to know of a post. */
static void look(struct percolator *percolator, const struct query_node *node)
{
    if (node->kind == QUERY_FIELD && node->field == FIELD_LANG)
        percolator->want |= TEXT_WANT_LANGUAGE;
    percolator->has_authors |= node->kind == QUERY_FIELD && node->field == FIELD_AUTHOR;
    if (node->kind == QUERY_GLOB) {
        size_t len = 0;
        while (len < node->text.len && len < PREFIX_MOST && node->text.ptr[len] != '*' && node->text.ptr[len] != '?')
            len++;
        percolator->has_prefixes[len] = true;
    }
    for (uint32_t i = 0; i < node->child_count; i++)
        look(percolator, node->children[i]);
}

static enum error_code build(struct percolator *percolator, struct arena *arena, struct error *error)
{
    struct pair *pairs = NULL;
    size_t       count = 0, capacity = 0;
    bool         has_memory = true;
    for (size_t i = 0; has_memory && i < percolator->tree_count; i++) {
        struct triggers triggers = triggers_of(arena, percolator->trees[i]);
        look(percolator, percolator->trees[i]);
        if (triggers.is_none)
            percolator->always[percolator->always_count++] = (uint32_t)i;
        for (size_t k = 0; has_memory && k < triggers.count; k++) {
            has_memory = arena_grow(arena, (void **)&pairs, sizeof *pairs, count, &capacity);
            if (has_memory)
                pairs[count++] = (struct pair){triggers.rows[k].hash, (uint32_t)i};
        }
    }
    return has_memory && fill(percolator, pairs, count) ? ERROR_NONE
                                                        : error_set(error, ERROR_MEMORY, "no memory to match %zu queries", percolator->tree_count);
}

enum error_code percolator_new(const struct query_node *const *trees, size_t count, struct percolator **percolator_out, struct error *error)
{
    struct arena       arena = {0};
    struct percolator *percolator = calloc(1, sizeof *percolator);
    *percolator_out = NULL;
    if (!percolator || count > UINT32_MAX / 2) {
        free(percolator);
        return error_set(error, ERROR_MEMORY, "no memory to match %zu queries", count);
    }
    percolator->trees = trees;
    percolator->tree_count = count;
    percolator->always = malloc((count + 1) * sizeof *percolator->always);
    enum error_code code = percolator->always ? build(percolator, &arena, error) : error_set(error, ERROR_MEMORY, "no memory to match %zu queries", count);
    arena_fini(&arena);
    if (code)
        percolator_free(percolator);
    else
        *percolator_out = percolator;
    return code;
}

void percolator_free(struct percolator *percolator)
{
    if (!percolator)
        return;
    free(percolator->slots);
    free(percolator->members);
    free(percolator->always);
    free(percolator);
}

unsigned percolator_want(const struct percolator *percolator)
{
    return percolator->want;
}

/* ---- Matching ---- */

enum error_code percolator_scratch_new(const struct percolator *percolator, struct percolator_scratch **scratch_out, struct error *error)
{
    struct percolator_scratch *scratch = calloc(1, sizeof *scratch);
    size_t                     count = percolator->tree_count + 1;
    enum error_code            code = ERROR_MEMORY;
    *scratch_out = NULL;
    if (scratch) {
        scratch->percolator = percolator;
        scratch->seen = calloc(count, sizeof *scratch->seen);
        scratch->candidates = malloc(count * sizeof *scratch->candidates);
        scratch->hits = malloc(count * sizeof *scratch->hits);
        scratch->stats.always = percolator->always_count;
    }
    if (scratch && scratch->seen && scratch->candidates && scratch->hits)
        code = text_analyser_new(&scratch->analyser, error);
    else
        error_set(error, ERROR_MEMORY, "no memory to match %zu queries", percolator->tree_count);
    if (code)
        percolator_scratch_free(scratch);
    else
        *scratch_out = scratch;
    return code;
}

void percolator_scratch_free(struct percolator_scratch *scratch)
{
    if (!scratch)
        return;
    text_analyser_free(scratch->analyser);
    arena_fini(&scratch->arena);
    free(scratch->seen);
    free(scratch->candidates);
    free(scratch->hits);
    free(scratch);
}

static size_t trigger(struct percolator_scratch *scratch, uint64_t hash, size_t count)
{
    const struct percolator *percolator = scratch->percolator;
    size_t                   at = hash & (percolator->slot_count - 1);
    for (; percolator->slots[at].count; at = (at + 1) & (percolator->slot_count - 1)) {
        const struct slot *slot = &percolator->slots[at];
        for (uint32_t i = slot->first; slot->hash == hash && i < slot->first + slot->count; i++) {
            uint32_t tree = percolator->members[i];
            if (scratch->seen[tree] != scratch->round) {
                scratch->seen[tree] = scratch->round;
                scratch->candidates[count++] = tree;
            }
        }
        if (slot->hash == hash)
            break;
    }
    return count;
}

static size_t trigger_author(struct percolator_scratch *scratch, struct str name, size_t count)
{
    return name.len ? trigger(scratch, hash_of(text_fold(scratch->analyser, &scratch->arena, name), 'a'), count) : count;
}

static size_t gather(struct percolator_scratch *scratch, const struct post *post, const struct text_facts *facts)
{
    const struct percolator *percolator = scratch->percolator;
    size_t                   count = 0;
    for (uint32_t i = 0; i < facts->token_count; i++) {
        struct str key = facts->tokens[i].key;
        count = trigger(scratch, hash_of(key, 'k'), count);
        for (size_t len = PREFIX_LEAST; len <= PREFIX_MOST && len <= key.len; len++)
            if (percolator->has_prefixes[len])
                count = trigger(scratch, hash_of(str_slice(key.ptr, len), 'p'), count);
    }
    if (percolator->has_authors) {
        count = trigger_author(scratch, post->author_handle, count);
        count = trigger_author(scratch, post->author_id, count);
    }
    return count;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

size_t percolator_match(const struct percolator *percolator, struct percolator_scratch *scratch, const struct post *post, const struct text_facts *facts,
                        const uint32_t **hits_out)
{
    struct query_doc doc = {post, facts};
    size_t           hits = 0;
    if (++scratch->round == 0) { /* it came around */
        memset(scratch->seen, 0, percolator->tree_count * sizeof *scratch->seen);
        scratch->round = 1;
    }
    arena_reset(&scratch->arena);
    size_t count = gather(scratch, post, facts);
    if (percolator->always_count)
        memcpy(scratch->candidates + count, percolator->always, percolator->always_count * sizeof *scratch->candidates);
    count += percolator->always_count;
    if (count > percolator->always_count)
        qsort(scratch->candidates, count, sizeof *scratch->candidates, by_number);
    for (size_t i = 0; i < count; i++) {
        arena_reset(&scratch->arena);
        if (query_match(percolator->trees[scratch->candidates[i]], &doc, scratch->analyser, &scratch->arena))
            scratch->hits[hits++] = scratch->candidates[i];
    }
    scratch->stats.posts++;
    scratch->stats.candidates += count;
    *hits_out = scratch->hits;
    return hits;
}

void percolator_stats(const struct percolator_scratch *scratch, struct percolator_stats *stats_out)
{
    *stats_out = scratch->stats;
}
