/* Leaves that the dictionary decides. A leaf becomes the numbers of the terms it accepts: found by one look-up where it is a whole
 * key, by a walk through a range where it has a beginning, through a whole family else. */
#include "archive/eval_internal.h"

#include <stdlib.h>

void term_list_fini(struct term_list *list)
{
    free(list->terms);
    *list = (struct term_list){0};
}

static enum error_code term_list_add(struct term_list *list, uint32_t term, struct error *error)
{
    if (list->count == list->capacity) {
        size_t    capacity = list->capacity ? list->capacity * 2 : 8;
        uint32_t *grown = realloc(list->terms, capacity * sizeof *grown);
        if (!grown)
            return error_set(error, ERROR_MEMORY, "no memory for the words that a wildcard stands for");
        list->terms = grown;
        list->capacity = capacity;
    }
    list->terms[list->count++] = term;
    return ERROR_NONE;
}

/* ---- Families: where in the dictionary a leaf's keys can stand, and what of a key the leaf is asked about ---- */

enum family { FAMILY_KEYS, FAMILY_TAGS, FAMILY_MENTIONS, FAMILY_LINKS, FAMILY_SITES };

static enum family family_of(const struct query_node *leaf)
{
    if (leaf->kind != QUERY_FIELD)
        return FAMILY_KEYS;
    switch (leaf->field) {
    case FIELD_TAG: return FAMILY_TAGS;
    case FIELD_MENTION: return FAMILY_MENTIONS;
    case FIELD_LINK: return FAMILY_LINKS;
    default: return FAMILY_SITES;
    }
}

static bool is_of_family(enum family family, uint64_t kind)
{
    switch (family) {
    case FAMILY_KEYS: return kind < SEGMENT_TERM_LINK;
    case FAMILY_TAGS: return kind == TOKEN_TAG;
    case FAMILY_MENTIONS: return kind == TOKEN_MENTION;
    case FAMILY_LINKS: return kind == SEGMENT_TERM_LINK;
    case FAMILY_SITES: return kind == SEGMENT_TERM_SITE;
    }
    return false;
}

static bool accepts(const struct query_node *leaf, enum family family, struct str key)
{
    if (family == FAMILY_KEYS)
        return query_leaf_accepts(leaf, key);
    struct str value = str_slice(key.ptr + 1, key.len - 1);
    return query_value_accepts(leaf, family == FAMILY_LINKS ? query_link_bare(value) : value);
}

struct str eval_literal_prefix(struct str text)
{
    size_t len = 0;
    while (len < text.len && text.ptr[len] != '*' && text.ptr[len] != '?')
        len++;
    return str_slice(text.ptr, len);
}

/* Adds the accepted terms among those that begin with prefix. */
static enum error_code walk_range(struct eval *eval, const struct query_node *leaf, enum family family, struct str prefix,
                                  struct term_list *list, struct error *error)
{
    const struct dictionary *keys = &eval->terms.keys;
    uint32_t                 first = 0, end = keys->count;
    if (prefix.len && dictionary_range(keys, prefix, &first, &end, error))
        return error->code;
    struct dictionary_cursor cursor = dictionary_cursor_at(keys, first);
    struct str               key;
    enum error_code          code = ERROR_NONE;
    while (!code && cursor.i < end && dictionary_next(&cursor, &key)) {
        uint32_t term = cursor.i - 1;
        if (is_of_family(family, column_get(&eval->terms.kind, term)) && accepts(leaf, family, key))
            code = term_list_add(list, term, error);
    }
    if (cursor.has_failed)
        code = error_set(error, ERROR_CORRUPT, "%s: the dictionary of terms is broken", segment_name(eval->segment));
    dictionary_cursor_fini(&cursor);
    return code;
}

