/* Nodes that only the post itself decides. The index narrows down where to look, and never further than is certain. */
#include "archive/eval_internal.h"

#include "base/hash.h"
#include "base/utf8.h"

/* ---- The matcher over a set of documents ---- */

static bool needs_facts(const struct query_node *node)
{
    return node->kind != QUERY_FIELD;
}

/* A literal is looked for in the repaired text, which is the text itself where nothing is broken; so a text that does not hold it
 * need not be taken apart. */
static bool cannot_hold(const struct query_node *node, struct str text)
{
    if (node->kind != QUERY_CASE && node->kind != QUERY_RAW)
        return false;
    if (str_contains(text, node->text))
        return false;
    return utf8_is_valid(text) && !(text.len && memchr(text.ptr, '\0', text.len));
}

static enum error_code look_at(struct eval *eval, const struct query_node *node, uint32_t doc, bool *is_match_out, struct error *error)
{
    struct eval_tools *tools = eval->tools;
    struct str         bytes;
    struct post        post;
    struct text_facts  facts = {0};
    if (segment_record(eval->segment, doc, tools->reader, &bytes, error) || post_decode(bytes, &tools->scratch, &post, error))
        return error->code;
    if (cannot_hold(node, post.text)) {
        arena_reset(&tools->scratch);
        return ERROR_NONE;
    }
    if (needs_facts(node) && text_analyse(tools->analyser, &tools->scratch, post.text, post.lang, 0, &facts, error))
        return error->code;
    *is_match_out = query_match(node, &(struct query_doc){&post, &facts}, tools->analyser, &tools->scratch);
    arena_reset(&tools->scratch);
    return ERROR_NONE;
}

enum error_code eval_by_matcher(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                                struct error *error)
{
    struct document_walk  walk;
    struct document_list  list;
    struct text_analyser *analyser;
    struct record_reader *reader;
    roaring_bitmap_t     *all = NULL;
    enum error_code       code = ERROR_NONE;
    uint32_t              doc;
    if (eval_tools_analyser(eval->tools, &analyser, error) || eval_tools_reader(eval->tools, &reader, error))
        return error->code;
    if (!within && !(within = all = documents_of_range(0, eval->count)))
        return eval_have(NULL, error);
    if (document_list_init(&list)) {
        document_walk_init(&walk, within);
        while (!code && document_next(&walk, &doc)) {
            bool is_match = false;
            /* Nobody will ask about the deleted, and their bytes need not be unpacked. */
            if (!snapshot_is_deleted(eval->part, doc))
                code = look_at(eval, node, doc, &is_match, error);
            if (is_match)
                document_list_add(&list, doc);
        }
        *out = document_list_take(&list);
        if (code) {
            roaring_bitmap_free(*out);
            *out = NULL;
        }
    } else
        code = eval_have(NULL, error);
    if (all)
        roaring_bitmap_free(all);
    return code;
}

/* ---- Words of a literal that the index must know ---- */

enum { LITERAL_WORD_MAX_BYTES = 64 };

static bool is_ascii_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next run of ASCII letters and digits that stands between blanks. Whatever the text around the literal is, the tokeniser
 * makes a word of it: it looks no further than a blank. At an end of the literal anything may follow, so a run there counts only
 * where that end is a border of tokens (case:, not raw:). */
static bool next_sure_word(struct str literal, bool ends_are_borders, size_t *at, struct str *word_out)
{
    while (*at < literal.len) {
        size_t start = *at, end = start;
        while (end < literal.len && literal.ptr[end] != ' ')
            end++;
        *at = end + 1;
        bool is_plain = end > start && end - start <= LITERAL_WORD_MAX_BYTES;
        for (size_t i = start; i < end; i++)
            is_plain &= is_ascii_alnum(literal.ptr[i]);
        bool is_bounded = ends_are_borders || (start > 0 && end < literal.len);
        *word_out = str_slice(literal.ptr + start, end - start);
        if (is_plain && is_bounded)
            return true;
    }
    return false;
}

/* Takes away from *documents (NULL: all) those that do not hold the word. */
static enum error_code keep_word(struct eval *eval, struct str word, roaring_bitmap_t **documents, struct error *error)
{
    char key[LITERAL_WORD_MAX_BYTES];
    for (size_t i = 0; i < word.len; i++)
        key[i] = word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? (char)(word.ptr[i] | 0x20) : word.ptr[i];
    struct query_node leaf = {.kind = QUERY_TERM, .text = str_slice(key, word.len)};
    roaring_bitmap_t *set = NULL;
    if (eval_leaf(eval, &leaf, &set, error))
        return error->code;
    if (!*documents) {
        *documents = set;
        return ERROR_NONE;
    }
    roaring_bitmap_and_inplace(*documents, set);
    roaring_bitmap_free(set);
    return ERROR_NONE;
}

static enum error_code keep_literal(struct eval *eval, const struct query_node *node, roaring_bitmap_t **documents, struct error *error)
{
    size_t     at = 0;
    struct str word;
    while (next_sure_word(node->text, node->kind == QUERY_CASE, &at, &word))
        if (keep_word(eval, word, documents, error))
            return error->code;
    return ERROR_NONE;
}

/* ---- thread: and id: by their hashes ---- */

static enum error_code keep_thread(struct eval *eval, struct str thread, const roaring_bitmap_t *within, roaring_bitmap_t **documents,
                                   struct error *error)
{
    struct column        column;
    struct document_list list;
    uint64_t             hash = hash_str(thread);
    if (segment_column(eval->segment, SEGMENT_THREAD, &column, error))
        return error->code;
    if (!document_list_init(&list))
        return eval_have(NULL, error);
    if (within) {
        struct document_walk walk;
        uint32_t             doc;
        document_walk_init(&walk, within);
        while (document_next(&walk, &doc))
            if (column_get(&column, doc) == hash)
                document_list_add(&list, doc);
    } else
        for (uint32_t doc = 0; doc < eval->count; doc++)
            if (column_get(&column, doc) == hash)
                document_list_add(&list, doc);
    *documents = document_list_take(&list);
    return ERROR_NONE;
}

static bool note_id(void *context, uint32_t doc)
{
    roaring_bitmap_add(context, doc);
    return true;
}

static enum error_code keep_id(struct eval *eval, struct str id, roaring_bitmap_t **documents, struct error *error)
{
    struct record_reader *reader;
    if (eval_tools_reader(eval->tools, &reader, error))
        return error->code;
    *documents = roaring_bitmap_create();
    if (eval_have(*documents, error))
        return error->code;
    return segment_find_id(eval->segment, id, reader, note_id, *documents, error);
}

/* ---- The whole ---- */

static enum error_code narrow(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **documents,
                              struct error *error)
{
    if (node->kind == QUERY_CASE || node->kind == QUERY_RAW)
        return keep_literal(eval, node, documents, error);
    if (node->field == FIELD_THREAD && !node->has_glob)
        return keep_thread(eval, node->text, within, documents, error);
    if (node->field == FIELD_ID && !node->has_glob)
        return keep_id(eval, node->text, documents, error);
    return ERROR_NONE;
}

enum error_code eval_text(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                          struct error *error)
{
    roaring_bitmap_t *documents = NULL;
    enum error_code   code = narrow(eval, node, within, &documents, error);
    if (!code && documents && within)
        roaring_bitmap_and_inplace(documents, within);
    if (!code)
        code = eval_by_matcher(eval, node, documents ? documents : within, out, error);
    if (documents)
        roaring_bitmap_free(documents);
    return code;
}
