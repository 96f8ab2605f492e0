#include "query/value.h"

#include "base/clock.h"

#include <stdio.h>

static struct query_node *fail_value(struct value_reader *reader, const struct lexeme *value, const char *wanted)
{
    char value_shown[SHOWN_BYTES];
    source_fail(&reader->parser->source, value->start, ERROR_SYNTAX, NULL, "%s: takes %s, not %s", reader->name, wanted,
                shown(value->text, value_shown));
    return NULL;
}

static struct query_node *new_node(struct value_reader *reader, enum query_kind kind, const struct lexeme *value)
{
    struct query_node *node = parse_new_node(reader->parser, kind, value->start, value->column);
    if (node && kind == QUERY_FIELD)
        node->field = reader->row->field;
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

static struct query_node *read_text(struct value_reader *reader, const struct lexeme *value, struct str text)
{
    const struct query_field_row *row = reader->row;
    struct parse_job             *job = reader->parser->job;
    struct query_node            *node = new_node(reader, QUERY_FIELD, value);
    if (!node)
        return NULL;
    node->text = canonical_value(job, row->field, text);
    if (!node->text.ptr)
        return parse_no_memory(reader->parser);
    bool is_address = row->field == FIELD_LINK || row->field == FIELD_URL;
    node->has_glob = row->allows_glob &&
        (has_star(node->text) || (!is_address && node->text.len && memchr(node->text.ptr, '?', node->text.len)));
    size_t literals = 0;
    for (size_t i = 0; i < node->text.len; i++)
        literals += !(node->has_glob && strchr("*?", node->text.ptr[i]));
    if (literals == 0 && !(row->field == FIELD_ID || row->field == FIELD_THREAD) && node->text.len)
        return fail_value(reader, value, "a value with at least one letter or digit");
    if (node->text.len == 0)
        return fail_value(reader, value, "a value");
    if (node->has_glob && node->text.len > QUERY_MAX_GLOB_BYTES) {
        source_fail(&reader->parser->source, value->start, ERROR_TOO_LARGE, NULL,
                    "a value with wildcards has at most %d bytes",
                    QUERY_MAX_GLOB_BYTES);
        return NULL;
    }
    return node;
}

static struct query_node *number_node(struct value_reader *reader, const struct lexeme *value,
                                      enum query_compare compare, int64_t number)
{
    struct query_node *node = new_node(reader, QUERY_FIELD, value);
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
static struct query_node *read_range(struct value_reader *reader, const struct lexeme *value, int64_t low, int64_t high)
{
    if (low > high)
        return fail_value(reader, value, "a range from the smaller to the greater number");
    struct node_list   both = {0};
    struct query_node *from = number_node(reader, value, COMPARE_GREATER_EQUAL, low);
    struct query_node *to = number_node(reader, value, COMPARE_LESS_EQUAL, high);
    if (!from || !to || !parse_collect(reader->parser, &both, from) || !parse_collect(reader->parser, &both, to))
        return NULL;
    struct query_node *range = parse_join(reader->parser, QUERY_AND, &both, value->start);
    if (range)
        range->is_group = true;
    return range;
}

static struct query_node *read_number(struct value_reader *reader, const struct lexeme *value, struct str text)
{
    static const enum query_compare longest_first[] = {COMPARE_GREATER_EQUAL, COMPARE_LESS_EQUAL, COMPARE_GREATER,
                                                       COMPARE_LESS, COMPARE_EQUAL};
    int64_t     low, high;
    const char *dots = text.len > 2 ? memmem(text.ptr, text.len, "..", 2) : NULL;
    if (dots && read_count(str_slice(text.ptr, (size_t)(dots - text.ptr)), &low) &&
        read_count(str_slice(dots + 2, (size_t)(text.ptr + text.len - dots - 2)), &high))
        return read_range(reader, value, low, high);
    for (size_t i = 0; i < 5; i++) {
        struct str sign = str_of(query_compare_signs[longest_first[i]]);
        if (str_starts_with(text, sign) && read_count(str_slice(text.ptr + sign.len, text.len - sign.len), &low))
            return number_node(reader, value, longest_first[i], low);
    }
    char wanted[96];
    snprintf(wanted, sizeof wanted, "a whole number, such as %s:100, %s:>100 or %s:10..50", reader->name, reader->name,
             reader->name);
    return fail_value(reader, value, wanted);
}

static struct query_node *read_time(struct value_reader *reader, const struct lexeme *value, struct str text)
{
    int64_t at_us, span_us;
    text = str_trim(text);
    bool is_span = clock_parse_duration(text, &span_us);
    if (is_span && __builtin_sub_overflow(reader->parser->job->now_us, span_us, &at_us))
        return fail_value(reader, value, "a shorter span");
    if (!is_span && !clock_parse(text, &at_us))
        return fail_value(reader, value,
                          "a date (2015-02-20), a time (2015-02-20T10:00:00Z) or a span before now (24h, 7d)");
    if (at_us < CLOCK_MIN_US || at_us > CLOCK_MAX_US)
        return fail_value(reader, value, "a time in the years 1990 to 2199");
    return number_node(reader, value, reader->row->field == FIELD_SINCE ? COMPARE_GREATER_EQUAL : COMPARE_LESS, at_us);
}

static struct query_node *fail_flag(struct value_reader *reader, const struct lexeme *value, struct str text,
                                    const struct str *names)
{
    char   near[NEAR_NAMES_BYTES], value_shown[SHOWN_BYTES], help[ERROR_HINT_BYTES / 2];
    size_t used = (size_t)snprintf(help, sizeof help, "has: takes");
    for (size_t i = 0; i < HAS_COUNT; i++)
        used += (size_t)snprintf(help + used, sizeof help - used, " %.*s", STR_ARG(names[i]));
    near_names(text, names, HAS_COUNT, near);
    source_fail(&reader->parser->source, value->start, ERROR_SYNTAX, help,
                near[0] ? "has: does not know %s; did you mean has:%s?" : "has: does not know %s%s",
                shown(text, value_shown), near);
    return NULL;
}

static struct query_node *read_flag(struct value_reader *reader, const struct lexeme *value, struct str text)
{
    struct str names[HAS_COUNT];
    text = str_trim(text);
    for (size_t i = 0; i < HAS_COUNT; i++) {
        names[i] = str_of(query_has_flags[i].name);
        if (str_equal_ascii_nocase(text, names[i]))
            return number_node(reader, value, COMPARE_EQUAL, query_has_flags[i].bit);
    }
    return fail_flag(reader, value, text, names);
}

static struct query_node *read_surface(struct value_reader *reader, const struct lexeme *value, struct str text)
{
    bool is_case = reader->special == SPECIAL_CASE, has_token = true;
    text = is_case ? str_trim(text) : text;
    if (is_case && text.len && !parse_has_token(reader->parser, text, &has_token))
        return NULL;
    if (!has_token)
        return fail_value(reader, value, "a word or phrase (raw: takes any characters)");
    if (text.len == 0)
        return fail_value(reader, value, is_case ? "a word or phrase" : "at least one character");
    struct query_node *node = new_node(reader, is_case ? QUERY_CASE : QUERY_RAW, value);
    if (node)
        node->text = text;
    return node;
}

struct query_node *value_read(struct value_reader *reader, const struct lexeme *value)
{
    struct str text = value->kind == LEXEME_QUOTED ? source_unescape(value->text, reader->parser->job->arena)
        : value->text;
    if (!text.ptr)
        return parse_no_memory(reader->parser);
    if (reader->special != SPECIAL_FIELD)
        return read_surface(reader, value, text);
    switch (reader->row->value) {
    case VALUE_TEXT: return read_text(reader, value, text);
    case VALUE_NUMBER: return read_number(reader, value, text);
    case VALUE_TIME: return read_time(reader, value, text);
    case VALUE_FLAG: return read_flag(reader, value, text);
    }
    return NULL;
}
