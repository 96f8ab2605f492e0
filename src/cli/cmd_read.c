/* Reads on the command line: the same rows as the page's, in the same records.db; SQLite lets a running server and this
 * program share it. */
#include "cli/place.h"
#include "cli/show.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "read/read.h"
#include "topic/topic.h"

#include <inttypes.h>
#include <math.h>

enum { LIST_MOST = 200 };

static const struct cli_option options[] = {
    {'q', "query", "QUERY", "what the read is about, in the listening language; every post where nothing is said"},
    {0, "topic", "NAME", "or a topic, by its name or number"},
    {0, "volume", "WAY", "posts will be lower, flat or higher"},
    {0, "tone", "WAY", "the share of negative posts will be above or below --share"},
    {0, "share", "PERCENT", "of negative posts among those whose tone is known"},
    {0, "spill", "PLACE", "it will reach a platform or community: platform:reddit, community:harbour"},
    {0, "voices", "N", "with --spill: so many distinct authors there; 5 where it is not said"},
    {0, "fewer-than", "N", "with --spill: fewer than so many wrote there up to now; 1 where it is not said"},
    {0, "due", "TIME", "when it is settled: 24h from now, or a time"},
    {0, "window", "TIME", "how long a time is counted; up to --due, at most a day, where it is not said"},
    {0, "sure", "PERCENT", "how sure, 1 to 99"},
    {0, "because", "WORDS", "why"},
    {0, "feels", "WORDS", "words of feeling"},
    {0, "status", "STATUS", "with list: open, settled, void or withdrawn reads alone"},
    PLACE_QUERY_OPTIONS,
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether read new -q 'delay*' --volume lower --due 24h --sure 70", "a judgement on record; the engine's own "
                                                                           "shows once it is kept"},
    {"bellwether read list --status open", "what is waiting for its day"},
    {"bellwether read settle", "settles by the archive whatever is due"},
    {"bellwether read score", "Brier score and calibration, from ten settled reads on"},
    {0},
};

struct desk {
    struct cli         *cli;
    struct place_reader reader;
    struct record      *records;
    int64_t             now_us;
    struct read_tools   tools;
};

/* The wall clock; or the archive's last post, where nothing has been captured for a day: an archive that stands still
 * has no tomorrow. */
static enum error_code find_now(struct desk *desk)
{
    struct archive_stats stats = {0};
    enum error_code      code = archive_stats(desk->reader.snapshot, &stats, &desk->cli->error);
    desk->now_us = clock_now_us();
    if (!code && stats.posts && stats.last_us < desk->now_us - CLOCK_DAY_US) {
        desk->now_us = stats.last_us;
        cli_say(desk->cli, "the archive ends at %s: that is taken as now",
                show_time(&desk->cli->arena, desk->now_us).ptr);
    }
    return code;
}

static enum error_code hidden(void *context, int64_t from_us, int64_t until_us, double *share_out, struct error *error)
{
    struct desk         *desk = context;
    struct coverage      coverage = {0};
    struct coverage_gap *gaps = NULL;
    size_t               count = 0;
    enum error_code      code = coverage_read(desk->reader.archive, &coverage, error);
    if (!code && !(gaps = coverage_clip(&coverage, from_us, until_us, &desk->cli->arena, &count)))
        code = error_set(error, ERROR_MEMORY, "no memory for the gaps in what was captured");
    *share_out = code ? 0 : read_hidden_share(gaps, count, from_us, until_us);
    coverage_fini(&coverage);
    return code;
}

static enum error_code desk_open(struct cli *cli, struct desk *desk)
{
    static const struct record_domain *const domains[] = {&topic_domain, &read_domain, NULL};
    char                                     path[512];
    desk->cli = cli;
    enum error_code code = place_open_reader(cli, &desk->reader);
    if (!code && !vfs_join(path, cli->client_folder, "records.db"))
        code = error_set(&cli->error, ERROR_USAGE, "--data: the path is too long");
    if (!code)
        code = record_open(path, domains, &desk->records, &cli->error);
    if (!code && !cli->analyser)
        code = text_analyser_new(&cli->analyser, &cli->error);
    desk->tools = (struct read_tools){.analyser = cli->analyser, .hidden = hidden, .context = desk};
    return code ? code : find_now(desk);
}

static void desk_close(struct desk *desk)
{
    record_close(desk->records);
    place_close_reader(&desk->reader);
}

/* ---- Showing ---- */

static void show_counts(struct buf *out, enum read_kind kind, const struct read_counts *counts)
{
    if (kind == READ_VOLUME)
        buf_printf(out, "%.0f posts", counts->posts);
    else if (kind == READ_SPILL)
        buf_printf(out, "%.0f voices", counts->voices);
    else if (counts->known > 0)
        buf_printf(out, "%.0f %% negative of %.0f", 100 * counts->negative / counts->known, counts->known);
    else
        buf_append_str(out, STR("no post of known tone"));
}

