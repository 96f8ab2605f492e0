#include "table/look.h"

#include "table/bytes.h"
#include "table/native.h"

#include <stdio.h>

enum { PREAMBLE_MAX_RECORDS = 50 };

static bool has_ending(struct str name, struct str ending)
{
    static const char packed[][6] = {".gz", ".zst"};
    for (size_t i = 0; i < 2; i++)
        if (str_ends_with(name, str_of(packed[i])))
            name.len -= strlen(packed[i]);
    return name.len > ending.len &&
           str_equal_ascii_nocase(str_slice(name.ptr + name.len - ending.len, ending.len), ending);
}

static void keep(char *place, size_t bytes, struct str words)
{
    words = str_trim(words);
    snprintf(place, bytes, "%.*s", (int)(words.len < bytes ? words.len : bytes - 1), words.ptr ? words.ptr : "");
}

static void take_zone(struct table_shape *shape, struct str words)
{
    struct str name;
    if (!shape->has_zone && zone_in_words(words, &name) && zone_find(name, &shape->zone, NULL) == ERROR_NONE)
        shape->has_zone = shape->is_zone_said_by_file = true;
}

/* "Query,Acme" "Time zone: Europe/Paris" above a header. */
static void read_preamble(struct table_shape *shape, const struct csv_record *record)
{
    struct str label = record->count ? str_trim(record->fields[0]) : (struct str){0}, rest;
    while (label.len && label.ptr[label.len - 1] == ':')
        label.len--;
    bool is_zone = (label.len >= 4 && str_equal_ascii_nocase(str_slice(label.ptr, 4), STR("time"))) ||
                   str_contains(label, STR("zone")) || str_contains(label, STR("Zone"));
    for (size_t i = 0; is_zone && i < record->count; i++)
        take_zone(shape, record->fields[i]);
    static const char *const names[] = {"query", "query name", "search", "search name", "topic", "monitor", "keywords"};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && record->count > 1 && !shape->query[0]; i++)
        if (str_equal_ascii_nocase(label, str_of(names[i])))
            keep(shape->query, sizeof shape->query, record->fields[1]);
    if (!shape->query[0] && str_next_field(&label, ':', &rest) && label.len && str_equal_ascii_nocase(str_trim(rest), STR("query")))
        keep(shape->query, sizeof shape->query, label);
}

/* What the dates of a few records say about their order: a number above 12 is a day. */
static void read_order(struct table_shape *shape, const struct csv_record *record)
{
    int at = shape->columns.of[COLUMN_AT];
    if (at == COLUMN_NONE || (size_t)at >= record->count || shape->is_order_seen)
        return;
    struct times_rules rules = {.order = DATE_ORDER_UNKNOWN};
    struct times_read  read;
    struct str         said = str_trim(record->fields[at]);
    if (times_parse_by(said, &rules, &read) != TIMES_ORDER_UNKNOWN)
        return;
    if (!shape->order_example[0])
        keep(shape->order_example, sizeof shape->order_example, said);
    rules.order = DATE_ORDER_DAY_FIRST;
    bool can_be_day_first = times_parse_by(said, &rules, &read) == TIMES_OK;
    rules.order = DATE_ORDER_MONTH_FIRST;
    bool can_be_month_first = times_parse_by(said, &rules, &read) == TIMES_OK;
    shape->is_order_seen = can_be_day_first != can_be_month_first;
    if (shape->is_order_seen)
        shape->date_order = can_be_day_first ? DATE_ORDER_DAY_FIRST : DATE_ORDER_MONTH_FIRST;
}

static void read_query_column(struct table_shape *shape, const struct header_row *headers, const struct csv_record *record)
{
    static const char *const names[] = {"query_name", "input_name", "matched_profile", "topic"};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !shape->query[0] && shape->columns.tool; i++) {
        int at = header_row_find(headers, str_of(names[i]));
        if (at != COLUMN_NONE && (size_t)at < record->count)
            keep(shape->query, sizeof shape->query, record->fields[at]);
    }
}

