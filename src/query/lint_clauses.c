#include "query/lint.h"

#include "base/clock.h"
#include "base/utf8.h"

/* ---- One clause makes another pointless ---- */

static bool are_all_not(const struct query_node *node, uint32_t but)
{
    for (uint32_t i = 0; i < node->child_count; i++)
        if (i != but && node->children[i]->kind != QUERY_NOT)
            return false;
    return true;
}

/* In an OR the narrower of two clauses adds nothing, in an AND the wider. Of two equal ones the later is named. */
static bool makes_pointless(struct lint *lint, const struct query_node *node, uint32_t kept, uint32_t dropped)
{
    const struct query_node *keep = node->children[kept], *drop = node->children[dropped];
    if (query_equal(keep, drop))
        return kept < dropped;
    if (node->kind == QUERY_AND && drop->kind == QUERY_ALL && are_all_not(node, dropped))
        return false; /* "* NOT x" says on purpose that it wants the rest */
    return node->kind == QUERY_OR ? lint_implies(lint, drop, keep) : lint_implies(lint, keep, drop);
}

static void lint_pointless(struct lint *lint, const struct query_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        for (uint32_t j = 0; j < node->child_count && !lint_is_full(lint); j++) {
            const struct query_node *drop = node->children[i], *keep = node->children[j];
            if (i == j || !makes_pointless(lint, node, j, i))
                continue;
            const struct query_node *rewrite = lint_without(lint, node, i);
            if (query_equal(keep, drop))
                lint_remark(lint, drop, false, rewrite, "%s stands here twice", lint_clause(lint, drop));
            else if (node->kind == QUERY_OR)
                lint_remark(lint, drop, false, rewrite, "%s adds nothing: %s takes all of it already",
                            lint_clause(lint, drop),
                            lint_clause(lint, keep));
            else
                lint_remark(lint, drop, false, rewrite, "%s narrows nothing: %s asks for it already",
                            lint_clause(lint, drop),
                            lint_clause(lint, keep));
            break;
        }
    }
}

/* ---- Clauses that exclude each other ---- */

static void lint_contradiction(struct lint *lint, const struct query_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct query_node *not = node->children[i];
        for (uint32_t j = 0; not->kind == QUERY_NOT && j < node->child_count; j++) {
            if (j == i || node->children[j]->kind == QUERY_NOT ||
                !lint_implies(lint, node->children[j], not->children[0]))
                continue;
            lint_remark(lint, not, false, lint_without(lint, node, i),
                        "nothing can match: %s is asked for and excluded",
                        lint_clause(lint, node->children[j]));
            return;
        }
    }
}

static bool has_one_value(enum query_field field)
{
    return field == FIELD_PLATFORM || field == FIELD_COMMUNITY || field == FIELD_KIND || field == FIELD_LANG ||
           field == FIELD_ID ||
           field == FIELD_THREAD;
}

static void lint_single_values(struct lint *lint, const struct query_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            struct query_node *a = node->children[j], *b = node->children[i];
            if (a->kind != QUERY_FIELD || b->kind != QUERY_FIELD || a->field != b->field || !has_one_value(a->field) ||
                a->has_glob ||
                b->has_glob || str_equal(a->text, b->text) || lint->comparisons++ > LINT_MAX_COMPARISONS)
                continue;
            lint_remark(lint, b, false, lint_join(lint, QUERY_OR, (struct query_node *[]){a, b}, 2),
                        "nothing can match: a post has one %s only; join the two by OR", query_fields[a->field].name);
            return;
        }
    }
}

/* The numbers that all comparisons of one field in an AND leave: empty where low > high. */
static void lint_ranges(struct lint *lint, const struct query_node *node)
{
    struct {
        int64_t low, high;
    } left[FIELD_COUNT];
    for (size_t i = 0; i < FIELD_COUNT; i++)
        left[i].low = 0, left[i].high = INT64_MAX;
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct query_node *part = node->children[i];
        if (part->kind != QUERY_FIELD || query_fields[part->field].value != VALUE_NUMBER)
            continue;
        int64_t low = 0, high = INT64_MAX, number = part->number;
        switch (part->compare) {
        case COMPARE_EQUAL: low = high = number; break;
        case COMPARE_LESS: high = number - (number > INT64_MIN); break;
        case COMPARE_LESS_EQUAL: high = number; break;
        case COMPARE_GREATER: low = number + (number < INT64_MAX); break;
        case COMPARE_GREATER_EQUAL: low = number; break;
        }
        bool was_empty = left[part->field].low > left[part->field].high;
        left[part->field].low = low > left[part->field].low ? low : left[part->field].low;
        left[part->field].high = high < left[part->field].high ? high : left[part->field].high;
        if (!was_empty && left[part->field].low > left[part->field].high)
            lint_remark(lint, part, false, NULL, "nothing can match: no number of %s fits all that is asked",
                        query_fields[part->field].name);
    }
}

static void lint_times(struct lint *lint, const struct query_node *node)
{
    struct query_node *since = NULL, *until = NULL;
    char               text[CLOCK_TEXT_BYTES];
    for (uint32_t i = 0; i < node->child_count; i++) {
        struct query_node *part = node->children[i];
        if (part->kind == QUERY_FIELD && part->field == FIELD_SINCE && (!since || part->number > since->number))
            since = part;
        if (part->kind == QUERY_FIELD && part->field == FIELD_UNTIL && (!until || part->number < until->number))
            until = part;
    }
    if (!since || !until || since->number < until->number)
        return;
    struct query_node *swapped[] = {lint_copy(lint, since), lint_copy(lint, until)};
    if (!swapped[0] || !swapped[1])
        return;
    swapped[0]->number = until->number;
    swapped[1]->number = since->number;
    lint_remark(lint, since, false, since->number > until->number ? lint_join(lint, QUERY_AND, swapped, 2) : NULL,
                "nothing can match: the time since:%s is not before until:", clock_print(since->number, text));
}

