#include "cli/replay.h"
#include "cli/show_posts.h"

#include "base/clock.h"
#include "trend/trend_json.h"

#include <math.h>

enum { DEFAULT_TOP = 20, MOST_TOP = 100000 };

static const struct cli_option options[] = {
    {0, "at", "TIME", "what is rising at this time; at the last post of the archive where nothing is said"},
    {0, "since", "TIME", "with --until: what was unearthed in between, strongest first"},
    {0, "until", "TIME", "the end of that time; the last post where it is not said"},
    {0, "top", "N", "at most so many trends; 20 where it is not said"},
    {0, "warm-up", "TIME", "how long to listen before, to know what is usual, as in 14d; 28d where it is not said"},
    {0, "replay", NULL,
     "every opening, change and closing of a trend in event time, one line each, over the whole archive or --since and "
     "--until"},
    PLACE_QUERY_OPTIONS,
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether trends", "what is rising now, as far as the archive reaches"},
    {"bellwether trends --since 2015-02-23 --until 2015-02-24", "what came up on that day"},
    {"bellwether trends 'community:harbour' --replay --json > replay.jsonl", "how the trends of one community came and "
                                                                             "went"},
    {0},
};

/* What is asked about, in times. */
struct ask {
    int64_t since_us, until_us, warm_up_us;
    int64_t first_us, last_us; /* posts of the archive */
    size_t  top;
    bool    is_replay, is_between; /* else: at until_us */
};

static enum error_code find_warm_up(struct cli *cli, struct ask *ask)
{
    const char *warm_up = cli_value(cli, "warm-up");
    ask->warm_up_us = REPLAY_WARM_UP_US;
    if (warm_up && !clock_parse_duration(str_of(warm_up), &ask->warm_up_us))
        return error_set(&cli->error, ERROR_USAGE, "--warm-up: expected a time like 14d, found '%.60s'", warm_up);
    return ERROR_NONE;
}

static enum error_code find_ask(struct cli *cli, const struct archive_stats *stats, struct ask *ask)
{
    int64_t         behind_us = stats->last_us + 1, top, at_us;
    enum error_code code = find_warm_up(cli, ask);
    ask->is_replay = cli_switch(cli, "replay");
    ask->is_between = cli_value(cli, "since") || cli_value(cli, "until");
    ask->first_us = stats->first_us;
    ask->last_us = stats->last_us;
    if (cli_value(cli, "at") && (ask->is_between || ask->is_replay))
        return error_set(&cli->error, ERROR_USAGE, "trends: either --at, or --since, --until and --replay");
    if (!code)
        code = cli_number(cli, "top", DEFAULT_TOP, 1, MOST_TOP, &top);
    if (!code)
        code = cli_time(cli, "at", behind_us, behind_us, &at_us);
    if (!code)
        code = cli_time(cli, "since", behind_us, stats->first_us, &ask->since_us);
    if (!code)
        code = cli_time(cli, "until", behind_us, behind_us, &ask->until_us);
    if (code)
        return code;
    if (!ask->is_between && !ask->is_replay)
        ask->until_us = ask->since_us = at_us;
    ask->top = (size_t)top;
    return ask->since_us > ask->until_us ? error_set(&cli->error, ERROR_USAGE, "trends: --since lies behind --until")
                                         : ERROR_NONE;
}

/* ---- For people ---- */

enum { GROWTH_COLUMNS = 12, VOICES_COLUMNS = 7, Z_COLUMNS = 6, START_COLUMNS = 12, SHAPE_COLUMNS = 12, GAP = 2 };

static int label_columns(const struct cli *cli)
{
    return cli->columns - GROWTH_COLUMNS - VOICES_COLUMNS - Z_COLUMNS - START_COLUMNS - SHAPE_COLUMNS - 5 * GAP;
}

/* "x1.9/h +-0.3": the factor by which voices grow in an hour, and what its standard error makes of it. */
static struct str growth_words(struct arena *arena, const struct trend *trend)
{
    double factor = exp(trend->growth_per_h), error = factor * trend->growth_se;
    if (!isfinite(factor) || !isfinite(error))
        return STR("\xe2\x80\x93");
    if (factor >= 100 || error >= 100)
        return STR("\xc3\x97" ">99/h");
    return show_text(arena, factor < 9.95 ? "\xc3\x97%.1f/h \xc2\xb1%.1f" : "\xc3\x97%.0f/h \xc2\xb1%.0f", factor,
                     error);
}

