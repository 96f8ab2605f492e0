/* The grammar, one function a rule. It descends by brackets and NOTs only, and those are counted.
 *
 *     source   = [ any ]
 *     any      = all { OR all }
 *     all      = negation { [ AND ] negation }
 *     negation = NOT negation | near
 *     near     = unit { NEAR/n unit }
 *     unit     = "(" any ")" | word | phrase | face | field
 */
#include "query/parse.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdio.h>

static struct query_node *parse_any(struct parser *parser);
static struct query_node *parse_negation(struct parser *parser);

/* ---- Nodes ---- */

struct query_node *parse_no_memory(struct parser *parser)
{
    error_set(parser->job->error, ERROR_MEMORY, "no memory left for the query");
    return NULL;
}

static struct query_node *fail_depth(struct parser *parser, size_t start)
{
    source_fail(&parser->source, start, ERROR_TOO_LARGE, NULL, "the query is nested more than %d levels deep",
                QUERY_MAX_DEPTH);
    return NULL;
}

struct query_node *parse_new_node(struct parser *parser, enum query_kind kind, size_t start, uint32_t column)
{
    if (parser->job->node_count++ >= QUERY_MAX_NODES) {
        source_fail(&parser->source, start, ERROR_TOO_LARGE, NULL,
                    "the query has more than %d parts, named lists included", QUERY_MAX_NODES);
        return NULL;
    }
    struct query_node *node = arena_new(parser->job->arena, struct query_node);
    if (!node)
        return parse_no_memory(parser);
    node->kind = kind;
    node->column = column;
    return node;
}

bool parse_collect(struct parser *parser, struct node_list *list, struct query_node *node)
{
    if (list->count == list->capacity) {
        uint32_t            capacity = list->capacity ? list->capacity * 2 : 2;
        struct query_node **grown = arena_array(parser->job->arena, capacity, sizeof *grown);
        if (!grown)
            return parse_no_memory(parser);
        if (list->count)
            memcpy(grown, list->nodes, list->count * sizeof *grown);
        list->nodes = grown;
        list->capacity = capacity;
    }
    list->nodes[list->count++] = node;
    return true;
}

struct query_node *parse_join(struct parser *parser, enum query_kind kind, const struct node_list *list, size_t start)
{
    if (list->count == 1 && kind != QUERY_NOT)
        return list->nodes[0];
    struct query_node *node = parse_new_node(parser, kind, start, list->nodes[0]->column);
    if (!node)
        return NULL;
    node->children = list->nodes;
    node->child_count = list->count;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->nodes[i]->height >= node->height)
            node->height = list->nodes[i]->height + 1;
    return node->height > QUERY_MAX_DEPTH ? fail_depth(parser, start) : node;
}

/* ---- Lexemes ---- */

bool parse_next(struct parser *parser)
{
    return source_next(&parser->source) == ERROR_NONE;
}

static enum lexeme_kind current(const struct parser *parser)
{
    return parser->source.lexeme.kind;
}

static bool starts_operand(enum lexeme_kind kind)
{
    return kind == LEXEME_OPEN || kind == LEXEME_NOT || kind == LEXEME_WORD || kind == LEXEME_QUOTED ||
           kind == LEXEME_FIELD || kind == LEXEME_FACE;
}

static struct query_node *fail_operand(struct parser *parser, const char *after)
{
    char found[SHOWN_BYTES];
    source_fail(&parser->source, parser->source.lexeme.start, ERROR_SYNTAX, NULL,
                "expected a word, a field or '('%s%s, found %s",
                after[0] ? " after " : "", after, shown_lexeme(&parser->source.lexeme, found));
    return NULL;
}

/* ---- Units ---- */

static struct query_node *parse_brackets(struct parser *parser)
{
    struct lexeme open = parser->source.lexeme;
    char          found[SHOWN_BYTES];
    if (parser->job->depth >= QUERY_MAX_DEPTH)
        return fail_depth(parser, open.start);
    parser->job->depth++;
    if (!parse_next(parser))
        return NULL;
    if (!starts_operand(current(parser)))
        return fail_operand(parser, "'('");
    struct query_node *node = parse_any(parser);
    parser->job->depth--;
    if (!node)
        return NULL;
    if (current(parser) != LEXEME_CLOSE) {
        source_fail(&parser->source, parser->source.lexeme.start, ERROR_SYNTAX, NULL,
                    "expected ')' for the bracket opened at column %u, found %s", open.own_column,
                    shown_lexeme(&parser->source.lexeme, found));
        return NULL;
    }
    node->is_group = true;
    return parse_next(parser) ? node : NULL;
}

static bool is_star(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] != '*')
            return false;
    return word.len > 0;
}

static struct query_node *parse_word(struct parser *parser, const struct lexeme *word)
{
    if (is_star(word->text))
        return parse_new_node(parser, QUERY_ALL, word->start, word->column);
    return foreign_word(parser, word) ? NULL : parse_words(parser, word, word->text);
}

static struct query_node *parse_face(struct parser *parser, const struct lexeme *face)
{
    struct query_node *node = parse_new_node(parser, QUERY_RAW, face->start, face->column);
    if (node)
        node->text = face->text;
    return node;
}

