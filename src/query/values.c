/* What stands behind "field:": one value, or alternatives in brackets. */
#include "query/parse.h"

#include "base/clock.h"

#include <stdio.h>

enum special { SPECIAL_FIELD, SPECIAL_CASE, SPECIAL_RAW, SPECIAL_FREQ, SPECIAL_LIST };

/* The field whose values are being read. */
struct reading {
    struct parser *parser; /* the source the values stand in: the query or a list */
    enum special   special;
    const struct query_field_row *row; /* of SPECIAL_FIELD */
    const char    *name;
};

static const struct {
    const char  *name;
    enum special special;
} specials[] = {{"case", SPECIAL_CASE}, {"raw", SPECIAL_RAW}, {"freq", SPECIAL_FREQ}, {"list", SPECIAL_LIST}};

static bool find_field(struct str name, struct reading *reading)
{
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        if (str_equal_ascii_nocase(name, str_of(specials[i].name))) {
            reading->special = specials[i].special;
            reading->name = specials[i].name;
            return true;
        }
    }
    enum query_field foreign = foreign_field(name);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (query_fields[i].field == foreign || str_equal_ascii_nocase(name, str_of(query_fields[i].name))) {
            reading->special = SPECIAL_FIELD;
            reading->row = &query_fields[i];
            reading->name = query_fields[i].name;
            return true;
        }
    }
    return false;
}

bool parse_knows_field(struct str name)
{
    struct reading reading;
    return find_field(name, &reading) || foreign_field_help(name);
}

static struct query_node *fail_unknown(struct parser *parser, const struct lexeme *name)
{
    struct str  names[FIELD_COUNT + 4] = {0};
    char        near[NEAR_NAMES_BYTES], name_shown[SHOWN_BYTES], help[ERROR_HINT_BYTES / 2];
    size_t      count = 0;
    const char *foreign = foreign_field_help(name->text);
    shown(name->text, name_shown);
    if (foreign) {
        source_fail(&parser->source, name->start, ERROR_SYNTAX, foreign, "%s is a field of other tools", name_shown);
        return NULL;
    }
    for (size_t i = 0; i < FIELD_COUNT; i++)
        names[count++] = str_of(query_fields[i].name);
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++)
        names[count++] = str_of(specials[i].name);
    near_names(name->text, names, count, near);
    if (near[0])
        snprintf(help, sizeof help, "for the words themselves, put them in quotes");
    else
        snprintf(help, sizeof help, "fields: author platform community kind lang tag mention link site url thread has likes reposts replies "
                                    "followers since until id\nfor the words themselves, put them in quotes");
    source_fail(&parser->source, name->start, ERROR_SYNTAX, help, near[0] ? "there is no field %s; did you mean %s?" : "there is no field %s%s",
                name_shown, near);
    return NULL;
}

/* ---- One value ---- */

static struct query_node *fail_value(struct reading *reading, const struct lexeme *value, const char *wanted)
{
    char value_shown[SHOWN_BYTES];
    source_fail(&reading->parser->source, value->start, ERROR_SYNTAX, NULL, "%s: takes %s, not %s", reading->name, wanted,
                shown(value->text, value_shown));
    return NULL;
}

static struct query_node *new_node(struct reading *reading, enum query_kind kind, const struct lexeme *value)
{
    struct query_node *node = parse_new_node(reading->parser, kind, value->start, value->column);
    if (node && kind == QUERY_FIELD)
        node->field = reading->row->field;
    return node;
}

/* Without spaces at its ends and without its sigil, however often it stands there. */
static struct str bare_name(struct str s, char sigil)
{
    for (s = str_trim(s); s.len && s.ptr[0] == sigil; s = str_trim(s))
        s = str_slice(s.ptr + 1, s.len - 1);
    return s;
}

static bool has_star(struct str s)
{
    return s.ptr && s.len && memchr(s.ptr, '*', s.len) != NULL;
}

/* "https://www.BBC.co.uk/News" -> "bbc.co.uk/News", as query_link_bare gives links. */
static struct str bare_link(struct parse_job *job, struct str value)
{
    if (has_star(value)) { /* a pattern is no link: only its scheme and host are brought into form */
        const char *slashes = memmem(value.ptr, value.len, "://", 3);
        size_t      host = slashes ? (size_t)(slashes + 3 - value.ptr) : 0;
        const char *slash = memchr(value.ptr + host, '/', value.len - host);
        size_t      end = slash ? (size_t)(slash - value.ptr) : value.len;
        struct buf  form = {0};
        struct str  head = text_fold(job->analyser, job->arena, str_slice(value.ptr, end));
        if (head.ptr)
            buf_append_str(&form, head);
        buf_append(&form, value.ptr + end, value.len - end);
        struct str copy = head.ptr && !form.has_failed ? arena_str(job->arena, buf_str(&form)) : (struct str){0};
        buf_fini(&form);
        return copy.ptr ? query_link_bare(copy) : copy;
    }
    struct str canonical = text_link_canonical(job->arena, value);
    if (!canonical.ptr)
        return canonical;
    canonical = query_link_bare(canonical);
    if (str_ends_with(canonical, STR("/")) && !str_ends_with(value, STR("/")))
        canonical.len--;
    return canonical;
}