static void print_cell(struct cli *cli, struct str text, int columns, bool is_right)
{
    show_padded(&cli->out, show_cut(&cli->arena, text, columns), columns, is_right);
    buf_append_str(&cli->out, STR("  "));
}

static void print_titles(struct cli *cli)
{
    buf_append_str(&cli->out, str_of(show_dim(cli)));
    print_cell(cli, STR("trend"), label_columns(cli), false);
    print_cell(cli, STR("growth"), GROWTH_COLUMNS, false);
    print_cell(cli, STR("voices"), VOICES_COLUMNS, true);
    print_cell(cli, STR("z"), Z_COLUMNS, true);
    print_cell(cli, STR("start"), START_COLUMNS, false);
    buf_printf(&cli->out, "shape%s\n", show_plain(cli));
}

/* The flags with the numbers behind them. */
static void print_flags(struct cli *cli, const struct trend *trend)
{
    if (!trend->flags)
        return;
    buf_append_str(&cli->out, STR("  flags:"));
    for (size_t i = 0; i < 3; i++)
        if (trend->flags & (1u << i))
            buf_printf(&cli->out, " %s", trend_flag_names[i]);
    buf_printf(&cli->out, " (%.0f %% copies, %.0f %% by one author, %.0f effective voices)\n", 100 * trend->dup_share,
               100 * trend->top_author_share, trend->effective_voices);
}

static void print_trend(struct cli *cli, const struct trend *trend)
{
    struct arena *arena = &cli->arena;
    char          start[CLOCK_TEXT_BYTES];
    struct str    label = show_cut(arena, show_clean(arena, trend->label), label_columns(cli));
    buf_append_str(&cli->out, str_of(show_bold(cli)));
    show_padded(&cli->out, label, label_columns(cli), false);
    buf_printf(&cli->out, "%s  ", show_plain(cli));
    print_cell(cli, growth_words(arena, trend), GROWTH_COLUMNS, false);
    print_cell(cli, show_number(arena, (uint64_t)(trend->voices + 0.5)), VOICES_COLUMNS, true);
    print_cell(cli, show_text(arena, "%.1f", trend->z), Z_COLUMNS, true);
    print_cell(cli, str_of(clock_print_short(trend->started_at_us, start)), START_COLUMNS, false);
    buf_append_str(&cli->out, str_of(show_brass(cli)));
    show_sparkline(&cli->out, trend->series, TREND_SERIES, SHAPE_COLUMNS);
    buf_printf(&cli->out, "%s\n", show_plain(cli));
    print_flags(cli, trend);
    const struct trend_post *quotes = trend->representative_count ? trend->representatives : trend->first_voices;
    size_t count = trend->representative_count ? trend->representative_count : trend->first_voice_count;
    for (size_t i = 0; i < count && i < 2; i++)
        show_quote(cli, quotes[i].author, quotes[i].text, 2, arena);
}

static enum error_code print_trends(struct cli *cli, const struct ask *ask, const struct trend *const *trends,
                                    size_t count)
{
    bool has_more = count > ask->top;
    count = has_more ? ask->top : count;
    if (cli->is_json) {
        buf_append_str(&cli->out, STR("{\"trends\":["));
        for (size_t i = 0; i < count; i++) {
            if (i)
                buf_append_char(&cli->out, ',');
            trend_print_json(trends[i], &cli->out);
        }
        buf_append_str(&cli->out, STR("]}\n"));
        return cli_flush(cli);
    }
    if (count)
        print_titles(cli);
    for (size_t i = 0; i < count; i++)
        print_trend(cli, trends[i]);
    if (count == 0)
        cli_say(cli, "no trends %s %s", ask->is_between ? "came up before" : "are open at",
                show_time(&cli->arena, ask->until_us).ptr);
    if (has_more)
        cli_say(cli, "more with --top N");
    return cli_flush(cli);
}

/* ---- The three ways to ask ---- */

/* What is open at ask->until_us. */
static enum error_code show_open(struct cli *cli, struct replay *replay, const struct ask *ask)
{
    struct trend        *open = NULL;
    const struct trend **trends;
    size_t               count = 0;
    enum error_code      code = replay_run(replay);
    if (!code)
        code = trend_engine_open_trends(replay->engine, &cli->arena, &open, &count, &cli->error);
    if (code)
        return code;
    trends = arena_array(&cli->arena, count, sizeof *trends);
    if (!trends)
        return error_set(&cli->error, ERROR_MEMORY, "no memory for %zu trends", count);
    for (size_t i = 0; i < count; i++)
        trends[i] = &open[i];
    return print_trends(cli, ask, trends, count);
}

