/* How many values stand behind "field:": one, alternatives in brackets, or those of a named list. */
#include "query/value.h"

#include <stdio.h>

static const struct {
    const char  *name;
    enum special special;
} specials[] = {{"case", SPECIAL_CASE}, {"raw", SPECIAL_RAW}, {"freq", SPECIAL_FREQ}, {"list", SPECIAL_LIST}};

static bool find_field(struct str name, struct value_reader *reader)
{
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        if (str_equal_ascii_nocase(name, str_of(specials[i].name))) {
            reader->special = specials[i].special;
            reader->name = specials[i].name;
            return true;
        }
    }
    enum query_field foreign = foreign_field(name);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (query_fields[i].field == foreign || str_equal_ascii_nocase(name, str_of(query_fields[i].name))) {
            reader->special = SPECIAL_FIELD;
            reader->row = &query_fields[i];
            reader->name = query_fields[i].name;
            return true;
        }
    }
    return false;
}

bool parse_knows_field(struct str name)
{
    struct value_reader reader;
    return find_field(name, &reader) || foreign_field_help(name);
}

static size_t all_names(struct str names[FIELD_COUNT + 4])
{
    size_t count = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        names[count++] = str_of(query_fields[i].name);
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++)
        names[count++] = str_of(specials[i].name);
    return count;
}

static struct query_node *fail_unknown(struct parser *parser, const struct lexeme *name)
{
    struct str  names[FIELD_COUNT + 4];
    char        near[NEAR_NAMES_BYTES], name_shown[SHOWN_BYTES], help[ERROR_HINT_BYTES / 2];
    size_t      count = all_names(names), used = 0;
    const char *foreign = foreign_field_help(name->text);
    shown(name->text, name_shown);
    if (foreign) {
        source_fail(&parser->source, name->start, ERROR_SYNTAX, foreign, "%s is a field of other tools", name_shown);
        return NULL;
    }
    near_names(name->text, names, count, near);
    if (!near[0]) {
        used = (size_t)snprintf(help, sizeof help, "fields:");
        for (size_t i = 0; i < FIELD_COUNT; i++)
            used += (size_t)snprintf(help + used, sizeof help - used, " %.*s", STR_ARG(names[i]));
        used += (size_t)snprintf(help + used, sizeof help - used, "\n");
    }
    snprintf(help + used, sizeof help - used, "for the words themselves, put them in quotes");
    source_fail(&parser->source, name->start, ERROR_SYNTAX, help,
                near[0] ? "there is no field %s; did you mean %s?" : "there is no field %s%s",
                name_shown, near);
    return NULL;
}

/* ---- Alternatives ---- */

static bool is_list_value(const struct lexeme *value)
{
    return value->kind == LEXEME_WORD && value->text.len >= 5 &&
           str_equal_ascii_nocase(str_slice(value->text.ptr, 5), STR("list:"));
}

static bool read_alternatives(struct value_reader *reader, struct node_list *values, bool is_bracketed);

struct inner_values {
    struct value_reader *reader;
    struct node_list    *values;
};

static bool read_list_values(struct parser *inner, void *context)
{
    struct inner_values *into = context;
    struct value_reader  reader = *into->reader;
    reader.parser = inner;
    inner->source.at = inner->source.lexeme.start; /* values are read otherwise than words: again from the start */
    return read_alternatives(&reader, into->values, false);
}

static bool read_value_or_list(struct value_reader *reader, const struct lexeme *value, struct node_list *values)
{
    if (is_list_value(value)) {
        struct lexeme name = *value;
        name.text = str_slice(value->text.ptr + 5, value->text.len - 5);
        struct inner_values into = {reader, values};
        return parse_list_with(reader->parser, &name, read_list_values, &into);
    }
    struct query_node *node = value_read(reader, value);
    return node && parse_collect(reader->parser, values, node);
}

static bool fail_alternatives(struct value_reader *reader, const char *expected)
{
    struct source *source = &reader->parser->source;
    char           found[SHOWN_BYTES];
    struct lexeme  next;
    size_t         at = source->at;
    if (at >= source->text.len)
        snprintf(found, sizeof found, "the end");
    else if (strchr("()", source->text.ptr[at]))
        snprintf(found, sizeof found, "'%c'", source->text.ptr[at]);
    else if (source_value(source, false, &next) == ERROR_NONE)
        shown(next.text, found);
    else
        return false;
    source_fail(source, at, ERROR_SYNTAX,
                "inside the brackets of a field stand values joined by OR: author:(ann OR bob)",
                "expected %s, found %s", expected, found);
    return false;
}

static bool stands_at(const struct source *source, char c)
{
    return source->at < source->text.len && source->text.ptr[source->at] == c;
}