/* The record among the first that is a header, read with this separator; the number of columns it knows, or 0. */
static int find_header(struct str beginning, char separator, const struct column_options *options,
                       struct table_shape *shape)
{
    struct bytes_memory memory = {.left = beginning};
    struct csv          csv = {.source = bytes_source_of_memory(&memory), .separator = separator};
    struct csv_record   record;
    struct header_row   headers;
    struct arena        arena = {0};
    int                 known = 0;
    for (uint64_t i = 0; !csv_next(&csv, &record, NULL) && record.state != CSV_END; i++) {
        if (record.state != CSV_RECORD || (!known && i >= PREAMBLE_MAX_RECORDS))
            continue;
        if (known) {
            read_order(shape, &record);
            read_query_column(shape, &headers, &record);
            continue;
        }
        known = columns_map(record.fields, record.count, options, &shape->columns);
        if (!known) {
            read_preamble(shape, &record);
            continue;
        }
        shape->separator = separator;
        shape->header_record = i;
        struct str *kept = arena_array(&arena, record.count, sizeof *kept);
        for (size_t j = 0; kept && j < record.count; j++)
            kept[j] = arena_str(&arena, record.fields[j]);
        header_row_init(&headers, kept, kept ? record.count : 0);
        header_row_key(&headers, shape->key);
        if (headers.zone.len)
            take_zone(shape, headers.zone);
    }
    arena_fini(&arena);
    csv_fini(&csv);
    return known;
}

/* The separator under which the header makes the most sense. */
static bool look_for_table(struct str beginning, enum table_format format, const struct column_options *options,
                           struct table_shape *shape)
{
    static const char separators[] = {',', ';', '\t', '|'};
    int               best = 0;
    for (size_t i = 0; i < sizeof separators; i++) {
        struct table_shape tried = {.kind = TABLE_RECORDS, .is_table = true};
        if (format == TABLE_FORMAT_TSV && separators[i] != '\t')
            continue;
        int known = find_header(beginning, separators[i], options, &tried);
        if (known > best) {
            best = known;
            *shape = tried;
        }
    }
    if (best == 0)
        return false;
    shape->tool = shape->columns.tool;
    if (options->zone) {
        shape->zone = *options->zone;
        shape->has_zone = true;
        shape->is_zone_said_by_file = false;
    } else if (!shape->has_zone && shape->tool && shape->tool->zone)
        shape->has_zone = zone_find(str_of(shape->tool->zone), &shape->zone, NULL) == ERROR_NONE;
    if (options->date_order != DATE_ORDER_UNKNOWN)
        shape->date_order = options->date_order;
    shape->columns.date_order = shape->date_order;
    shape->columns.zone = shape->has_zone ? &shape->zone : NULL;
    return true;
}

static enum error_code no_header(const char *name, const struct column_options *options, struct error *error)
{
    error_set(error, ERROR_SYNTAX, "%s: no header row with a time and a text in its first %d records", name,
              PREAMBLE_MAX_RECORDS);
    if (options->override_count)
        return error_hint(error, "--map names '%.*s': is there such a column?", STR_ARG(options->overrides[0].header));
    return error_hint(error, "name the columns, as in --map at=\"Posted On\" --map text=Words");
}

/* Packages are told by their first bytes (APPNOTE.TXT 4.3.7), and a spreadsheet by the names in it. */
static enum error_code no_package(struct str beginning, const char *name, struct error *error)
{
    bool is_book = str_contains(beginning, STR("[Content_Types].xml")) || str_contains(beginning, STR("xl/"));
    bool is_old_book = str_starts_with(beginning, STR("\xd0\xcf\x11\xe0"));
    if (is_book || is_old_book) {
        error_set(error, ERROR_SYNTAX, "%s is a spreadsheet, not a table as text", name);
        return error_hint(error, "open it and save it as CSV (\"CSV UTF-8\" in Excel); format columns of ids as text before, or long ids lose their last digits");
    }
    error_set(error, ERROR_SYNTAX, "%s is a zip package", name);
    return error_hint(error, "unpack it and take the file inside; of X's archive that is data/tweets.js");
}

static struct str without_blanks(struct str s)
{
    return str_trim(str_starts_with(s, STR("\xef\xbb\xbf")) ? str_slice(s.ptr + 3, s.len - 3) : s);
}

static enum error_code look_at_objects(struct str beginning, const struct column_options *options, struct table_shape *shape, struct error *error)
{
    struct arena arena = {0};
    shape->kind = TABLE_NATIVE_OBJECTS;
    keep(shape->owner, sizeof shape->owner, options->author.len ? options->author : native_owner(beginning, &arena));
    shape->author = str_of(shape->owner);
    arena_fini(&arena);
    if (shape->author.len)
        return ERROR_NONE;
    error_set(error, ERROR_INVALID, "the archive does not say whose it is");
    return error_hint(error, "name the account, as in --author ann");
}