static struct query_node *parse_quoted(struct parser *parser, const struct lexeme *quoted)
{
    struct str text = source_unescape(quoted->text, parser->job->arena);
    return text.ptr ? parse_words(parser, quoted, text) : parse_no_memory(parser);
}

/* "note: ..." is the word note; a colon right before a value makes a field. */
static bool is_plain_word(const struct parser *parser, const struct lexeme *name)
{
    struct str text = parser->source.text;
    size_t     at = name->end;
    bool       has_value = at < text.len && !blank_bytes(text, at) && text.ptr[at] != ')';
    return !has_value && !parse_knows_field(name->text);
}

static struct query_node *parse_unit(struct parser *parser)
{
    struct lexeme      lexeme = parser->source.lexeme;
    struct query_node *node = NULL;
    switch (lexeme.kind) {
    case LEXEME_OPEN: return parse_brackets(parser);
    case LEXEME_WORD: node = parse_word(parser, &lexeme); break;
    case LEXEME_QUOTED: node = parse_quoted(parser, &lexeme); break;
    case LEXEME_FACE: node = parse_face(parser, &lexeme); break;
    case LEXEME_FIELD:
        node = is_plain_word(parser, &lexeme) ? parse_words(parser, &lexeme, lexeme.text) : parse_field(parser, &lexeme);
        break;
    default: return fail_operand(parser, "");
    }
    return node && parse_next(parser) ? node : NULL;
}

/* ---- NEAR ---- */

/* The first part that has no place in the text, or NULL. */
static const struct query_node *misplaced(const struct query_node *node)
{
    switch (node->kind) {
    case QUERY_TERM:
    case QUERY_GLOB:
    case QUERY_PHRASE:
    case QUERY_NEAR: return NULL;
    case QUERY_OR:
        for (uint32_t i = 0; i < node->child_count; i++) {
            const struct query_node *found = misplaced(node->children[i]);
            if (found)
                return found;
        }
        return NULL;
    default: return node;
    }
}

static bool check_near_operand(struct parser *parser, const struct query_node *operand, size_t start)
{
    const struct query_node *wrong = misplaced(operand);
    const char              *what = "a field", *help = "join the field to the whole: (lost NEAR/3 bag) author:ann";
    if (!wrong)
        return true;
    switch (wrong->kind) {
    case QUERY_AND:
        what = "AND";
        help = "for words one behind the other use quotes, for any of them OR: (lost OR missing) NEAR/3 bag";
        break;
    case QUERY_NOT: what = "NOT", help = "exclude from the whole: (lost NEAR/3 bag) NOT hand"; break;
    case QUERY_CASE: what = "case:", help = "join it to the whole: (lost NEAR/3 bag) case:\"BP\""; break;
    case QUERY_RAW: what = "raw: or an emoticon", help = "join it to the whole: (lost NEAR/3 bag) raw:\"50%\""; break;
    case QUERY_FREQ: what = "freq:", help = "join it to the whole: (lost NEAR/3 bag) freq:3:lost"; break;
    case QUERY_ALL: what = "* alone", help = "NEAR measures from word to word"; break;
    default: break;
    }
    source_fail(&parser->source, start, ERROR_SYNTAX, help,
                "NEAR joins words, phrases and OR groups of them; %s has no place in it", what);
    return false;
}

static bool check_group_count(struct parser *parser, const struct query_node *node, size_t start)
{
    if (node->is_ordered || node->child_count <= QUERY_MAX_NEAR_GROUPS)
        return true;
    source_fail(&parser->source, start, ERROR_TOO_LARGE, "with NEAR/5f, in order, there may be more",
                "one NEAR joins at most %d groups in any order", QUERY_MAX_NEAR_GROUPS);
    return false;
}

/* Neighbours with the same distance are one NEAR of many; with another distance the left side is one of its two. */
static struct query_node *parse_near(struct parser *parser)
{
    size_t             start = parser->source.lexeme.start;
    struct query_node *left = parse_unit(parser);
    while (left && current(parser) == LEXEME_NEAR) {
        struct lexeme    near = parser->source.lexeme;
        struct node_list groups = {0};
        if (!check_near_operand(parser, left, start) || !parse_collect(parser, &groups, left))
            return NULL;
        while (current(parser) == LEXEME_NEAR && parser->source.lexeme.distance == near.distance &&
               parser->source.lexeme.is_ordered == near.is_ordered) {
            if (!parse_next(parser))
                return NULL;
            size_t operand_start = parser->source.lexeme.start;
            if (current(parser) == LEXEME_NOT) {
                source_fail(&parser->source, operand_start, ERROR_SYNTAX,
                            "exclude from the whole: (lost NEAR/3 bag) NOT hand",
                            "NEAR joins words, phrases and OR groups of them; NOT has no place in it");
                return NULL;
            }
            if (!starts_operand(current(parser)))
                return fail_operand(parser, "NEAR");
            struct query_node *operand = parse_unit(parser);
            if (!operand || !check_near_operand(parser, operand, operand_start) ||
                !parse_collect(parser, &groups, operand))
                return NULL;
        }
        left = parse_join(parser, QUERY_NEAR, &groups, start);
        if (!left)
            return NULL;
        left->distance = near.distance;
        left->is_ordered = near.is_ordered;
        if (!check_group_count(parser, left, near.start))
            return NULL;
    }
    return left;
}

