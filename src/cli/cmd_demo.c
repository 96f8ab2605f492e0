#include "cli/bar.h"
#include "cli/replay.h"
#include "cli/show.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "demo/demo.h"

#include <errno.h>

static const struct cli_option options[] = {
    {0, "report", NULL, "print what was unearthed beside what was planted, and end"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether demo", "the invented town, and what to try on it"},
    {"bellwether demo --report --json", "the same as one JSON object"},
    {0},
};

/* The town has a client of its own, so that its posts never stand beside real ones. */
static enum error_code find_place(struct cli *cli)
{
    if (cli_value(cli, "client"))
        return ERROR_NONE;
    if (cli->given_count == CLI_MAX_GIVEN)
        return error_set(&cli->error, ERROR_USAGE, "more than %d options", CLI_MAX_GIVEN);
    for (const struct cli_option *option = cli_global_options; option->name; option++)
        if (strcmp(option->name, "client") == 0)
            cli->given[cli->given_count++] = (struct cli_given){option, "demo"};
    return place_find(cli);
}

/* Makes the town and takes it in as anybody would their own files. */
static enum error_code take_in(struct cli *cli, struct demo_plan *plan)
{
    struct archive      *archive = NULL;
    struct bar           bar = {.cli = cli};
    struct import_report report = {0};
    char                 path[512], rejected[512];
    if (!vfs_join(path, cli->client_folder, "town.jsonl") || !vfs_join(rejected, cli->client_folder, "rejected"))
        return error_set(&cli->error, ERROR_USAGE, "--data: the path is too long: %.60s...", cli->data);
    const char           *paths[] = {path};
    struct import_options import = {.paths = paths,
                                    .path_count = 1,
                                    .rejected_folder = rejected,
                                    .stop = cli->stop,
                                    .on_progress = bar_of_import,
                                    .context = &bar};
    enum error_code       code = place_open_writer(cli, &archive);
    if (!code)
        code = demo_write_file(NULL, path, plan, &cli->error);
    if (!code)
        cli_say(cli, "made a town: %s posts by %s people, in %s", show_number(&cli->arena, plan->posts).ptr,
                show_number(&cli->arena, plan->people).ptr, path);
    if (!code)
        code = import_run(archive, &import, &report, &cli->error);
    bar_wipe(&bar);
    if (!code)
        code = archive_seal(archive, &cli->error);
    archive_close(archive);
    if (!code)
        cli_say(cli, "imported: %s new, %s there already, %s rejected",
                show_number(&cli->arena, report.counts.added).ptr,
                show_number(&cli->arena, report.counts.duplicate).ptr,
                show_number(&cli->arena, report.counts.rejected).ptr);
    return code;
}

static enum error_code listen_to(struct cli *cli, const struct demo_plan *plan, struct demo_watch *watch)
{
    struct place_reader reader;
    struct query_node   all = {.kind = QUERY_ALL};
    enum error_code     code = place_open_reader(cli, &reader);
    if (code)
        return code;
    struct replay replay = {.cli = cli,
                            .snapshot = reader.snapshot,
                            .root = &all,
                            .from_us = plan->since_us,
                            .until_us = plan->until_us,
                            .on_event = demo_watch_event,
                            .context = watch};
    code = replay_run(&replay);
    replay_fini(&replay);
    place_close_reader(&reader);
    return code;
}

/* The town's days lie in the past, so the times are those of its most sudden story. */
static void print_what_to_try(struct cli *cli, const struct demo_report *report)
{
    const struct demo_planted *story = &report->plan->planted[0];
    const char                *program = program_invocation_name; /* as it was called, so that a line can be copied */
    char                       midnight[CLOCK_TEXT_BYTES], two_hours_in[CLOCK_TEXT_BYTES];
    for (size_t i = 0; i < report->plan->count; i++)
        if (report->plan->planted[i].kind == DEMO_STORY && report->plan->planted[i].shape == DEMO_STEP)
            story = &report->plan->planted[i];
    clock_print(clock_floor(story->onset_us, CLOCK_DAY_US), midnight);
    clock_print(clock_floor(story->onset_us, CLOCK_MINUTE_US) + 2 * CLOCK_HOUR_US, two_hours_in);
    midnight[10] = '\0'; /* the date is enough */
    buf_printf(&cli->out, "\nThe town stays in %s.\n\"%.*s\" began on %s. Look at it:\n", cli->client_folder, STR_ARG(story->title), midnight);
    buf_printf(&cli->out, "  %s --client %s trends --at %s\n", program, cli->client, two_hours_in);
    buf_printf(&cli->out, "  %s --client %s timeline %.*s --by 6h\n", program, cli->client, STR_ARG(story->name));
    buf_printf(&cli->out, "  %s --client %s terms 'since:%s has:question'\n", program, cli->client, midnight);
    buf_printf(&cli->out, "  %s --client %s posts --order top --limit 5 '(ferry OR boat) AND since:%s'\n", program, cli->client, midnight);
}

static enum error_code print(struct cli *cli, const struct demo_watch *watch)
{
    struct demo_report report;
    enum error_code    code = demo_compare(watch, &cli->arena, &report, &cli->error);
    if (code)
        return code;
    if (cli->is_json) {
        demo_print_json(&report, &cli->out);
        buf_append_char(&cli->out, '\n');
        return cli_flush(cli);
    }
    demo_print_report(&report, &cli->out);
    if (!cli_switch(cli, "report"))
        print_what_to_try(cli, &report);
    return cli_flush(cli);
}

static enum error_code run(struct cli *cli)
{
    struct demo_plan   plan = {0};
    struct demo_watch *watch = NULL;
    enum error_code    code = find_place(cli);
    if (!code)
        code = take_in(cli, &plan);
    if (!code)
        code = demo_watch_new(&plan, &watch, &cli->error);
    if (!code)
        code = listen_to(cli, &plan, watch);
    if (!code)
        code = print(cli, watch);
    demo_watch_free(watch);
    demo_plan_fini(&plan);
    return code;
}

const struct cli_command cmd_demo = {
    .name = "demo",
    .arguments = "[--report]",
    .summary = "three weeks of an invented town, and the trends unearthed in it",
    .details = "Makes three weeks of chatter in a harbour town that does not exist, with stories, a swarm, a flood and "
               "a weekly tag planted in it, takes it in through the real import, listens to it through the real trend "
               "engine, and prints what was unearthed beside what was planted. The posts go to the client demo, where "
               "nothing is said.\n\n"
               "With --json: one object with the stories, the distractors and the figures.",
    .options = options,
    .examples = examples,
    .run = run,
};
