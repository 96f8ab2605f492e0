#include "cli/serving.h"

#include "cli/configured.h"

static const struct cli_option options[] = {
    CONFIGURED_OPTIONS,
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether serve", "the workbench, for a browser on this machine"},
    {"bellwether serve --listen unix:/run/bellwether/http", "behind a proxy that ends TLS"},
    {0},
};

/* Without any member nobody could come in: the one link that makes the first admin is printed once. */
static enum error_code greet(struct cli *cli, struct api *api, const char *base, void *context)
{
    (void)context;
    char            token[TEAM_TOKEN_TEXT_BYTES];
    bool            is_empty = false;
    enum error_code code = team_is_empty(api->server, &is_empty, &cli->error);
    if (!code && is_empty)
        code = team_new_setup_link(api->server, token, &cli->error);
    if (!code && is_empty)
        cli_say(cli, "nobody is a member yet. Open this once, within a day, to become the first admin:\n  %s/welcome#%s", base, token);
    return code;
}

static enum error_code run(struct cli *cli)
{
    struct serving_options serving = {.on_ready = greet};
    return serving_run(cli, &serving);
}

const struct cli_command cmd_serve = {
    .name = "serve",
    .arguments = "[--listen ADDRESS]",
    .summary = "the workbench in a browser, and its API",
    .details = "Serves the page and the API (/api/v1, described at /api/v1/openapi.json) for every client of the data folder, listens live, and "
               "counts trends. /healthz, /readyz and /metrics are for the machines that look after it.\n\n"
               "Settings come from a file, the environment and flags; print-config shows them. SIGHUP reads them anew: all of them hold, or none "
               "is taken. What happens is logged to standard error, a line an event.\n\n"
               "SIGTERM or Ctrl-C ends it: running requests are finished, everything is committed and sealed. While it runs it is the one "
               "writer of its clients' archives: push posts in by POST /api/v1/posts.",
    .options = options,
    .examples = examples,
    .run = run,
};