/* ---- Brackets and NOT ---- */

static void lint_mixed(struct lint *lint, const struct query_node *node)
{
    const struct query_node *first = NULL;
    struct query_node       *clear = lint_copy(lint, node);
    if (!clear || !(clear->children = arena_array(lint->arena, node->child_count, sizeof *clear->children))) {
        lint->has_failed = true;
        return;
    }
    for (uint32_t i = 0; i < node->child_count; i++) {
        clear->children[i] = node->children[i];
        if (node->children[i]->kind != QUERY_AND || node->children[i]->is_group)
            continue;
        first = first ? first : node->children[i];
        clear->children[i] = lint_copy(lint, node->children[i]);
        if (!clear->children[i])
            return;
        clear->children[i]->is_group = true;
    }
    if (first)
        lint_remark(lint, first, false, clear, "AND holds tighter than OR here; brackets make it plain");
}

/* "a OR NOT b" takes nearly every post. */
static void lint_or_not(struct lint *lint, const struct query_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        if (node->children[i]->kind != QUERY_NOT)
            continue;
        struct query_node *rest = lint_without(lint, node, i), *both[] = {rest, node->children[i]};
        if (rest)
            lint_remark(lint, node->children[i], true,
                        rest->kind == QUERY_NOT ? NULL : lint_join(lint, QUERY_AND, both, 2),
                        "OR %s takes nearly every post", lint_clause(lint, node->children[i]));
        return;
    }
}

void lint_clauses(struct lint *lint, const struct query_node *node)
{
    if (node->kind == QUERY_AND || node->kind == QUERY_OR)
        lint_pointless(lint, node);
    if (node->kind == QUERY_AND) {
        lint_contradiction(lint, node);
        lint_single_values(lint, node);
        lint_ranges(lint, node);
        lint_times(lint, node);
    }
    if (node->kind == QUERY_OR) {
        lint_mixed(lint, node);
        lint_or_not(lint, node);
    }
}

/* ---- and, or, not in lower case ---- */

enum plain_operator { PLAIN_NONE, PLAIN_AND, PLAIN_OR, PLAIN_NOT };

static bool is_written_at(struct str source, uint32_t column, struct str word)
{
    size_t at = 0;
    for (uint32_t i = 1; i < column && at < source.len; i++)
        utf8_next(source, &at);
    return source.len - at >= word.len && str_equal_ascii_nocase(str_slice(source.ptr + at, word.len), word);
}

/* An operator's name as a bare word of the query; in quotes it is meant. */
static enum plain_operator plain_operator(const struct lint *lint, const struct query_node *node)
{
    static const struct {
        struct str          word;
        enum plain_operator operator;
    } rows[] = {{{"and", 3}, PLAIN_AND}, {{"or", 2}, PLAIN_OR}, {{"not", 3}, PLAIN_NOT}};
    for (size_t i = 0; node->kind == QUERY_TERM && i < 3; i++)
        if (str_equal(node->text, rows[i].word) && is_written_at(lint->query->source, node->column, rows[i].word))
            return rows[i].operator;
    return PLAIN_NONE;
}

/* What was probably meant: the words joined as the operators say. NULL where nothing is left. */
static struct query_node *as_meant(struct lint *lint, const struct query_node *node)
{
    struct query_node **ways = arena_array(lint->arena, node->child_count, sizeof *ways);
    struct query_node **parts = arena_array(lint->arena, node->child_count, sizeof *parts);
    uint32_t            way_count = 0, part_count = 0;
    bool                is_negated = false;
    if (!ways || !parts) {
        lint->has_failed = true;
        return NULL;
    }
    for (uint32_t i = 0; i <= node->child_count; i++) {
        enum plain_operator operator = i < node->child_count ? plain_operator(lint, node->children[i]) : PLAIN_OR;
        struct query_node  *part = i < node->child_count ? node->children[i] : NULL;
        if (operator == PLAIN_NOT) {
            is_negated = true;
        } else if (operator == PLAIN_OR && part_count > 0) {
            if (!(ways[way_count++] = lint_join(lint, QUERY_AND, parts, part_count)))
                return NULL;
            part_count = 0;
        } else if (operator == PLAIN_NONE) {
            parts[part_count++] = is_negated ? lint_join(lint, QUERY_NOT, &part, 1) : part;
            if (!parts[part_count - 1])
                return NULL;
            is_negated = false;
        }
    }
    return way_count ? lint_join(lint, QUERY_OR, ways, way_count) : NULL;
}

void lint_operators(struct lint *lint, const struct query_node *node)
{
    static const char *const names[] = {"", "AND", "OR", "NOT"};
    if (node->kind != QUERY_AND)
        return;
    for (uint32_t i = 0; i < node->child_count; i++) {
        enum plain_operator operator = plain_operator(lint, node->children[i]);
        if (!operator)
            continue;
        lint_remark(lint, node->children[i], false, as_meant(lint, node),
                    "'%.*s' in small letters is looked for as a word; write %s",
                    STR_ARG(node->children[i]->text), names[operator]);
        return;
    }
}