static struct str bare_site(struct parse_job *job, struct str value)
{
    struct str folded = text_fold(job->analyser, job->arena, value);
    if (!folded.ptr)
        return folded;
    folded = query_link_bare(str_trim(folded));
    for (size_t i = 0; i < folded.len; i++)
        if (strchr("/:#", folded.ptr[i]))
            folded.len = i;
    return folded;
}

/* The form that query_value_accepts compares. */
static struct str canonical_value(struct parse_job *job, enum query_field field, struct str value)
{
    switch (field) {
    case FIELD_THREAD:
    case FIELD_ID: return value;
    case FIELD_LINK:
    case FIELD_URL: return bare_link(job, str_trim(value));
    case FIELD_SITE: return bare_site(job, str_trim(value));
    default: break;
    }
    struct str folded = text_fold(job->analyser, job->arena, value);
    if (!folded.ptr)
        return folded;
    folded = bare_name(folded, field == FIELD_AUTHOR || field == FIELD_MENTION ? '@' : field == FIELD_TAG ? '#' : ' ');
    for (size_t i = 0; field == FIELD_LANG && i < folded.len; i++)
        if (folded.ptr[i] == '-' || folded.ptr[i] == '_')
            folded.len = i;
    return folded;
}

static struct query_node *read_text(struct reading *reading, const struct lexeme *value, struct str text)
{
    const struct query_field_row *row = reading->row;
    struct parse_job             *job = reading->parser->job;
    struct query_node            *node = new_node(reading, QUERY_FIELD, value);
    if (!node)
        return NULL;
    node->text = canonical_value(job, row->field, text);
    if (!node->text.ptr)
        return parse_no_memory(reading->parser);
    bool is_address = row->field == FIELD_LINK || row->field == FIELD_URL;
    node->has_glob = row->allows_glob && (has_star(node->text) || (!is_address && node->text.len && memchr(node->text.ptr, '?', node->text.len)));
    size_t literals = 0;
    for (size_t i = 0; i < node->text.len; i++)
        literals += !(node->has_glob && strchr("*?", node->text.ptr[i]));
    if (literals == 0 && !(row->field == FIELD_ID || row->field == FIELD_THREAD) && node->text.len)
        return fail_value(reading, value, "a value with at least one letter or digit");
    if (node->text.len == 0)
        return fail_value(reading, value, "a value");
    if (node->has_glob && node->text.len > QUERY_MAX_GLOB_BYTES) {
        source_fail(&reading->parser->source, value->start, ERROR_TOO_LARGE, NULL, "a value with wildcards has at most %d bytes",
                    QUERY_MAX_GLOB_BYTES);
        return NULL;
    }
    return node;
}

static struct query_node *number_node(struct reading *reading, const struct lexeme *value, enum query_compare compare, int64_t number)
{
    struct query_node *node = new_node(reading, QUERY_FIELD, value);
    if (node) {
        node->compare = compare;
        node->number = number;
    }
    return node;
}

static bool read_count(struct str s, int64_t *number_out)
{
    return s.len && s.ptr[0] >= '0' && s.ptr[0] <= '9' && str_to_i64(s, number_out);
}

/* "10..50": two comparisons. */
static struct query_node *read_range(struct reading *reading, const struct lexeme *value, int64_t low, int64_t high)
{
    if (low > high)
        return fail_value(reading, value, "a range from the smaller to the greater number");
    struct node_list   both = {0};
    struct query_node *from = number_node(reading, value, COMPARE_GREATER_EQUAL, low);
    struct query_node *to = number_node(reading, value, COMPARE_LESS_EQUAL, high);
    if (!from || !to || !parse_collect(reading->parser, &both, from) || !parse_collect(reading->parser, &both, to))
        return NULL;
    struct query_node *range = parse_join(reading->parser, QUERY_AND, &both, value->start);
    if (range)
        range->is_group = true;
    return range;
}

