#include "api/table.h"

#include "base/clock.h"

#include <math.h>

enum table_format table_format(struct api_call *call)
{
    struct str word = api_word(call, "format");
    return str_equal(word, STR("csv")) ? TABLE_CSV : str_equal(word, STR("jsonl")) ? TABLE_LINES : TABLE_JSON;
}

void table_begin(struct api_call *call, enum table_format format, const char *what)
{
    char name[160];
    if (format == TABLE_JSON)
        return;
    call->response->content_type = format == TABLE_CSV ? "text/csv; charset=utf-8" : "application/jsonl";
    snprintf(name, sizeof name, "attachment; filename=\"%s-%s.%s\"", what, call->workspace ? call->workspace->name : "server",
             format == TABLE_CSV ? "csv" : "jsonl");
    http_set_header(call->response, "Content-Disposition", name);
}

void table_header(struct buf *out, const char *names)
{
    buf_append_str(out, str_of(names));
    buf_append_str(out, STR("\r\n"));
}

void table_text(struct buf *out, struct str value)
{
    bool is_formula = value.len && memchr("=+-@\t\r", value.ptr[0], 6);
    bool is_quoted = is_formula;
    for (size_t i = 0; i < value.len && !is_quoted; i++)
        is_quoted = memchr(",\"\r\n", value.ptr[i], 4) != NULL;
    if (!is_quoted) {
        buf_append_str(out, value);
        buf_append_char(out, ',');
        return;
    }
    buf_append_str(out, is_formula ? STR("\"'") : STR("\""));
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"')
            buf_append_char(out, '"');
        buf_append_char(out, value.ptr[i]);
    }
    buf_append_str(out, STR("\","));
}

void table_number(struct buf *out, int64_t value)
{
    buf_printf(out, "%lld,", (long long)value);
}

void table_real(struct buf *out, double value, int decimals)
{
    if (isfinite(value))
        buf_printf(out, "%.*f", decimals, value);
    buf_append_char(out, ',');
}

void table_time(struct buf *out, int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];
    if (at_us)
        buf_append_str(out, str_of(clock_print(at_us, text)));
    buf_append_char(out, ',');
}

void table_end_row(struct buf *out)
{
    if (out->len && out->ptr[out->len - 1] == ',')
        out->len--;
    buf_append_str(out, STR("\r\n"));
}