static enum error_code show_between(struct cli *cli, struct replay *replay, const struct ask *ask)
{
    struct unearthed     unearthed = {.since_us = ask->since_us, .until_us = ask->until_us};
    const struct trend **trends = NULL;
    replay->on_event = unearthed_on_event;
    replay->context = &unearthed;
    enum error_code code = replay_run(replay);
    if (!code)
        trends = arena_array(&cli->arena, unearthed.count, sizeof *trends);
    if (!code && (unearthed.has_failed || !trends))
        code = error_set(&cli->error, ERROR_MEMORY, "no memory for %zu trends", unearthed.count);
    if (!code) {
        unearthed_sort(&unearthed);
        for (size_t i = 0; i < unearthed.count; i++)
            trends[i] = &unearthed.trends[i]->trend;
        code = print_trends(cli, ask, trends, unearthed.count);
    }
    unearthed_fini(&unearthed);
    return code;
}

struct stream {
    struct cli      *cli;
    int64_t          since_us;
    enum error_code  code;
};

static void print_event(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    static const char *const words[] = {[TREND_OPEN] = "opens", [TREND_UPDATE] = "changes", [TREND_CLOSE] = "closes"};
    struct stream *stream = context;
    struct cli    *cli = stream->cli;
    struct arena   scratch = {0};
    if (at_us < stream->since_us || stream->code || cli->is_reader_gone)
        return;
    if (cli->is_json) {
        trend_print_event_json(trend, kind, at_us, &cli->out);
    } else {
        struct str label = show_clean(&scratch, trend->label);
        buf_printf(&cli->out, "%s  %-7s  z %5.1f  %5.0f voices  %.*s", show_time(&scratch, at_us).ptr, words[kind],
                   trend->z, trend->voices, STR_ARG(show_cut(&scratch, label, cli->columns - 51)));
    }
    buf_append_char(&cli->out, '\n');
    stream->code = cli_flush(cli);
    arena_fini(&scratch);
}

static enum error_code show_replay(struct cli *cli, struct replay *replay, const struct ask *ask)
{
    struct stream stream = {.cli = cli, .since_us = ask->since_us};
    replay->on_event = print_event;
    replay->context = &stream;
    enum error_code code = replay_run(replay);
    return code ? code : stream.code;
}

static enum error_code run(struct cli *cli)
{
    struct place_reader  reader = {0};
    struct query         query;
    struct archive_stats stats = {0};
    struct ask           ask = {0};
    enum error_code      code = place_open_reader(cli, &reader);
    if (!code)
        code = archive_stats(reader.snapshot, &stats, &cli->error);
    if (!code)
        code = place_query(cli, 0, stats.last_us, &query);
    if (!code)
        code = find_ask(cli, &stats, &ask);
    if (!code) {
        int64_t       from_us = ask.since_us - ask.warm_up_us;
        struct replay replay = {.cli = cli, .snapshot = reader.snapshot, .root = query.root, .until_us = ask.until_us,
                                .from_us = from_us > stats.first_us ? from_us : stats.first_us};
        code = ask.is_replay    ? show_replay(cli, &replay, &ask)
               : ask.is_between ? show_between(cli, &replay, &ask)
                                : show_open(cli, &replay, &ask);
        replay_fini(&replay);
    }
    place_close_reader(&reader);
    return code;
}

const struct cli_command cmd_trends = {
    .name = "trends",
    .arguments = "[QUERY] [--at TIME | --since TIME --until TIME] [--top N] [--replay]",
    .summary = "what is rising: label, growth, voices, strength, start, posts",
    .details = "Unearths what people say more than expected: distinct voices are counted, not posts, and near-copies "
               "collapse. Growth is the factor an hour with its standard error, z the strength of the deviation in "
               "standard deviations, start the time from which it grew. A query narrows what is listened to. Times are "
               "UTC, a date, or a duration back from the last post (24h). docs/trends.md tells the method.\n\n"
               "With --json: {\"trends\":[{\"trend\", \"label\", \"terms\", \"started_at\", \"detected_at\", "
               "\"voices\", \"z\", \"growth_per_h\", \"growth_se\", \"flags\", \"post_ids\", ...}]}, strongest first. "
               "With --replay --json: one line for each event, {\"trend\", \"event\":\"open|update|close\", \"at\", "
               "\"z\", \"voices\", \"flags\", \"post_ids\", \"label\", ...}.",
    .options = options,
    .examples = examples,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
