#include "table/look.h"

#include "table/bytes.h"

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

/* The record among the first that is a header, read with this separator; the number of columns it knows, or 0. */
static int find_header(struct str beginning, char separator, const struct column_options *options,
                       struct table_shape *shape)
{
    struct bytes_memory memory = {.left = beginning};
    struct csv          csv = {.source = bytes_source_of_memory(&memory), .separator = separator};
    struct csv_record   record;
    int                 known = 0;
    for (uint64_t i = 0; i < PREAMBLE_MAX_RECORDS && known == 0; i++) {
        if (csv_next(&csv, &record, NULL) || record.state == CSV_END)
            break;
        if (record.state != CSV_RECORD)
            continue;
        known = columns_map(record.fields, record.count, options, &shape->columns);
        if (known) {
            shape->separator = separator;
            shape->header_record = i;
        }
    }
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
        struct table_shape tried = {.is_table = true};
        if (format == TABLE_FORMAT_TSV && separators[i] != '\t')
            continue;
        int known = find_header(beginning, separators[i], options, &tried);
        if (known > best) {
            best = known;
            *shape = tried;
        }
    }
    return best > 0;
}

static enum error_code no_header(const char *name, const struct column_options *options, struct error *error)
{
    error_set(error, ERROR_SYNTAX, "%s: no header row with a time and a text in its first %d records", name,
              PREAMBLE_MAX_RECORDS);
    if (options->override_count)
        return error_hint(error, "--map names '%.*s': is there such a column?", STR_ARG(options->overrides[0].header));
    return error_hint(error, "name the columns, as in --map at=\"Posted On\" --map text=Words");
}

static struct str without_blanks(struct str s)
{
    return str_trim(str_starts_with(s, STR("\xef\xbb\xbf")) ? str_slice(s.ptr + 3, s.len - 3) : s);
}

enum error_code table_look(struct str beginning, const char *name, enum table_format format,
                          const struct column_options *columns, struct table_shape *shape_out, struct error *error)
{
    struct str first = without_blanks(beginning);
    *shape_out = (struct table_shape){0};
    if (first.len == 0 || format == TABLE_FORMAT_JSONL)
        return ERROR_NONE;
    if (str_starts_with(beginning, STR("\xff\xfe")) || str_starts_with(beginning, STR("\xfe\xff"))) {
        error_set(error, ERROR_SYNTAX, "%s is written in UTF-16", name);
        return error_hint(error, "save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 FILE | bellwether import -");
    }
    if (format == TABLE_FORMAT_AUTO && first.ptr[0] == '{')
        return ERROR_NONE;
    if (format == TABLE_FORMAT_AUTO && first.ptr[0] == '[' &&
        (first.len == 1 || memchr("{ \r\n\t]", first.ptr[1], 6))) {
        error_set(error, ERROR_SYNTAX, "%s is one JSON array, not JSON Lines", name);
        return error_hint(error, "one object a line: jq -c '.[]' FILE | bellwether import -");
    }
    if (look_for_table(beginning, format, columns, shape_out))
        return ERROR_NONE;
    bool is_table = format != TABLE_FORMAT_AUTO || has_ending(str_of(name), STR(".csv")) ||
                    has_ending(str_of(name), STR(".tsv")) || has_ending(str_of(name), STR(".tab")) ||
                    columns->override_count;
    return is_table ? no_header(name, columns, error) : ERROR_NONE;
}
