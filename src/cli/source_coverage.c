/* What a source did not capture: a line of the last days, and a table of gaps. */
#include "cli/place.h"
#include "cli/show.h"
#include "cli/source.h"
#include "cli/sources.h"

#include "base/clock.h"
#include "listen/coverage.h"

enum { DAYS_USUAL = 7 };

static struct str lasted(struct cli *cli, int64_t us)
{
    int64_t s = us / CLOCK_SECOND_US;
    if (s < 120)
        return show_text(&cli->arena, "%lld s", (long long)s);
    if (s < 2 * 3600)
        return show_text(&cli->arena, "%lld min", (long long)(s / 60));
    if (s < 2 * 86400)
        return show_text(&cli->arena, "%.1f h", (double)s / 3600);
    return show_text(&cli->arena, "%.1f d", (double)s / 86400);
}

/* A cell of the line: how much of it was missed. */
static int64_t missed_in(const struct coverage_gap *gaps, size_t count, int64_t from_us, int64_t until_us)
{
    int64_t missed = 0, reached = from_us;
    for (size_t i = 0; i < count; i++) { /* by their beginning; where two overlap, once */
        int64_t from = gaps[i].from_us > reached ? gaps[i].from_us : reached, until = gaps[i].until_us < until_us ? gaps[i].until_us : until_us;
        if (until > from) {
            missed += until - from;
            reached = until;
        }
    }
    return missed;
}

static void print_line(struct cli *cli, const struct coverage_gap *gaps, size_t count, int64_t since_us, int64_t until_us)
{
    char    text[CLOCK_TEXT_BYTES];
    int64_t cells = cli->columns > 20 ? (cli->columns < 80 ? cli->columns : 80) - 4 : 16, width = (until_us - since_us) / cells;
    if (width <= 0)
        return;
    buf_append_str(&cli->out, STR("  "));
    for (int64_t i = 0; i < cells; i++) {
        int64_t missed = missed_in(gaps, count, since_us + i * width, since_us + (i + 1) * width);
        buf_append_str(&cli->out, missed == 0 ? STR("█") : missed * 10 < width ? STR("▓") : missed * 2 < width ? STR("▒") : STR("░"));
    }
    clock_print_short(since_us, text);
    buf_printf(&cli->out, "\n  %s%-*s", show_dim(cli), (int)cells - 3, text);
    buf_printf(&cli->out, "now%s\n\n", show_plain(cli));
}

static size_t of_source(struct coverage_gap *gaps, size_t count, const struct capture_source *source)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!source || !gaps[i].source[0] || str_equal(str_of(gaps[i].source), source->name))
            gaps[kept++] = gaps[i];
    return kept;
}

static enum error_code print_table(struct cli *cli, const struct coverage_gap *gaps, size_t count)
{
    static const struct show_column columns[] = {{"from", false, false}, {"until", false, false}, {"missed", true, false}, {"source", false, false},
                                                 {"reason", false, true}};
    struct show_table               table = {.columns = columns, .column_count = 5};
    enum error_code                 code = ERROR_NONE;
    for (size_t i = 0; i < count && !code; i++)
        code = show_row(cli, &table, (const struct str[]){show_time(&cli->arena, gaps[i].from_us), show_time(&cli->arena, gaps[i].until_us),
                                                          lasted(cli, gaps[i].until_us - gaps[i].from_us),
                                                          gaps[i].source[0] ? str_of(gaps[i].source) : STR("all"), str_of(gaps[i].reason)});
    if (!code)
        show_table(cli, &table);
    return code;
}

static void print_json(struct cli *cli, const struct coverage_gap *gaps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct json json = json_writer(&cli->out);
        json_object(&json);
        json_put_time(&json, "from", gaps[i].from_us);
        json_put_time(&json, "until", gaps[i].until_us);
        json_put_str(&json, "reason", str_of(gaps[i].reason));
        json_put_str(&json, "source", str_of(gaps[i].source));
        json_end(&json);
        buf_append_char(&cli->out, '\n');
    }
}

static enum error_code show(struct cli *cli, const struct coverage *coverage, const struct capture_source *source, int64_t since_us, int64_t until_us)
{
    size_t               count = 0;
    struct coverage_gap *gaps = coverage_clip(coverage, since_us, until_us, &cli->arena, &count);
    enum error_code      code = ERROR_NONE;
    if (!gaps && count)
        return error_set(&cli->error, ERROR_MEMORY, "no memory for gaps");
    count = of_source(gaps, count, source);
    if (cli->is_json) {
        print_json(cli, gaps, count);
        return cli_flush(cli);
    }
    print_line(cli, gaps, count, since_us, until_us);
    if (count)
        code = print_table(cli, gaps, count);
    else
        cli_say(cli, "nothing is known to be missing");
    return code ? code : cli_flush(cli);
}

enum error_code source_deed_coverage(struct cli *cli)
{
    struct capture_source source;
    struct record        *records = NULL;
    struct place_reader   reader = {0};
    struct coverage       coverage = {0};
    bool                  is_one = source_argument(cli, 0) != NULL;
    int64_t               days = DAYS_USUAL, now_us = clock_now_us();
    enum error_code       code = cli_number(cli, "days", DAYS_USUAL, 1, 400, &days);
    if (!code && is_one)
        code = sources_open(cli, &records);
    if (!code && is_one)
        code = sources_named(cli, records, 0, &source);
    record_close(records);
    if (!code)
        code = place_open_reader(cli, &reader);
    if (!code)
        code = coverage_read(reader.archive, &coverage, &cli->error);
    if (!code)
        code = show(cli, &coverage, is_one ? &source : NULL, now_us - days * CLOCK_DAY_US, now_us);
    coverage_fini(&coverage);
    place_close_reader(&reader);
    return code;
}