static void show_read(struct cli *cli, const struct read *read)
{
    struct buf   *out = &cli->out;
    struct arena *arena = &cli->arena;
    struct str    words = show_clean(arena, read_claim_words(&read->claim, arena));
    buf_printf(out, "%s%" PRId64 "  %.*s%s, %d %% sure", show_bold(cli), read->id, STR_ARG(words), show_plain(cli),
               read->sure);
    if (read->because.len)
        buf_printf(out, ", because %.*s", STR_ARG(show_clean(arena, read->because)));
    buf_printf(out, "\n    %.*s, %s; before it: ", STR_ARG(show_clean(arena, read->by.name)),
               show_time(arena, read->made_us).ptr);
    show_counts(out, read->claim.kind, &read->base);
    buf_printf(out, "\n    the engine: %.0f %%, base rate %.0f %%. %.*s\n", 100 * read->engine.p,
               100 * read->engine.base_rate, STR_ARG(read->engine.basis));
    if (read->status == READ_OPEN) {
        buf_printf(out, "    open until %s\n", show_time(arena, read->claim.due_us).ptr);
        return;
    }
    buf_printf(out, "    %s%s%s by %.*s", show_brass(cli),
               read->status == READ_SETTLED ? read->came_true ? "came true" : "did not come true"
                                            : read_status_names[read->status],
               show_plain(cli), STR_ARG(show_clean(arena, read->ended_by)));
    if (read->status == READ_SETTLED) {
        buf_append_str(out, STR(": "));
        show_counts(out, read->claim.kind, &read->outcome);
    }
    if (read->reason.len)
        buf_printf(out, " (%.*s)", STR_ARG(show_clean(arena, read->reason)));
    buf_append_char(out, '\n');
}

