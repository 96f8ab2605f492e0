#include "read/measure.h"

static struct query_node *new_field(struct arena *arena, enum query_field field, struct str text, int64_t number)
{
    struct query_node *node = arena_new(arena, struct query_node);
    if (node) {
        node->kind = QUERY_FIELD;
        node->field = field;
        node->text = text;
        node->number = number;
        node->compare = field == FIELD_SINCE   ? COMPARE_GREATER_EQUAL
                        : field == FIELD_UNTIL ? COMPARE_LESS
                                               : COMPARE_EQUAL;
    }
    return node;
}

static struct query_node *new_and(struct arena *arena, struct query_node **parts, uint32_t count)
{
    struct query_node *node = arena_new(arena, struct query_node);
    node = node && (node->children = arena_array(arena, count, sizeof *node->children)) ? node : NULL;
    if (!node)
        return NULL;
    node->kind = QUERY_AND;
    node->child_count = count;
    for (uint32_t i = 0; i < count; i++) {
        if (!parts[i])
            return NULL;
        node->children[i] = parts[i];
        if (parts[i]->height + 1 > node->height)
            node->height = parts[i]->height + 1;
    }
    return node;
}

enum error_code measure_tree(const struct read_claim *claim, const struct read_tools *tools, struct arena *arena,
                             struct query_node **root_out, struct error *error)
{
    struct query    query;
    enum error_code code = query_parse(claim->exact, NULL, tools->analyser, arena, &query, error);
    if (code) /* it parsed when it was kept */
        return error_prefix(error, "the query of a read: ");
    *root_out = query.root;
    if (claim->kind != READ_SPILL)
        return ERROR_NONE;
    struct str         folded = text_fold(tools->analyser, arena, claim->target);
    struct query_node *parts[] = {query.root,
                                  new_field(arena, claim->is_community ? FIELD_COMMUNITY : FIELD_PLATFORM, folded, 0)};
    *root_out = folded.ptr ? new_and(arena, parts, 2) : NULL;
    return *root_out ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for the query of a read");
}

enum error_code measure_within(struct query_node *root, int64_t from_us, int64_t until_us, struct arena *arena,
                               struct query_node **root_out, struct error *error)
{
    struct query_node *parts[] = {root, new_field(arena, FIELD_SINCE, (struct str){0}, from_us),
                                  new_field(arena, FIELD_UNTIL, (struct str){0}, until_us)};
    *root_out = new_and(arena, parts, 3);
    return *root_out ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for the query of a read");
}

/* ---- Tone ---- */

void measure_tone(const struct read_tools *tools, const struct post *post, const struct text_facts *facts,
                  struct read_counts *counts)
{
    enum tone tone = tools->tone ? tools->tone(tools->context, post, facts) : tone_of(facts).tone;
    counts->known += tone != TONE_UNKNOWN;
    counts->negative += tone == TONE_NEGATIVE;
}

struct tone_count {
    const struct read_tools *tools;
    struct read_counts      *counts;
};

static bool count_tone(void *context, const struct post *post, const struct text_facts *facts)
{
    struct tone_count *count = context;
    measure_tone(count->tools, post, facts, count->counts);
    return true;
}

enum error_code measure_counts(struct archive_snapshot *snapshot, enum read_kind kind, struct query_node *root,
                               int64_t from_us, int64_t until_us, const struct read_tools *tools, struct arena *arena,
                               struct read_counts *counts_out, struct error *error)
{
    struct query_node    *within = NULL;
    struct archive_value *authors;
    size_t                voices = 0;
    uint64_t              posts = 0;
    *counts_out = (struct read_counts){0};
    enum error_code code = measure_within(root, from_us, until_us, arena, &within, error);
    if (!code)
        code = archive_count(snapshot, within, arena, &posts, error);
    counts_out->posts = (double)posts;
    if (!code && kind == READ_SPILL && posts)
        code = archive_breakdown(snapshot, within, FIELD_AUTHOR, READ_VOICES_MOST, arena, &authors, &voices, error);
    counts_out->voices = (double)voices;
    if (!code && kind == READ_TONE && posts) {
        struct tone_count count = {tools, counts_out};
        code = archive_scan(snapshot, root, from_us, until_us, TEXT_WANT_LANGUAGE, count_tone, &count, error);
    }
    return code;
}

enum error_code read_measure(struct archive_snapshot *snapshot, const struct read_claim *claim, int64_t from_us,
                             int64_t until_us, const struct read_tools *tools, struct arena *arena,
                             struct read_counts *counts_out, struct error *error)
{
    struct query_node *root = NULL;
    enum error_code    code = measure_tree(claim, tools, arena, &root, error);
    return code ? code
                : measure_counts(snapshot, claim->kind, root, from_us, until_us, tools, arena, counts_out, error);
}

enum error_code read_timeline(struct archive_snapshot *snapshot, const struct read_claim *claim, int64_t from_us,
                              int64_t until_us, int64_t step_us, const struct read_tools *tools, struct arena *arena,
                              struct archive_bucket **buckets_out, size_t *count_out, struct error *error)
{
    struct query_node *root = NULL, *within = NULL;
    enum error_code    code = measure_tree(claim, tools, arena, &root, error);
    if (!code)
        code = measure_within(root, from_us, until_us, arena, &within, error);
    return code ? code : archive_timeline(snapshot, within, step_us, arena, buckets_out, count_out, error);
}