static struct query_node *read_number(struct reading *reading, const struct lexeme *value, struct str text)
{
    static const enum query_compare longest_first[] = {COMPARE_GREATER_EQUAL, COMPARE_LESS_EQUAL, COMPARE_GREATER, COMPARE_LESS, COMPARE_EQUAL};
    int64_t     low, high;
    const char *dots = text.len > 2 ? memmem(text.ptr, text.len, "..", 2) : NULL;
    if (dots && read_count(str_slice(text.ptr, (size_t)(dots - text.ptr)), &low) &&
        read_count(str_slice(dots + 2, (size_t)(text.ptr + text.len - dots - 2)), &high))
        return read_range(reading, value, low, high);
    for (size_t i = 0; i < 5; i++) {
        struct str sign = str_of(query_compare_signs[longest_first[i]]);
        if (str_starts_with(text, sign) && read_count(str_slice(text.ptr + sign.len, text.len - sign.len), &low))
            return number_node(reading, value, longest_first[i], low);
    }
    char wanted[96];
    snprintf(wanted, sizeof wanted, "a whole number, such as %s:100, %s:>100 or %s:10..50", reading->name, reading->name, reading->name);
    return fail_value(reading, value, wanted);
}

static struct query_node *read_time(struct reading *reading, const struct lexeme *value, struct str text)
{
    int64_t at_us, span_us;
    text = str_trim(text);
    bool is_span = clock_parse_duration(text, &span_us);
    if (is_span && __builtin_sub_overflow(reading->parser->job->now_us, span_us, &at_us))
        return fail_value(reading, value, "a shorter span");
    if (!is_span && !clock_parse(text, &at_us))
        return fail_value(reading, value, "a date (2015-02-20), a time (2015-02-20T10:00:00Z) or a span before now (24h, 7d)");
    if (at_us < CLOCK_MIN_US || at_us > CLOCK_MAX_US)
        return fail_value(reading, value, "a time in the years 1990 to 2199");
    return number_node(reading, value, reading->row->field == FIELD_SINCE ? COMPARE_GREATER_EQUAL : COMPARE_LESS, at_us);
}

/* Without the quotes of shown. */
static const char *cut(struct str s, char out[SHOWN_BYTES])
{
    snprintf(out, SHOWN_BYTES, "%.*s", (int)(s.len < 30 ? s.len : 30), s.ptr);
    return out;
}

static struct query_node *read_flag(struct reading *reading, const struct lexeme *value, struct str text)
{
    char   near[NEAR_NAMES_BYTES], value_shown[SHOWN_BYTES];
    struct str names[HAS_COUNT];
    text = str_trim(text);
    for (size_t i = 0; i < HAS_COUNT; i++) {
        names[i] = str_of(query_has_flags[i].name);
        if (str_equal_ascii_nocase(text, names[i]))
            return number_node(reading, value, COMPARE_EQUAL, query_has_flags[i].bit);
    }
    near_names(text, names, HAS_COUNT, near);
    source_fail(&reading->parser->source, value->start, ERROR_SYNTAX,
                "has: takes link image video audio media tag mention emoji reply repost quote question",
                near[0] ? "there is no has:%s; did you mean has:%s?" : "has: does not know %s%s",
                near[0] ? cut(text, value_shown) : shown(text, value_shown), near);
    return NULL;
}

static struct query_node *read_surface(struct reading *reading, const struct lexeme *value, struct str text)
{
    bool is_case = reading->special == SPECIAL_CASE, has_token = true;
    text = is_case ? str_trim(text) : text;
    if (is_case && text.len && !parse_has_token(reading->parser, text, &has_token))
        return NULL;
    if (!has_token)
        return fail_value(reading, value, "a word or phrase (raw: takes any characters)");
    if (text.len == 0)
        return fail_value(reading, value, is_case ? "a word or phrase" : "at least one character");
    struct query_node *node = new_node(reading, is_case ? QUERY_CASE : QUERY_RAW, value);
    if (node)
        node->text = text;
    return node;
}

static struct query_node *read_value(struct reading *reading, const struct lexeme *value)
{
    struct str text = value->kind == LEXEME_QUOTED ? source_unescape(value->text, reading->parser->job->arena) : value->text;
    if (!text.ptr)
        return parse_no_memory(reading->parser);
    if (reading->special != SPECIAL_FIELD)
        return read_surface(reading, value, text);
    switch (reading->row->value) {
    case VALUE_TEXT: return read_text(reading, value, text);
    case VALUE_NUMBER: return read_number(reading, value, text);
    case VALUE_TIME: return read_time(reading, value, text);
    case VALUE_FLAG: return read_flag(reading, value, text);
    }
    return NULL;
}

