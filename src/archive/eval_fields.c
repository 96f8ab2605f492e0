/* Fields that a column decides: which ordinals a name field accepts, which bits or figures, which range of time. */
#include "archive/eval_internal.h"

/* ---- Fields with a dictionary ---- */

/* A bit for each ordinal of one field's dictionary. */
struct ordinals {
    struct column column;
    uint64_t     *accepted; /* in the plan's arena */
    uint32_t      count;    /* how many are accepted */
};

static void accept_ordinal(struct ordinals *ordinals, uint32_t ordinal)
{
    ordinals->accepted[ordinal / 64] |= UINT64_C(1) << ordinal % 64;
    ordinals->count++;
}

static bool holds_ordinal(const struct ordinals *ordinals, uint32_t doc)
{
    uint64_t ordinal = column_get(&ordinals->column, doc);
    return ordinals->accepted[ordinal / 64] >> ordinal % 64 & 1;
}

/* "" stands for what was not said, which no name accepts. */
static enum error_code accept_glob(struct eval *eval, const struct query_node *node, const struct dictionary *values,
                                   struct ordinals *ordinals, struct error *error)
{
    struct str prefix = eval_literal_prefix(node->text), value;
    uint32_t   first = 0, end = values->count;
    if (prefix.len && dictionary_range(values, prefix, &first, &end, error))
        return error->code;
    struct dictionary_cursor cursor = dictionary_cursor_at(values, first);
    while (cursor.i < end && dictionary_next(&cursor, &value))
        if (value.len && query_value_accepts(node, value))
            accept_ordinal(ordinals, cursor.i - 1);
    bool has_failed = cursor.has_failed;
    dictionary_cursor_fini(&cursor);
    if (has_failed)
        return error_set(error, ERROR_CORRUPT, "%s: the values of %s are broken", segment_name(eval->segment), query_fields[node->field].name);
    return ERROR_NONE;
}

static enum error_code accept_value(const struct query_node *node, const struct dictionary *values, struct ordinals *ordinals,
                                    struct error *error)
{
    uint32_t ordinal;
    if (node->text.len == 0 && node->field != FIELD_LANG)
        return ERROR_NONE;
    if (dictionary_find(values, node->text, &ordinal, error))
        return error->code;
    if (ordinal != DICTIONARY_NONE)
        accept_ordinal(ordinals, ordinal);
    return ERROR_NONE;
}

static enum error_code accepted_ordinals(struct eval *eval, const struct query_node *node, enum segment_column which,
                                         struct ordinals *ordinals, struct error *error)
{
    struct dictionary values;
    if (segment_dictionary(eval->segment, which, &values, error) || segment_column(eval->segment, which, &ordinals->column, error))
        return error->code;
    ordinals->accepted = arena_array(&eval->tools->plan, values.count / 64 + 1, sizeof *ordinals->accepted);
    if (!ordinals->accepted)
        return error_set(error, ERROR_MEMORY, "no memory for the values of a field");
    return node->has_glob ? accept_glob(eval, node, &values, ordinals, error) : accept_value(node, &values, ordinals, error);
}

/* ---- A test for each document ---- */

struct test {
    struct eval             *eval;
    const struct query_node *node;
    enum segment_column      which;
    struct ordinals          names[2]; /* an author has two: what people call them, and their id */
    struct column            column;
};

static bool test_one_name(const struct test *test, uint32_t doc)
{
    return holds_ordinal(&test->names[0], doc);
}

static bool test_two_names(const struct test *test, uint32_t doc)
{
    return holds_ordinal(&test->names[0], doc) || holds_ordinal(&test->names[1], doc);
}

static bool test_has(const struct test *test, uint32_t doc)
{
    return ((uint32_t)column_get(&test->column, doc) & (uint32_t)test->node->number) != 0;
}

static bool test_figure(const struct test *test, uint32_t doc)
{
    return query_compare_number(test->node->compare, snapshot_figure(test->eval->part, test->which, &test->column, doc), test->node->number);
}

static enum error_code test_all(const struct test *test, bool (*accepts)(const struct test *, uint32_t), const roaring_bitmap_t *within,
                                roaring_bitmap_t **out, struct error *error)
{
    struct document_list list;
    if (!document_list_init(&list))
        return error_set(error, ERROR_MEMORY, "no memory for a set of documents");
    if (within) {
        struct document_walk walk;
        uint32_t             doc;
        document_walk_init(&walk, within);
        while (document_next(&walk, &doc))
            if (accepts(test, doc))
                document_list_add(&list, doc);
    } else
        for (uint32_t doc = 0; doc < test->eval->count; doc++)
            if (accepts(test, doc))
                document_list_add(&list, doc);
    *out = document_list_take(&list);
    return ERROR_NONE;
}

static enum error_code eval_name(struct test *test, const roaring_bitmap_t *within, roaring_bitmap_t **out, struct error *error)
{
    bool is_author = test->node->field == FIELD_AUTHOR;
    if (accepted_ordinals(test->eval, test->node, test->which, &test->names[0], error))
        return error->code;
    if (is_author && accepted_ordinals(test->eval, test->node, SEGMENT_AUTHOR_ID, &test->names[1], error))
        return error->code;
    if (test->names[0].count + test->names[1].count == 0) {
        *out = roaring_bitmap_create();
        return eval_have(*out, error);
    }
    return test_all(test, is_author ? test_two_names : test_one_name, within, out, error);
}

/* ---- The whole ---- */

static enum segment_column column_of_field(enum query_field field)
{
    switch (field) {
    case FIELD_AUTHOR: return SEGMENT_AUTHOR;
    case FIELD_PLATFORM: return SEGMENT_PLATFORM;
    case FIELD_COMMUNITY: return SEGMENT_COMMUNITY;
    case FIELD_KIND: return SEGMENT_KIND;
    case FIELD_LANG: return SEGMENT_LANG;
    case FIELD_HAS: return SEGMENT_HAS;
    case FIELD_LIKES: return SEGMENT_LIKES;
    case FIELD_REPOSTS: return SEGMENT_REPOSTS;
    case FIELD_REPLIES: return SEGMENT_REPLIES;
    case FIELD_FOLLOWERS: return SEGMENT_FOLLOWERS;
    case FIELD_SINCE:
    case FIELD_UNTIL: return SEGMENT_AT;
    default: return SEGMENT_COLUMNS;
    }
}

bool eval_is_column_field(enum query_field field)
{
    return column_of_field(field) != SEGMENT_COLUMNS;
}

enum error_code eval_field(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                           struct error *error)
{
    struct test test = {.eval = eval, .node = node, .which = column_of_field(node->field)};
    if (test.which == SEGMENT_AT) {
        bool     is_since = node->field == FIELD_SINCE;
        uint32_t first, end;
        if (segment_time_range(eval->segment, is_since ? node->number : INT64_MIN, is_since ? INT64_MAX : node->number, &first, &end, error))
            return error->code;
        *out = documents_of_range(first, end);
        return eval_have(*out, error);
    }
    if (test.which < SEGMENT_FIELDS)
        return eval_name(&test, within, out, error);
    if (segment_column(eval->segment, test.which, &test.column, error))
        return error->code;
    return test_all(&test, test.which == SEGMENT_HAS ? test_has : test_figure, within, out, error);
}