/* value OR value ..., up to the closing bracket or the end of a list. A list may have brackets of its own around it all. */
static bool read_alternatives(struct value_reader *reader, struct node_list *values, bool is_bracketed)
{
    struct source *source = &reader->parser->source;
    bool           is_link = reader->row && (reader->row->field == FIELD_LINK || reader->row->field == FIELD_URL);
    if (!is_bracketed && stands_at(source, '(')) {
        source->at++;
        is_bracketed = true;
    }
    for (;;) {
        struct lexeme value;
        if (source_skip_blank(source))
            return false;
        if (source->at >= source->text.len || strchr("()", source->text.ptr[source->at]))
            return fail_alternatives(reader, "a value");
        if (source_value(source, is_link, &value) || !read_value_or_list(reader, &value, values) ||
            source_skip_blank(source))
            return false;
        if (is_bracketed && stands_at(source, ')')) {
            source->at++;
            break;
        }
        if (source->at >= source->text.len && !is_bracketed)
            break;
        size_t at = source->at;
        if (source_value(source, false, &value))
            return false;
        if (value.kind != LEXEME_WORD || !str_equal(value.text, STR("OR"))) {
            source->at = at;
            return fail_alternatives(reader, is_bracketed ? "OR or ')'" : "OR or the end");
        }
    }
    return reader->parser->source.list_name.len == 0 || source_skip_blank(source) == ERROR_NONE;
}

static struct query_node *read_group(struct value_reader *reader, const struct lexeme *name)
{
    struct node_list values = {0};
    reader->parser->source.at++;
    if (!read_alternatives(reader, &values, true))
        return NULL;
    struct query_node *group = parse_join(reader->parser, QUERY_OR, &values, name->start);
    if (group)
        group->is_group = true;
    return group;
}

/* ---- freq: ---- */

static struct query_node *fail_freq(struct parser *parser, size_t start)
{
    source_fail(&parser->source, start, ERROR_SYNTAX, NULL,
                "freq: takes a number and a word or phrase, such as freq:3:delay or freq:2:\"lost bag\"");
    return NULL;
}

static struct query_node *read_freq(struct parser *parser, const struct lexeme *name)
{
    struct source *source = &parser->source;
    struct str     s = source->text;
    size_t         start = source->at, at = start;
    int64_t        least = 0;
    if (str_starts_with(str_slice(s.ptr + at, s.len - at), STR(">=")))
        at += 2;
    for (; at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9' && least <= QUERY_MAX_FREQ; at++)
        least = least * 10 + (s.ptr[at] - '0');
    if (least < 1 || least > QUERY_MAX_FREQ || !(at < s.len && s.ptr[at] == ':'))
        return fail_freq(parser, start);
    source->at = at + 1;
    struct lexeme word;
    if (source_value(source, false, &word))
        return NULL;
    if (word.kind == LEXEME_WORD && word.text.len == 0)
        return fail_freq(parser, start);
    struct str text = word.kind == LEXEME_QUOTED ? source_unescape(word.text, parser->job->arena) : word.text;
    struct query_node *child = text.ptr ? parse_words(parser, &word, text) : parse_no_memory(parser);
    struct node_list   only = {0};
    struct query_node *freq = child ? parse_new_node(parser, QUERY_FREQ, name->start, name->column) : NULL;
    if (!freq || !parse_collect(parser, &only, child))
        return NULL;
    freq->children = only.nodes;
    freq->child_count = 1;
    freq->height = child->height + 1;
    freq->distance = (uint32_t)least;
    return freq;
}

struct query_node *parse_field(struct parser *parser, const struct lexeme *name)
{
    struct value_reader reader = {.parser = parser};
    struct source *source = &parser->source;
    struct lexeme  value;
    if (!find_field(name->text, &reader))
        return fail_unknown(parser, name);
    if (reader.special == SPECIAL_FREQ)
        return read_freq(parser, name);
    if (stands_at(source, '(') && reader.special != SPECIAL_LIST)
        return read_group(&reader, name);
    bool is_link = reader.row && (reader.row->field == FIELD_LINK || reader.row->field == FIELD_URL);
    if (source_value(source, is_link, &value))
        return NULL;
    if (value.kind == LEXEME_WORD && value.text.len == 0) {
        source_fail(source, value.start, ERROR_SYNTAX, NULL, "expected a value right behind '%s:', such as %s",
                    reader.name,
                    reader.row ? reader.row->example : reader.special == SPECIAL_LIST ? "list:brands"
                        : "case:\"JetBlue\"");
        return NULL;
    }
    if (reader.special == SPECIAL_LIST)
        return parse_list(parser, &value);
    struct node_list values = {0};
    value.column = name->column;
    if (!read_value_or_list(&reader, &value, &values))
        return NULL;
    struct query_node *node = parse_join(parser, QUERY_OR, &values, name->start);
    if (node && values.count > 1)
        node->is_group = true;
    return node;
}