/* The same for head + prefix, put together in a buffer. */
static enum error_code walk_headed(struct eval *eval, const struct query_node *leaf, enum family family, const char *head,
                                   struct str prefix, struct term_list *list, struct error *error)
{
    struct buf      whole = {0};
    enum error_code code;
    buf_append_str(&whole, str_of(head));
    buf_append_str(&whole, prefix);
    if (whole.has_failed)
        code = error_set(error, ERROR_MEMORY, "no memory for a query's word");
    else
        code = walk_range(eval, leaf, family, buf_str(&whole), list, error);
    buf_fini(&whole);
    return code;
}

static enum error_code one_key(struct eval *eval, const struct query_node *leaf, struct term_list *list, struct error *error)
{
    uint32_t term;
    if (dictionary_find(&eval->terms.keys, leaf->text, &term, error))
        return error->code;
    if (term == DICTIONARY_NONE || !is_of_family(FAMILY_KEYS, column_get(&eval->terms.kind, term)))
        return ERROR_NONE;
    return term_list_add(list, term, error);
}

/* A bare link stands under each of the beginnings that query_link_bare takes off. */
static enum error_code link_terms(struct eval *eval, const struct query_node *leaf, struct term_list *list, struct error *error)
{
    static const char *const beginnings[] = {SEGMENT_LINK_PREFIX "http://", SEGMENT_LINK_PREFIX "http://www.",
                                             SEGMENT_LINK_PREFIX "https://", SEGMENT_LINK_PREFIX "https://www."};
    struct str prefix = leaf->has_glob ? eval_literal_prefix(leaf->text) : leaf->text;
    if (prefix.len == 0)
        return walk_range(eval, leaf, FAMILY_LINKS, STR(SEGMENT_LINK_PREFIX), list, error);
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (walk_headed(eval, leaf, FAMILY_LINKS, beginnings[i], prefix, list, error))
            return error->code;
    return ERROR_NONE;
}

enum error_code eval_accepted_terms(struct eval *eval, const struct query_node *leaf, struct term_list *list, struct error *error)
{
    enum family     family = family_of(leaf);
    enum error_code code = ERROR_NONE;
    *list = (struct term_list){0};
    switch (family) {
    case FAMILY_KEYS:
        code = leaf->kind == QUERY_TERM ? one_key(eval, leaf, list, error)
                                        : walk_range(eval, leaf, family, eval_literal_prefix(leaf->text), list, error);
        break;
    case FAMILY_TAGS:
    case FAMILY_MENTIONS:
        code = walk_headed(eval, leaf, family, family == FAMILY_TAGS ? "#" : "@",
                           leaf->has_glob ? eval_literal_prefix(leaf->text) : leaf->text, list, error);
        break;
    case FAMILY_LINKS: code = link_terms(eval, leaf, list, error); break;
    case FAMILY_SITES: code = walk_range(eval, leaf, family, STR(SEGMENT_SITE_PREFIX), list, error); break; /* subdomains too */
    }
    return code;
}

/* ---- Documents ---- */

enum error_code eval_any_term(struct eval *eval, const struct term_list *list, roaring_bitmap_t **out, struct error *error)
{
    if (list->count == 1)
        return segment_postings(eval->segment, list->terms[0], out, error);
    roaring_bitmap_t *sum = roaring_bitmap_create();
    if (eval_have(sum, error))
        return error->code;
    for (size_t i = 0; i < list->count; i++)
        if (segment_postings_or(eval->segment, list->terms[i], sum, error)) {
            roaring_bitmap_free(sum);
            return error->code;
        }
    *out = sum;
    return ERROR_NONE;
}

enum error_code eval_leaf(struct eval *eval, const struct query_node *leaf, roaring_bitmap_t **out, struct error *error)
{
    struct term_list list;
    enum error_code  code = eval_accepted_terms(eval, leaf, &list, error);
    if (!code)
        code = eval_any_term(eval, &list, out, error);
    term_list_fini(&list);
    return code;
}

enum error_code eval_term_df(struct eval *eval, struct str key, uint64_t *df_out, struct error *error)
{
    uint32_t term;
    if (dictionary_find(&eval->terms.keys, key, &term, error))
        return error->code;
    *df_out = term == DICTIONARY_NONE ? 0 : column_get(&eval->terms.df, term);
    return ERROR_NONE;
}