/* ---- NOT, AND, OR ---- */

static struct query_node *parse_negation(struct parser *parser)
{
    if (current(parser) != LEXEME_NOT)
        return parse_near(parser);
    struct lexeme    not = parser->source.lexeme;
    struct node_list only = {0};
    if (parser->job->depth >= QUERY_MAX_DEPTH)
        return fail_depth(parser, not.start);
    parser->job->depth++;
    if (!parse_next(parser))
        return NULL;
    if (!starts_operand(current(parser)))
        return fail_operand(parser, "NOT");
    struct query_node *negated = parse_negation(parser);
    parser->job->depth--;
    if (!negated || !parse_collect(parser, &only, negated))
        return NULL;
    struct query_node *node = parse_join(parser, QUERY_NOT, &only, not.start);
    if (node)
        node->column = not.column;
    return node;
}

static struct query_node *parse_all(struct parser *parser)
{
    size_t             start = parser->source.lexeme.start;
    struct node_list   parts = {0};
    struct query_node *part = parse_negation(parser);
    while (part && parse_collect(parser, &parts, part)) {
        if (current(parser) == LEXEME_AND) {
            if (!parse_next(parser))
                return NULL;
            if (!starts_operand(current(parser)))
                return fail_operand(parser, "AND");
        } else if (!starts_operand(current(parser))) {
            return parse_join(parser, QUERY_AND, &parts, start);
        }
        part = parse_negation(parser);
    }
    return NULL;
}

static struct query_node *parse_any(struct parser *parser)
{
    size_t             start = parser->source.lexeme.start;
    struct node_list   parts = {0};
    struct query_node *part = parse_all(parser);
    while (part && parse_collect(parser, &parts, part)) {
        if (current(parser) != LEXEME_OR)
            return parse_join(parser, QUERY_OR, &parts, start);
        if (!parse_next(parser))
            return NULL;
        if (!starts_operand(current(parser)))
            return fail_operand(parser, "OR");
        part = parse_all(parser);
    }
    return NULL;
}

static struct query_node *fail_rest(struct parser *parser)
{
    char found[SHOWN_BYTES];
    if (current(parser) == LEXEME_CLOSE)
        source_fail(&parser->source, parser->source.lexeme.start, ERROR_SYNTAX, NULL, "')' closes no bracket");
    else
        source_fail(&parser->source, parser->source.lexeme.start, ERROR_SYNTAX, NULL,
                    "expected AND, OR or the end, found %s", shown_lexeme(&parser->source.lexeme, found));
    return NULL;
}

struct query_node *parse_source(struct parser *parser)
{
    if (current(parser) == LEXEME_CLOSE)
        return fail_rest(parser);
    if (!starts_operand(current(parser)))
        return fail_operand(parser, "");
    struct query_node *root = parse_any(parser);
    return !root || current(parser) == LEXEME_END ? root : fail_rest(parser);
}

/* ---- The whole ---- */

static enum error_code check_bytes(struct source *source)
{
    struct str text = source->text;
    if (text.len > QUERY_MAX_BYTES)
        return error_set(source->error, ERROR_TOO_LARGE, "the query has %zu bytes; at most %d are read", text.len,
                         QUERY_MAX_BYTES);
    for (size_t at = 0, length; at < text.len; at += length) {
        length = utf8_valid_length(text.ptr + at, text.len - at);
        if (length == 0 || text.ptr[at] == '\0') {
            source->text.len = at; /* what stands behind it cannot be drawn */
            return source_fail(source, at, ERROR_SYNTAX, NULL,
                               length ? "the query holds a NUL byte" : "the query is not valid UTF-8");
        }
    }
    return ERROR_NONE;
}

enum error_code query_parse(struct str text, const struct query_options *options, struct text_analyser *analyser,
                            struct arena *arena,
                            struct query *query_out, struct error *error)
{
    struct error     own = {0};
    struct parse_job job = {.options = options, .analyser = analyser, .arena = arena, .error = error ? error : &own};
    job.now_us = options && options->now_us ? options->now_us : clock_now_us();
    *query_out = (struct query){0};
    struct parser parser = {&job, {.text = text, .error = job.error}};
    enum error_code code = check_bytes(&parser.source);
    if (code)
        return code;
    parser.source.text = arena_str(arena, text);
    struct query_node *root = NULL;
    if (!parser.source.text.ptr)
        parse_no_memory(&parser);
    else if (parse_next(&parser))
        root = parser.source.lexeme.kind == LEXEME_END ? parse_new_node(&parser, QUERY_ALL, 0, 1)
            : parse_source(&parser);
    if (!root)
        return job.error->code;
    *query_out = (struct query){root, parser.source.text};
    return ERROR_NONE;
}
