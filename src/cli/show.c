#include "cli/show.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdlib.h>

/* ---- Text ---- */

/* Marks that reorder or hide text around them, and the C1 controls, of which U+009B begins an escape sequence. */
static bool is_dangerous(uint32_t c)
{
    return (c >= 0x80 && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
           c == 0x200f || c == 0x061c || c == 0x2028 || c == 0x2029 || c == 0xfeff || (c >= 0xe0000 && c < 0xe0020) ||
           (c >= 0xfff9 && c <= 0xfffb);
}

struct str show_clean(struct arena *arena, struct str text)
{
    struct buf clean = {0};
    bool       was_blank = true;
    for (size_t at = 0; at < text.len;) {
        size_t len = utf8_valid_length(text.ptr + at, text.len - at), start = at;
        if (len == 0) {
            buf_append_str(&clean, STR("\xef\xbf\xbd"));
            at++;
            was_blank = false;
            continue;
        }
        uint32_t c = utf8_next(text, &at);
        bool     is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (is_blank && !was_blank)
            buf_append_char(&clean, ' ');
        else if (!is_blank && (c < 0x20 || c == 0x7f))
            buf_append_str(&clean, STR("\xef\xbf\xbd"));
        else if (!is_blank && !is_dangerous(c))
            buf_append(&clean, text.ptr + start, len);
        was_blank = is_blank;
    }
    struct str kept = clean.has_failed ? (struct str){0} : arena_str(arena, str_trim(buf_str(&clean)));
    buf_fini(&clean);
    return kept;
}

/* Bytes of the longest beginning that needs at most so many columns, and how many it needs. Whole characters: an emoji
 * sequence may be cut early but never overflows. */
static size_t fitting(struct str text, int columns, int *used_out)
{
    size_t at = 0;
    *used_out = 0;
    while (at < text.len) {
        size_t next = at;
        utf8_next(text, &next);
        int width = text_terminal_width(str_slice(text.ptr + at, next - at));
        if (*used_out + width > columns)
            break;
        *used_out += width;
        at = next;
    }
    return at;
}

struct str show_cut(struct arena *arena, struct str clean, int columns)
{
    if (text_terminal_width(clean) <= columns)
        return clean;
    int        used;
    struct buf cut = {0};
    size_t     len = fitting(clean, columns > 0 ? columns - 1 : 0, &used);
    while (len && clean.ptr[len - 1] == ' ')
        len--;
    buf_append(&cut, clean.ptr, len);
    buf_append_str(&cut, STR("\xe2\x80\xa6"));
    struct str kept = cut.has_failed ? (struct str){0} : arena_str(arena, buf_str(&cut));
    buf_fini(&cut);
    return kept;
}

static void blanks(struct buf *out, int count)
{
    for (int i = 0; i < count; i++)
        buf_append_char(out, ' ');
}

void show_padded(struct buf *out, struct str clean, int columns, bool is_right)
{
    int missing = columns - text_terminal_width(clean);
    if (is_right)
        blanks(out, missing);
    buf_append_str(out, clean);
    if (!is_right)
        blanks(out, missing);
}

/* Where the line that starts text ends: at a blank where there is one, else in the middle of a word. */
static size_t line_end(struct str text, int columns)
{
    int    used;
    size_t end = fitting(text, columns, &used);
    if (end == text.len || end == 0)
        return text.len < 1 || end ? end : text.len;
    for (size_t blank = end + 1; blank-- > 1;)
        if (text.ptr[blank] == ' ')
            return blank;
    return end;
}

void show_wrapped(struct buf *out, struct str clean, int columns, int indent, int max_lines)
{
    for (int line = 1; clean.len; line++) {
        bool   is_last = line == max_lines;
        size_t end = line_end(clean, columns - indent - (is_last ? 2 : 0));
        blanks(out, indent);
        buf_append(out, clean.ptr, end);
        clean = str_trim(str_slice(clean.ptr + end, clean.len - end));
        if (is_last && clean.len) {
            buf_append_str(out, STR(" \xe2\x80\xa6"));
            clean.len = 0;
        }
        buf_append_char(out, '\n');
    }
}

struct str show_text(struct arena *arena, const char *format, ...)
{
    char    text[1024];
    va_list list;
    va_start(list, format);
    int used = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return arena_str(arena, str_slice(text, used < 0                     ? 0
                                            : (size_t)used < sizeof text ? (size_t)used
                                                                         : sizeof text - 1));
}

/* ---- Numbers ---- */

struct str show_number(struct arena *arena, uint64_t number)
{
    char text[32], digits[24];
    int  len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number), used = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    return arena_str(arena, str_slice(text, (size_t)used));
}