/* ---- Alternatives ---- */

static bool is_list_value(const struct lexeme *value)
{
    return value->kind == LEXEME_WORD && value->text.len >= 5 && str_equal_ascii_nocase(str_slice(value->text.ptr, 5), STR("list:"));
}

static bool read_alternatives(struct reading *reading, struct node_list *values, bool is_bracketed);

struct inner_values {
    struct reading   *reading;
    struct node_list *values;
};

static bool read_list_values(struct parser *inner, void *context)
{
    struct inner_values *into = context;
    struct reading       reading = *into->reading;
    reading.parser = inner;
    inner->source.at = inner->source.lexeme.start; /* values are read otherwise than words: again from the start */
    return read_alternatives(&reading, into->values, false);
}

static bool read_value_or_list(struct reading *reading, const struct lexeme *value, struct node_list *values)
{
    if (is_list_value(value)) {
        struct lexeme name = *value;
        name.text = str_slice(value->text.ptr + 5, value->text.len - 5);
        struct inner_values into = {reading, values};
        return parse_list_with(reading->parser, &name, read_list_values, &into);
    }
    struct query_node *node = read_value(reading, value);
    return node && parse_collect(reading->parser, values, node);
}

static bool fail_alternatives(struct reading *reading, const char *expected)
{
    struct source *source = &reading->parser->source;
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
    source_fail(source, at, ERROR_SYNTAX, "inside the brackets of a field stand values joined by OR: author:(ann OR bob)",
                "expected %s, found %s", expected, found);
    return false;
}

static bool stands_at(const struct source *source, char c)
{
    return source->at < source->text.len && source->text.ptr[source->at] == c;
}

/* value OR value ..., up to the closing bracket or the end of a list. A list may have brackets of its own around it all. */
static bool read_alternatives(struct reading *reading, struct node_list *values, bool is_bracketed)
{
    struct source *source = &reading->parser->source;
    bool           is_link = reading->row && (reading->row->field == FIELD_LINK || reading->row->field == FIELD_URL);
    if (!is_bracketed && stands_at(source, '(')) {
        source->at++;
        is_bracketed = true;
    }
    for (;;) {
        struct lexeme value;
        if (source_skip_blank(source))
            return false;
        if (source->at >= source->text.len || strchr("()", source->text.ptr[source->at]))
            return fail_alternatives(reading, "a value");
        if (source_value(source, is_link, &value) || !read_value_or_list(reading, &value, values) || source_skip_blank(source))
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
            return fail_alternatives(reading, is_bracketed ? "OR or ')'" : "OR or the end");
        }
    }
    return reading->parser->source.list_name.len == 0 || source_skip_blank(source) == ERROR_NONE;
}

static struct query_node *read_group(struct reading *reading, const struct lexeme *name)
{
    struct node_list values = {0};
    reading->parser->source.at++;
    if (!read_alternatives(reading, &values, true))
        return NULL;
    struct query_node *group = parse_join(reading->parser, QUERY_OR, &values, name->start);
    if (group)
        group->is_group = true;
    return group;
}

/* ---- freq: ---- */

static struct query_node *fail_freq(struct parser *parser, size_t start)
{
    source_fail(&parser->source, start, ERROR_SYNTAX, NULL, "freq: takes a number and a word or phrase, such as freq:3:delay or freq:2:\"lost bag\"");
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
    struct reading reading = {.parser = parser};
    struct source *source = &parser->source;
    struct lexeme  value;
    if (!find_field(name->text, &reading))
        return fail_unknown(parser, name);
    if (reading.special == SPECIAL_FREQ)
        return read_freq(parser, name);
    if (stands_at(source, '(') && reading.special != SPECIAL_LIST)
        return read_group(&reading, name);
    bool is_link = reading.row && (reading.row->field == FIELD_LINK || reading.row->field == FIELD_URL);
    if (source_value(source, is_link, &value))
        return NULL;
    if (value.kind == LEXEME_WORD && value.text.len == 0) {
        source_fail(source, value.start, ERROR_SYNTAX, NULL, "expected a value right behind '%s:', such as %s", reading.name,
                    reading.row ? reading.row->example : reading.special == SPECIAL_LIST ? "list:brands" : "case:\"JetBlue\"");
        return NULL;
    }
    if (reading.special == SPECIAL_LIST)
        return parse_list(parser, &value);
    struct node_list values = {0};
    value.column = name->column;
    if (!read_value_or_list(&reading, &value, &values))
        return NULL;
    struct query_node *node = parse_join(parser, QUERY_OR, &values, name->start);
    if (node && values.count > 1)
        node->is_group = true;
    return node;
}