enum error_code table_look(struct str beginning, const char *name, enum table_format format,
                          const struct column_options *columns, struct table_shape *shape_out, struct error *error)
{
    struct str first = without_blanks(beginning);
    *shape_out = (struct table_shape){0};
    if (first.len == 0 || format == TABLE_FORMAT_JSONL)
        return ERROR_NONE;
    if (str_starts_with(beginning, STR("PK\x03\x04")) || str_starts_with(beginning, STR("\xd0\xcf\x11\xe0")))
        return no_package(beginning, name, error);
    if (columns->zone) {
        shape_out->zone = *columns->zone;
        shape_out->has_zone = true;
    }
    bool is_any = format == TABLE_FORMAT_AUTO && !columns->is_plain;
    shape_out->tool = is_any ? columns->tool && columns->tool->form != EXPORT_TABLE ? columns->tool : export_of_beginning(beginning) : NULL;
    if (shape_out->tool && shape_out->tool->form == EXPORT_ASSIGNMENT)
        return look_at_objects(beginning, columns, shape_out, error);
    shape_out->kind = shape_out->tool ? TABLE_NATIVE_LINES : TABLE_LINES;
    if (shape_out->tool || (format == TABLE_FORMAT_AUTO && first.ptr[0] == '{'))
        return ERROR_NONE;
    if (format == TABLE_FORMAT_AUTO && first.ptr[0] == '[' &&
        (first.len == 1 || memchr("{ \r\n\t]", first.ptr[1], 6))) {
        shape_out->kind = TABLE_OBJECTS;
        return ERROR_NONE;
    }
    if (look_for_table(beginning, format, columns, shape_out))
        return ERROR_NONE;
    bool is_table = format != TABLE_FORMAT_AUTO || has_ending(str_of(name), STR(".csv")) ||
                    has_ending(str_of(name), STR(".tsv")) || has_ending(str_of(name), STR(".tab")) ||
                    columns->override_count || columns->tool;
    return is_table ? no_header(name, columns, error) : ERROR_NONE;
}

/* ---- For mapping by hand ---- */

/* Fields of the records under a separator, taken together: a table has many, and as many in each. */
static size_t fields_under(struct str beginning, char separator)
{
    struct bytes_memory memory = {.left = beginning};
    struct csv          csv = {.source = bytes_source_of_memory(&memory), .separator = separator};
    struct csv_record   record;
    size_t              most = 0, agreeing = 0;
    for (int i = 0; i < 30 && !csv_next(&csv, &record, NULL) && record.state == CSV_RECORD; i++) {
        if (record.count > most) {
            most = record.count;
            agreeing = 0;
        }
        agreeing += record.count == most;
    }
    csv_fini(&csv);
    return most < 2 ? 0 : most * agreeing;
}

bool table_sample(struct str beginning, bool is_whole, char separator, uint64_t header_record, size_t most, struct arena *arena,
                  struct table_sample *sample_out)
{
    static const char separators[] = {',', ';', '\t', '|'};
    size_t            best = 0;
    *sample_out = (struct table_sample){.separator = separator};
    for (size_t i = 0; !separator && i < sizeof separators; i++) {
        size_t fields = fields_under(beginning, separators[i]);
        if (fields > best) {
            best = fields;
            sample_out->separator = separators[i];
        }
    }
    if (!sample_out->separator)
        return false;
    /* The last line of a beginning may be cut. */
    size_t end = beginning.len;
    while (!is_whole && end && beginning.ptr[end - 1] != '\n')
        end--;
    if (end)
        beginning.len = end;
    struct bytes_memory memory = {.left = beginning};
    struct csv          csv = {.source = bytes_source_of_memory(&memory), .separator = sample_out->separator};
    struct csv_record   record;
    sample_out->rows = arena_array(arena, most, sizeof *sample_out->rows);
    for (uint64_t i = 0; sample_out->rows && sample_out->row_count < most && !csv_next(&csv, &record, NULL) && record.state != CSV_END; i++) {
        bool is_header = !sample_out->headers && record.state == CSV_RECORD && (header_record == UINT64_MAX ? record.count > 1 : i == header_record);
        if (record.state != CSV_RECORD || (!sample_out->headers && !is_header))
            continue;
        size_t      count = is_header ? record.count : sample_out->header_count;
        struct str *fields = arena_array(arena, count, sizeof *fields);
        for (size_t j = 0; fields && j < count && j < record.count; j++)
            fields[j] = arena_str(arena, str_trim(record.fields[j]));
        if (!fields)
            break;
        if (is_header) {
            sample_out->header_record = i;
            sample_out->headers = fields;
            sample_out->header_count = count;
        } else
            sample_out->rows[sample_out->row_count++] = fields;
    }
    csv_fini(&csv);
    return sample_out->headers != NULL;
}