struct str show_bytes(struct arena *arena, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double                   size = (double)bytes;
    size_t                   unit = 0;
    while (size >= 1024 && unit < 4) {
        size /= 1024;
        unit++;
    }
    return show_text(arena, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

struct str show_time(struct arena *arena, int64_t at_us)
{
    char    text[CLOCK_TEXT_BYTES];
    int64_t year;
    int     month, day;
    clock_civil_from_days(clock_floor(at_us, CLOCK_DAY_US) / CLOCK_DAY_US, &year, &month, &day);
    clock_print_short(at_us, text);
    return show_text(arena, "%.6s %lld %s", text, (long long)year, text + 7);
}

/* ---- Drawings ---- */

void show_sparkline(struct buf *out, const uint32_t *values, size_t count, size_t cells)
{
    cells = cells < count ? cells : count;
    double largest = 0;
    for (int is_drawing = 0; is_drawing < 2; is_drawing++)
        for (size_t cell = 0; cell < cells; cell++) {
            double sum = 0;
            for (size_t i = cell * count / cells; i < (cell + 1) * count / cells; i++)
                sum += values[i];
            largest = sum > largest ? sum : largest;
            int level = largest > 0 ? (int)(sum / largest * 7.999) : 0;
            if (is_drawing)
                buf_append(out, (char[]){'\xe2', '\x96', (char)(0x81 + level)}, 3); /* U+2581 to U+2588 */
        }
}

void show_bar(struct buf *out, double share, int columns)
{
    int eighths = (int)(share * columns * 8 + 0.5);
    if (share > 0 && eighths == 0)
        eighths = 1;
    for (; eighths >= 8; eighths -= 8)
        buf_append_str(out, STR("\xe2\x96\x88"));
    if (eighths > 0)
        buf_append(out, (char[]){'\xe2', '\x96', (char)(0x90 - eighths)}, 3); /* U+258F, one eighth, to U+2589, seven */
}

const char *show_bold(const struct cli *cli)
{
    return cli->has_colour ? "\x1b[1m" : "";
}

const char *show_dim(const struct cli *cli)
{
    return cli->has_colour ? "\x1b[2m" : "";
}

const char *show_brass(const struct cli *cli)
{
    return cli->has_colour ? "\x1b[33m" : "";
}

const char *show_plain(const struct cli *cli)
{
    return cli->has_colour ? "\x1b[0m" : "";
}

/* ---- Tables ---- */

enum { GAP = 2, LEAST_FLEXIBLE = 8, TABLE_GROWTH = 64 };

enum error_code show_row(struct cli *cli, struct show_table *table, const struct str *cells)
{
    if (table->row_count == table->row_capacity) {
        size_t      capacity = table->row_capacity ? table->row_capacity * 2 : TABLE_GROWTH;
        struct str *grown = arena_array(&cli->arena, capacity * table->column_count, sizeof *grown);
        if (!grown)
            return error_set(&cli->error, ERROR_MEMORY, "no memory for a table of %zu rows", capacity);
        if (table->row_count)
            memcpy(grown, table->cells, table->row_count * table->column_count * sizeof *grown);
        table->cells = grown;
        table->row_capacity = capacity;
    }
    for (size_t i = 0; i < table->column_count; i++)
        table->cells[table->row_count * table->column_count + i] = show_clean(&cli->arena, cells[i]);
    table->row_count++;
    return ERROR_NONE;
}

static void measure(const struct cli *cli, const struct show_table *table, int widths[SHOW_MAX_COLUMNS])
{
    int total = -GAP, flexible = -1;
    for (size_t c = 0; c < table->column_count; c++) {
        widths[c] = (int)strlen(table->columns[c].title);
        for (size_t r = 0; r < table->row_count; r++) {
            int width = text_terminal_width(table->cells[r * table->column_count + c]);
            widths[c] = width > widths[c] ? width : widths[c];
        }
        total += widths[c] + GAP;
        if (table->columns[c].is_flexible)
            flexible = (int)c;
    }
    if (total <= cli->columns || flexible < 0)
        return;
    widths[flexible] -= total - cli->columns;
    if (widths[flexible] < LEAST_FLEXIBLE)
        widths[flexible] = LEAST_FLEXIBLE;
}

static void print_cells(struct cli *cli, const struct show_table *table, const struct str *cells,
                        const int widths[SHOW_MAX_COLUMNS])
{
    for (size_t c = 0; c < table->column_count; c++) {
        struct str cell = show_cut(&cli->arena, cells[c], widths[c]);
        bool       is_last = c + 1 == table->column_count;
        if (is_last && !table->columns[c].is_right)
            buf_append_str(&cli->out, cell);
        else
            show_padded(&cli->out, cell, widths[c], table->columns[c].is_right);
        if (!is_last)
            blanks(&cli->out, GAP);
    }
    buf_append_char(&cli->out, '\n');
}

void show_table(struct cli *cli, const struct show_table *table)
{
    int        widths[SHOW_MAX_COLUMNS];
    struct str titles[SHOW_MAX_COLUMNS];
    bool       has_titles = false;
    require(table->column_count <= SHOW_MAX_COLUMNS);
    measure(cli, table, widths);
    for (size_t c = 0; c < table->column_count; c++) {
        titles[c] = str_of(table->columns[c].title);
        has_titles |= titles[c].len > 0;
    }
    if (has_titles) {
        buf_append_str(&cli->out, str_of(show_dim(cli)));
        print_cells(cli, table, titles, widths);
        buf_append_str(&cli->out, str_of(show_plain(cli)));
    }
    for (size_t r = 0; r < table->row_count; r++)
        print_cells(cli, table, table->cells + r * table->column_count, widths);
}
