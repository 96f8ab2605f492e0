#include "cli/bar.h"
#include "cli/replay.h"
#include "cli/serving.h"
#include "cli/show.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "demo/demo.h"
#include "demo/live.h"

#include <errno.h>

static const struct cli_option options[] = {
    {0, "report", NULL, "print what was unearthed beside what was planted, and end"},
    {0, "listen", "ADDRESS", "where to serve it: 127.0.0.1:8600 where nothing is said; port 0 is any free one"},
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

/* ---- The town lives on, on a page ---- */

struct living {
    struct demo_live *live;
    double            speed;
};

/* Somebody to sign in as. The demo's folder is a play-ground: its one member may do everything in it. */
static enum error_code invite(struct cli *cli, struct api *api, const char *base)
{
    static const struct record_actor actor = {0, {"bellwether", 10}};
    struct team_member member = {0};
    char               link[TEAM_TOKEN_TEXT_BYTES];
    enum error_code    code = team_member_by_name(api->server, STR("guest"), &cli->arena, &member, &cli->error);
    if (code == ERROR_NOT_FOUND) {
        cli->error = (struct error){0};
        code = team_member_add(api->server, actor, STR("guest"), (struct str){0}, true, &member.id, &cli->error);
    }
    if (!code)
        code = team_new_sign_in_link(api->server, actor, member.id, link, &cli->error);
    if (!code)
        buf_printf(&cli->out, "\nThe town lives on at %s\nCome in by this link, once, within a quarter of an hour:\n\n  %s/welcome?client=%s&to=/listen/explore#%s\n\n", base, base,
                   cli->client, link);
    return code;
}

static enum error_code begin_to_live(struct cli *cli, struct api *api, const char *base, void *context)
{
    struct living      *living = context;
    struct open_client *client = api_client(api, str_of(cli->client));
    char                now[CLOCK_TEXT_BYTES];
    if (!client || client->error.code)
        return client ? (cli->error = client->error).code : error_set(&cli->error, ERROR_INTERNAL, "the client '%s' is not open", cli->client);
    enum error_code code = demo_live_open(NULL, client->workspace.stream, &living->live, &cli->error);
    if (!code)
        code = invite(cli, api, base);
    if (code)
        return code;
    buf_printf(&cli->out, "Its clock says %s and runs %g times as fast as yours. Ctrl-C ends it.\n",
               clock_print_short(stream_now_us(client->workspace.stream), now), living->speed);
    return cli_flush(cli);
}

static void end_living(void *context)
{
    struct living *living = context;
    demo_live_close(living->live);
}

static enum error_code live_on(struct cli *cli)
{
    struct living          living = {0};
    struct stream_options  stream = {.archive_folder = cli->archive_folder};
    enum error_code        code = demo_live_clock(NULL, &stream, &cli->error);
    living.speed = stream.clock_speed;
    struct serving_options serving = {.listen = cli_value(cli, "listen"), .is_demo = true, .fast_client = cli->client, .fast_starts_us = stream.clock_starts_us,
                                      .fast_speed = stream.clock_speed, .on_ready = begin_to_live, .on_end = end_living, .context = &living};
    return code ? code : serving_run(cli, &serving);
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
    return code || cli_switch(cli, "report") ? code : live_on(cli);
}

const struct cli_command cmd_demo = {
    .name = "demo",
    .arguments = "[--report] [--listen ADDRESS]",
    .summary = "three weeks of an invented town, and the trends unearthed in it",
    .details = "Makes three weeks of chatter in a harbour town that does not exist, with stories, a swarm, a flood and "
               "a weekly tag planted in it, takes it in through the real import, listens to it through the real trend "
               "engine, and prints what was unearthed beside what was planted. The posts go to the client demo, where "
               "nothing is said.\n\n"
               "Then the workbench is served, with a link to come in, and the town lives on: its clock runs sixty times as fast as the "
               "world's, and there is a new story every day. Ctrl-C ends it; the next time it goes on where it was.\n\n"
               "With --json: one object with the stories, the distractors and the figures.",
    .options = options,
    .examples = examples,
    .run = run,
};
