#include "query/lex.h"

#include "base/clock.h"

#include <stdio.h>

/* How tightly a node holds together; a child that holds less tightly than its place asks for gets brackets. */
enum tightness { LOOSE_OR = 1, LOOSE_AND, LOOSE_NOT, LOOSE_NEAR, UNIT };

static enum tightness tightness(enum query_kind kind)
{
    switch (kind) {
    case QUERY_OR: return LOOSE_OR;
    case QUERY_AND: return LOOSE_AND;
    case QUERY_NOT: return LOOSE_NOT;
    case QUERY_NEAR: return LOOSE_NEAR;
    default: return UNIT;
    }
}

static void print_quoted(struct str s, struct buf *out)
{
    buf_append_char(out, '"');
    for (size_t at = 0; at < s.len; at++) {
        if (s.ptr[at] == '\\' || quote_bytes(s, at))
            buf_append_char(out, '\\');
        buf_append_char(out, s.ptr[at]);
    }
    buf_append_char(out, '"');
}

static bool is_plain_character(char c, const char *also)
{
    return (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr(also, c));
}

static bool is_plain(struct str s, const char *also)
{
    for (size_t at = 0; at < s.len; at++)
        if (!is_plain_character(s.ptr[at], also) || quote_bytes(s, at) || blank_bytes(s, at))
            return false;
    return s.len > 0;
}

/* Bare where it reads as the same word, else in quotes. */
static void print_key(struct str key, struct buf *out)
{
    bool is_link = looks_like_link(key);
    bool is_bare = is_link ? is_plain(key, "/:?&=.,-_~%+#@;!$") : is_plain(key, "_'.,#@$*?-&");
    if (is_bare && key.ptr[0] != '-' && key.ptr[0] != '&')
        buf_append_str(out, key);
    else
        print_quoted(key, out);
}

static void print_phrase(const struct query_node *phrase, struct buf *out)
{
    struct buf words = {0};
    for (uint32_t i = 0; i < phrase->child_count; i++) {
        if (i > 0)
            buf_append_char(&words, ' ');
        buf_append_str(&words, phrase->children[i]->text);
    }
    print_quoted(buf_str(&words), out);
    out->has_failed |= words.has_failed;
    buf_fini(&words);
}

static void print_field(const struct query_node *node, struct buf *out)
{
    const struct query_field_row *row = &query_fields[node->field];
    char time[CLOCK_TEXT_BYTES];
    buf_printf(out, "%s:", row->name);
    switch (row->value) {
    case VALUE_TEXT:
        if (is_plain(node->text, "/:?&=.,-_~%+#@;!$*'") && !str_starts_with(node->text, STR("list:")))
            buf_append_str(out, node->text);
        else
            print_quoted(node->text, out);
        break;
    case VALUE_NUMBER: buf_printf(out, "%s%lld", query_compare_signs[node->compare], (long long)node->number); break;
    case VALUE_TIME: buf_append_str(out, str_of(clock_print(node->number, time))); break;
    case VALUE_FLAG:
        for (size_t i = 0; i < HAS_COUNT; i++)
            if (query_has_flags[i].bit == (uint32_t)node->number)
                buf_append_str(out, str_of(query_has_flags[i].name));
        break;
    }
}

static void print_node(const struct query_node *node, enum tightness wanted, struct buf *out);

static void print_children(const struct query_node *node, const char *joint, enum tightness wanted, struct buf *out)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        bool is_and_not = node->kind == QUERY_AND && node->children[i]->kind == QUERY_NOT; /* "a NOT b" reads better */
        if (i > 0)
            buf_append_str(out, is_and_not ? STR(" ") : str_of(joint));
        print_node(node->children[i], wanted, out);
    }
}

static void print_bare(const struct query_node *node, struct buf *out)
{
    char joint[32];
    switch (node->kind) {
    case QUERY_ALL: buf_append_char(out, '*'); break;
    case QUERY_AND: print_children(node, " AND ", LOOSE_NOT, out); break;
    case QUERY_OR: print_children(node, " OR ", LOOSE_AND, out); break;
    case QUERY_NOT:
        buf_append_str(out, STR("NOT "));
        print_node(node->children[0], LOOSE_NOT, out);
        break;
    case QUERY_NEAR:
        snprintf(joint, sizeof joint, " NEAR/%u%s ", node->distance, node->is_ordered ? "f" : "");
        print_children(node, joint, UNIT, out);
        break;
    case QUERY_TERM:
    case QUERY_GLOB: print_key(node->text, out); break;
    case QUERY_PHRASE: print_phrase(node, out); break;
    case QUERY_CASE:
        buf_append_str(out, STR("case:"));
        print_quoted(node->text, out);
        break;
    case QUERY_RAW:
        buf_append_str(out, STR("raw:"));
        print_quoted(node->text, out);
        break;
    case QUERY_FREQ:
        buf_printf(out, "freq:%u:", node->distance);
        print_node(node->children[0], UNIT, out);
        break;
    case QUERY_FIELD: print_field(node, out); break;
    }
}

static void print_node(const struct query_node *node, enum tightness wanted, struct buf *out)
{
    enum tightness own = tightness(node->kind);
    bool           has_brackets = own < wanted || (node->is_group && own < UNIT);
    if (has_brackets)
        buf_append_char(out, '(');
    print_bare(node, out);
    if (has_brackets)
        buf_append_char(out, ')');
}

void query_print(const struct query_node *node, struct buf *out)
{
    enum tightness own = tightness(node->kind);
    if (own < UNIT) /* brackets around the whole say nothing */
        print_bare(node, out);
    else
        print_node(node, UNIT, out);
}
