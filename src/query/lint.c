#include "query/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Remarks ---- */

static struct str printed(struct lint *lint, const struct query_node *node)
{
    struct buf text = {0};
    query_print(node, &text);
    struct str copy = text.has_failed ? (struct str){0} : arena_str(lint->arena, buf_str(&text));
    buf_fini(&text);
    lint->has_failed |= !copy.ptr;
    return copy;
}

const char *lint_clause(struct lint *lint, const struct query_node *node)
{
    enum { MOST_BYTES = 48 };
    struct str text = printed(lint, node);
    if (text.len <= MOST_BYTES)
        return text.ptr ? text.ptr : "";
    size_t len = MOST_BYTES;
    while (((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    char *cut = arena_alloc(lint->arena, len + sizeof "…");
    if (!cut) {
        lint->has_failed = true;
        return "";
    }
    memcpy(cut, text.ptr, len);
    memcpy(cut + len, "…", sizeof "…");
    return cut;
}

static bool reserve(struct lint *lint)
{
    if (lint->count < lint->capacity)
        return true;
    size_t               capacity = lint->capacity ? lint->capacity * 2 : 8;
    struct query_remark *grown = arena_array(lint->arena, capacity, sizeof *grown);
    if (!grown) {
        lint->has_failed = true;
        return false;
    }
    if (lint->count)
        memcpy(grown, lint->remarks, lint->count * sizeof *grown);
    lint->remarks = grown;
    lint->capacity = capacity;
    return true;
}

void lint_remark(struct lint *lint, const struct query_node *at, bool is_costly, const struct query_node *rewrite,
                 const char *format, ...)
{
    char    message[ERROR_MESSAGE_BYTES];
    va_list list;
    if (lint->count == LINT_MAX_REMARKS || !reserve(lint))
        return;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    struct query_remark remark = {at->column, is_costly, arena_str(lint->arena, str_of(message)), STR("")};
    if (rewrite)
        remark.suggestion = printed(lint, rewrite);
    lint->has_failed |= !remark.message.ptr;
    lint->remarks[lint->count++] = remark;
}

/* ---- Rewriting ---- */

struct query_node *lint_copy(struct lint *lint, const struct query_node *node)
{
    struct query_node *copy = arena_new(lint->arena, struct query_node);
    if (copy)
        *copy = *node;
    lint->has_failed |= !copy;
    return copy;
}

struct query_node *lint_join(struct lint *lint, enum query_kind kind, struct query_node *const *children,
                             uint32_t count)
{
    if (count == 1 && kind != QUERY_NOT)
        return children[0];
    struct query_node  *node = arena_new(lint->arena, struct query_node);
    struct query_node **copies = arena_array(lint->arena, count, sizeof *copies);
    if (!node || !copies) {
        lint->has_failed = true;
        return NULL;
    }
    memcpy(copies, children, count * sizeof *copies);
    *node = (struct query_node){.kind = kind, .column = children[0]->column, .children = copies, .child_count = count};
    return node;
}

struct query_node *lint_without(struct lint *lint, const struct query_node *node, uint32_t child)
{
    struct query_node **rest = arena_array(lint->arena, node->child_count, sizeof *rest);
    uint32_t            count = 0;
    if (!rest) {
        lint->has_failed = true;
        return NULL;
    }
    for (uint32_t i = 0; i < node->child_count; i++)
        if (i != child)
            rest[count++] = node->children[i];
    return lint_join(lint, node->kind, rest, count);
}

/* ---- The whole query ---- */

/* True where an index can name the posts that may match; NOT, case: and raw: alone cannot. */
static bool is_anchored(const struct query_node *node)
{
    switch (node->kind) {
    case QUERY_ALL:
    case QUERY_NOT:
    case QUERY_CASE:
    case QUERY_RAW: return false;
    case QUERY_FIELD: return node->field != FIELD_URL;
    case QUERY_AND:
        for (uint32_t i = 0; i < node->child_count; i++)
            if (is_anchored(node->children[i]))
                return true;
        return false;
    case QUERY_OR:
        for (uint32_t i = 0; i < node->child_count; i++)
            if (!is_anchored(node->children[i]))
                return false;
        return true;
    default: return true;
    }
}

static const struct query_node *first_text_reader(const struct query_node *node)
{
    if (node->kind == QUERY_CASE || node->kind == QUERY_RAW || (node->kind == QUERY_FIELD && node->field == FIELD_URL))
        return node;
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct query_node *found = first_text_reader(node->children[i]);
        if (found)
            return found;
    }
    return NULL;
}

/* For case:"Air Berlin" the same in small letters beside it: a phrase that the index knows. */
static const struct query_node *with_its_words(struct lint *lint, const struct query_node *node)
{
    char *small = node->kind == QUERY_CASE ? arena_alloc(lint->arena, node->text.len + 1) : NULL;
    for (size_t i = 0; small && i < node->text.len; i++) {
        char c = node->text.ptr[i];
        small[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        if (!(small[i] >= 'a' && small[i] <= 'z') && !(c >= '0' && c <= '9') && c != ' ')
            return NULL;
    }
    if (!small)
        return NULL;
    /* A key with a space is none of the tokeniser's, but it prints in quotes: as the phrase that it is to be. */
    struct query_node  word = {.kind = QUERY_TERM, .column = node->column, .text = str_slice(small, node->text.len)};
    struct query_node *words = lint_copy(lint, &word), *both[] = {words, (struct query_node *)node};
    return words ? lint_join(lint, QUERY_AND, both, 2) : NULL;
}

void lint_whole(struct lint *lint, const struct query_node *root)
{
    const struct query_node *reader = first_text_reader(root);
    if (is_anchored(root))
        return;
    if (reader)
        lint_remark(lint, reader, true, root == reader ? with_its_words(lint, reader) : NULL,
                    "%s must read the text of every post: add a word or field that narrows it",
                    lint_clause(lint, reader));
    else if (root->kind == QUERY_NOT)
        lint_remark(lint, root, true, NULL, "NOT alone takes nearly every post: add what to look for");
    else if (root->kind == QUERY_AND)
        lint_remark(lint, root, true, NULL, "a query of NOTs alone takes nearly every post: add what to look for");
}

/* ---- The walk ---- */

static void visit(struct lint *lint, const struct query_node *node)
{
    lint_words(lint, node);
    lint_operators(lint, node);
    lint_clauses(lint, node);
    for (uint32_t i = 0; i < node->child_count && node->kind != QUERY_PHRASE && lint->count < LINT_MAX_REMARKS; i++)
        visit(lint, node->children[i]);
}

static int by_column(const void *a, const void *b)
{
    const struct query_remark *x = a, *y = b;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return str_compare(x->message, y->message);
}

enum error_code query_lint(const struct query *query, struct arena *arena, struct query_remark **remarks_out,
                           size_t *count_out,
                           struct error *error)
{
    struct lint lint = {.query = query, .arena = arena};
    *remarks_out = NULL;
    *count_out = 0;
    visit(&lint, query->root);
    lint_whole(&lint, query->root);
    if (lint.has_failed)
        return error_set(error, ERROR_MEMORY, "no memory left for the remarks");
    if (lint.count)
        qsort(lint.remarks, lint.count, sizeof *lint.remarks, by_column);
    *remarks_out = lint.remarks;
    *count_out = lint.count;
    return ERROR_NONE;
}