static enum error_code print_read(struct cli *cli, const struct read *read)
{
    if (!cli->is_json) {
        show_read(cli, read);
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    read_print(&json, read, &cli->arena);
    buf_append_char(&cli->out, '\n');
    return cli_flush(cli);
}

/* ---- new ---- */

static enum error_code find_due(struct desk *desk, int64_t *due_us_out)
{
    const char *due = cli_value(desk->cli, "due");
    int64_t     ahead_us;
    if (!due)
        return error_set(&desk->cli->error, ERROR_USAGE, "read new: --due is missing, as in --due 24h");
    if (clock_parse(str_of(due), due_us_out))
        return ERROR_NONE;
    if (!clock_parse_duration(str_of(due), &ahead_us))
        return error_set(&desk->cli->error, ERROR_USAGE, "--due: expected a time or a duration like 24h, found '%.60s'",
                         due);
    *due_us_out = desk->now_us + ahead_us;
    return ERROR_NONE;
}

static enum error_code find_way(struct cli *cli, const char *name, struct read_claim *claim)
{
    const char *way = cli_value(cli, name);
    if (!read_way_parse(str_of(way), &claim->way))
        return error_set(&cli->error, ERROR_USAGE, "--%s: expected %s, found '%.40s'", name,
                         claim->kind == READ_TONE ? "above or below" : "lower, flat or higher", way);
    return ERROR_NONE;
}

static enum error_code find_spill(struct cli *cli, struct read_claim *claim)
{
    struct str rest = str_of(cli_value(cli, "spill")), kind;
    bool       has_kind = str_next_field(&rest, ':', &kind) && rest.ptr;
    claim->way = READ_WAY_REACHES;
    claim->is_community = has_kind && str_equal(kind, STR("community"));
    claim->target = rest;
    if (!has_kind || (!claim->is_community && !str_equal(kind, STR("platform"))))
        return error_set(&cli->error, ERROR_USAGE, "--spill: expected platform:NAME or community:NAME");
    enum error_code code = cli_number(cli, "voices", 5, 1, READ_VOICES_MOST, &claim->voices_least);
    return code ? code : cli_number(cli, "fewer-than", 1, 1, READ_VOICES_MOST, &claim->voices_before);
}

static enum error_code find_claim(struct desk *desk, struct read *read)
{
    struct cli        *cli = desk->cli;
    struct read_claim *claim = &read->claim;
    bool has_tone = cli_value(cli, "tone"), has_spill = cli_value(cli, "spill"), has_volume = cli_value(cli, "volume");
    const char *window = cli_value(cli, "window");
    int64_t     percent = 0, sure = 0;
    if (has_tone + has_spill + has_volume != 1)
        return error_set(&cli->error, ERROR_USAGE, "read new: expected one claim: --volume, --tone or --spill");
    if (window && !clock_parse_duration(str_of(window), &claim->window_us))
        return error_set(&cli->error, ERROR_USAGE, "--window: expected a duration like 3h, found '%.60s'", window);
    if (!cli_value(cli, "sure"))
        return error_set(&cli->error, ERROR_USAGE, "read new: --sure is missing, as in --sure 70");
    claim->kind = has_tone ? READ_TONE : has_spill ? READ_SPILL : READ_VOLUME;
    enum error_code code = cli_number(cli, "sure", 0, 1, 99, &sure);
    if (!code)
        code = find_due(desk, &claim->due_us);
    if (!code && has_tone)
        code = cli_number(cli, "share", 50, 1, 99, &percent);
    if (!code)
        code = has_spill ? find_spill(cli, claim) : find_way(cli, has_tone ? "tone" : "volume", claim);
    claim->share = (double)percent / 100;
    read->sure = (int)sure;
    read->because = str_of(cli_value(cli, "because"));
    read->feelings = str_of(cli_value(cli, "feels"));
    return code;
}

/* -q, --topic or the words behind "new", whichever is there. */
static enum error_code find_query(struct desk *desk, struct read *read)
{
    struct cli  *cli = desk->cli;
    const char  *given = cli_value(cli, "query"), *name = cli_value(cli, "topic");
    const char **words = arena_array(&cli->arena, 2, sizeof *words);
    struct topic topic = {0};
    struct query query;
    struct buf   exact = {.max_bytes = READ_QUERY_MAX_BYTES};
    int64_t      id;
    if (!words)
        return error_set(&cli->error, ERROR_MEMORY, "no memory for the query");
    if ((given != NULL) + (name != NULL) + (cli->argument_count > 1) > 1)
        return error_set(&cli->error, ERROR_USAGE, "read new: a query once: -q, --topic or words");
    enum error_code code = ERROR_NONE;
    if (name && str_to_i64(str_of(name), &id))
        code = topic_by_id(desk->records, id, &cli->arena, &topic, &cli->error);
    else if (name)
        code = topic_by_name(desk->records, str_of(name), &cli->arena, &topic, &cli->error);
    read->topic = topic.id;
    if (given || name) { /* place_query reads arguments */
        words[0] = "new";
        words[1] = given ? given : topic.text.query.ptr;
        cli->arguments = words;
        cli->argument_count = 2;
    }
    if (!code)
        code = place_query(cli, 1, desk->now_us, &query);
    if (code)
        return code;
    query_print(query.root, &exact);
    read->claim.query = query.source;
    read->claim.exact = exact.has_failed ? (struct str){0} : arena_str(&cli->arena, buf_str(&exact));
    buf_fini(&exact);
    return read->claim.exact.ptr ? ERROR_NONE
                                 : error_set(&cli->error, ERROR_TOO_LARGE,
                                             "the query has more than %d bytes with its lists", READ_QUERY_MAX_BYTES);
}

static enum error_code new_read(struct desk *desk)
{
    struct cli     *cli = desk->cli;
    struct read     read = {.by = {0, STR("command line")}, .made_us = desk->now_us};
    enum error_code code = find_claim(desk, &read);
    if (!code)
        code = find_query(desk, &read);
    desk->tools.analyser = cli->analyser;
    if (!code)
        code = read_make(desk->records, desk->reader.snapshot, &desk->tools, &read, &cli->arena, &cli->error);
    return code ? code : print_read(cli, &read);
}

/* ---- list, settle, withdraw, score ---- */

static enum error_code list_reads(struct desk *desk)
{
    struct cli        *cli = desk->cli;
    const char        *status = cli_value(cli, "status");
    struct read_filter filter = {.member = -1, .limit = LIST_MOST};
    struct read       *reads;
    size_t             count;
    if (status && !read_status_parse(str_of(status), &filter.status))
        return error_set(&cli->error, ERROR_USAGE, "--status: expected open, settled, void or withdrawn, found '%.40s'",
                         status);
    filter.has_status = status != NULL;
    enum error_code code = read_list(desk->records, &filter, &cli->arena, &reads, &count, &cli->error);
    if (code)
        return code;
    if (!cli->is_json) {
        for (size_t i = 0; i < count; i++)
            show_read(cli, &reads[i]);
        if (count == 0)
            cli_say(cli, "no reads yet; begin with: bellwether read new -q QUERY --volume lower --due 24h --sure 70");
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "reads");
    json_array(&json);
    for (size_t i = 0; i < count; i++)
        read_print(&json, &reads[i], &cli->arena);
    json_end(&json);
    return cli_end_json(cli, &json);
}

static enum error_code argument_id(struct cli *cli, int64_t *id_out)
{
    bool is_id = cli->argument_count == 2 && str_to_i64(str_of(cli->arguments[1]), id_out) && *id_out > 0;
    return is_id ? ERROR_NONE
                 : error_set(&cli->error, ERROR_USAGE, "read %s: expected the number of a read", cli->arguments[0]);
}

static void show_settled(void *context, const struct read *read)
{
    show_read(context, read);
}

static enum error_code settle_reads(struct desk *desk)
{
    struct cli     *cli = desk->cli;
    struct read     read;
    size_t          count = 0;
    int64_t         id;
    enum error_code code;
    if (cli->argument_count > 1) {
        code = argument_id(cli, &id);
        if (!code)
            code = read_settle(desk->records, desk->reader.snapshot, &desk->tools, id, desk->now_us, &cli->arena, &read,
                               &cli->error);
        return code ? code : print_read(cli, &read);
    }
    code = reads_settle(desk->records, desk->reader.snapshot, &desk->tools, desk->now_us,
                        cli->is_json ? NULL : show_settled, cli, &count, &cli->error);
    if (code)
        return code;
    if (!cli->is_json) {
        if (count == 0)
            cli_say(cli, "nothing is due at %s", show_time(&cli->arena, desk->now_us).ptr);
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "settled");
    json_i64(&json, (int64_t)count);
    return cli_end_json(cli, &json);
}

static enum error_code withdraw_read(struct desk *desk)
{
    struct cli     *cli = desk->cli;
    struct read     read;
    int64_t         id;
    enum error_code code = argument_id(cli, &id);
    if (!code)
        code = read_withdraw(desk->records, (struct record_actor){0, STR("command line")}, id, desk->now_us,
                             &cli->arena, &read, &cli->error);
    return code ? code : print_read(cli, &read);
}

static void show_skill(struct buf *out, const char *against, double skill)
{
    if (isfinite(skill))
        buf_printf(out, "  %+.0f %% against %s", 100 * skill, against);
}

static enum error_code score_reads(struct desk *desk)
{
    struct cli       *cli = desk->cli;
    struct read      *reads;
    struct read_score score;
    size_t            count;
    enum error_code   code = read_settled(desk->records, -1, &cli->arena, &reads, &count, &cli->error);
    if (code)
        return code;
    read_score(reads, count, &score);
    if (cli->is_json) {
        struct json json = json_writer(&cli->out);
        read_score_print(&json, &score);
        buf_append_char(&cli->out, '\n');
        return cli_flush(cli);
    }
    if (score.missing) {
        buf_printf(&cli->out, "%zu settled; a score wants %zu more\n", score.settled, score.missing);
        return cli_flush(cli);
    }
    buf_printf(&cli->out, "Brier %.3f over %zu reads", score.brier, score.settled);
    show_skill(&cli->out, "the base rate", score.base_skill);
    show_skill(&cli->out, "the engine", score.engine_skill);
    buf_append_char(&cli->out, '\n');
    for (int i = 0; i < READ_BANDS; i++) {
        const struct read_band *band = &score.bands[i];
        buf_printf(&cli->out, "said %3.0f to %3.0f %%: ", 100 * band->low, 100 * band->high);
        if (band->count)
            buf_printf(&cli->out, "%3.0f %% came true (%.0f to %.0f), %zu reads\n", 100 * band->share,
                       100 * band->share_low, 100 * band->share_high, band->count);
        else
            buf_append_str(&cli->out, STR("no reads\n"));
    }
    return cli_flush(cli);
}

static enum error_code run(struct cli *cli)
{
    static const struct {
        const char *word;
        enum error_code (*act)(struct desk *desk);
    } acts[] = {{"new", new_read},
                {"list", list_reads},
                {"settle", settle_reads},
                {"withdraw", withdraw_read},
                {"score", score_reads}};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (strcmp(cli->arguments[0], acts[i].word) != 0)
            continue;
        struct desk     desk = {0};
        enum error_code code = desk_open(cli, &desk);
        if (!code)
            code = acts[i].act(&desk);
        desk_close(&desk);
        return code;
    }
    return error_set(&cli->error, ERROR_USAGE, "read: expected new, list, settle, withdraw or score, found '%.40s'",
                     cli->arguments[0]);
}

const struct cli_command cmd_read = {
    .name = "read",
    .arguments = "new|list|settle|withdraw|score [QUERY] [--volume WAY]",
    .summary = "put a judgement on record, and see whether it came true",
    .details =
        "A read says what will happen, how sure you are, and when it is due. Volume is counted in the time before it is due against the same time "
        "before now; a change counts from a quarter and from twice the square root of the earlier count, less is flat. The engine's own forecast "
        "is made when the read is kept and shown only then.\n\nThe archive settles what is due, five minutes later; nobody edits a read. `withdraw N` takes "
        "one back within ten minutes. `score` tells the Brier score (0 is perfect, 0.25 a shrug), how often what was said came true, and the skill against "
        "the base rate and the engine, from ten settled reads on.\n\nWhere nothing was captured for a day the archive's last post is taken as now. "
        "With --json: the read as the API gives it.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
