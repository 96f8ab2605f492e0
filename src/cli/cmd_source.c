#include "cli/source.h"
#include "cli/sources.h"

static const struct cli_option options[] = {
    {0, "name", "NAME", "add, set: what people call it; the connector's title where it is not said"},
    {0, "keep", "WHAT", "add, set: all, matched (posts that a topic matches; the usual) or sample"},
    {0, "sample", "N", "add, set: N in a thousand of the posts that no topic matches are kept too"},
    {0, "mode", "MODE", "add, set: stream or poll; check: search and backfill too. Else the first that the connector has"},
    {0, "any", "A,B", "add, set: words that are asked for, with commas between; \"\" takes them away"},
    {0, "none", "A,B", "add, set: words that are not wanted"},
    {0, "hashtags", "A,B", "add, set: hashtags, without #"},
    {0, "accounts", "A,B", "add, set: accounts"},
    {0, "urls", "A,B", "add, set: addresses"},
    {0, "lang", "A,B", "add, set: languages, such as en,de"},
    {0, "secrets", "FILE", "add, set: secrets, as lines name=value or a JSON object; - is standard input; else you are asked. check: a JSON object, given on standard input alone"},
    {0, "new-secret", NULL, "set: makes a new secret, where the connector makes its own (webhook)"},
    {0, "owner", "MEMBER", "add, set: who renews its token"},
    {0, "expires", "DATE", "add, set: when its token ends"},
    {0, "paused", NULL, "add: it does not begin yet"},
    {0, "days", "N", "coverage: of the last N days; 7 where it is not said"},
    {0, "config", "FILE", "check: the connector's config, a JSON object"},
    {0, "private", NULL, "login: the server may be on this machine or in a private net"},
    {0, "driver", "CMD", "check: a program that makes the platform do things (docs/connectors.md); words are separated by blanks"},
    {0, "query", "FILE", "check: what it listens for, a JSON object as in subscribe"},
    {0, "only", "NAMES", "check: these checks alone, with blanks between"},
    {0, "kills", "N", "check: how often it is killed; 5 where it is not said"},
    {0, "posts", "N", "check: how many posts the driver makes at a time; 20"},
    {0, "items", "N", "check: how many items are read to see whether memory grows; 2000. The contract asks for 100000"},
    {0, "wait", "SECONDS", "check: how long the platform may take until something shows; 20"},
    {0, "memory", "MIB", "check: memory that may be added over the second half of those items; 32"},
    {0, "seed", "N", "check: of where it is killed; else another one each time"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether source add bluesky --name Bluesky --keep matched", "listens from now on, and keeps what topics match"},
    {"bellwether source list", "each with its state, as a server that runs says it"},
    {"bellwether source coverage Bluesky --days 30", "what it missed in the last 30 days, and why"},
    {"bellwether source set Bluesky --secrets - <token.txt", "a new token"},
    {"bellwether source login mastodon mastodon.example >token", "for source add mastodon instance=... --secrets token"},
    {"bellwether source connectors", "what can be connected, and against what each was tested"},
    {"bellwether source check ./my-connector --config config.json", "does a connector of yours keep the contract?"},
    {"bellwether source check --driver ./driver.py -- bellwether source run folder", "one of ours, with somebody who writes files"},
    {0},
};

static const struct source_deed deeds[] = {
    {"add", "CONNECTOR [FIELD=VALUE ...] [--name NAME] [--keep all|matched|sample] ...", 1, CLI_ANY_NUMBER, source_deed_add},
    {"list", "", 0, 0, source_deed_list},
    {"show", "NAME", 1, 1, source_deed_show},
    {"set", "NAME [FIELD=VALUE ...] [--keep all|matched|sample] ...", 1, CLI_ANY_NUMBER, source_deed_set},
    {"test", "NAME", 1, 1, source_deed_test},
    {"pause", "NAME", 1, 1, source_deed_pause},
    {"resume", "NAME", 1, 1, source_deed_resume},
    {"remove", "NAME", 1, 1, source_deed_remove},
    {"coverage", "[NAME]", 0, 1, source_deed_coverage},
    {"connectors", "", 0, 0, source_deed_connectors},
    {"login", "mastodon INSTANCE", 2, 2, source_deed_login},
    {"run", "NAME", 1, 1, source_deed_run},
    {"check", "CMD [ARGS...]", 1, CLI_ANY_NUMBER, source_deed_check},
    {0},
};

const char *source_argument(const struct cli *cli, size_t n)
{
    return n + 1 < cli->argument_count ? cli->arguments[n + 1] : NULL;
}

static const char *deed_name(const void *context, size_t i)
{
    return ((const struct source_deed *)context)[i].name;
}

static enum error_code run(struct cli *cli)
{
    const struct source_deed *deed = deeds;
    const char               *given = cli->arguments[0];
    while (deed->name && strcmp(deed->name, given) != 0)
        deed++;
    if (!deed->name) {
        const char *meant = cli_nearest(given, deed_name, deeds);
        error_set(&cli->error, ERROR_USAGE, "source: there is no '%.40s'", given);
        return meant ? error_hint(&cli->error, "did you mean %s?", meant) : error_hint(&cli->error, "bellwether source --help lists them");
    }
    size_t count = cli->argument_count - 1;
    if (count < deed->min_arguments || count > deed->max_arguments) {
        error_set(&cli->error, ERROR_USAGE, "source %s: %s", deed->name, count < deed->min_arguments ? "something is missing" : "too much");
        return error_hint(&cli->error, "bellwether source %s %s", deed->name, deed->arguments);
    }
    return deed->run(cli);
}

const struct cli_command cmd_source = {
    .name = "source",
    .arguments = "WHAT [NAME] [FIELD=VALUE ...]",
    .summary = "where posts come from: platforms, files, programs",
    .details = "WHAT is one of add, list, show, set, test, pause, resume, remove, coverage, connectors, login, run, check.\n\n"
               "add CONNECTOR FIELD=VALUE ... sets a source up for the client; set NAME changes it, and what is not named stays. Secrets are asked for at "
               "the terminal, or come from --secrets; never from the command line, which everybody on the machine can read. test asks the platform who we "
               "are, and takes no posts. pause, resume and remove do what they say; what a source brought stays. list and show tell its state as the server says it, which writes it down every "
               "ten seconds. All of it works whether a server runs or not: one that runs follows within a second.\n\n"
               "coverage draws the last days (a full block: nothing missed; the lighter, the more) and lists the gaps with their reasons, of one source or of all.\n\n"
               "connectors lists what is built in, with what each can do and against what it was tested.\n\n"
               "login mastodon INSTANCE gets a token: it registers Bellwether with the instance, names an address to open in a browser, and asks for the code "
               "that is shown there. The token is printed as --secrets takes it, and kept nowhere.\n\n"
               "run NAME speaks the connector contract on standard input and output, one JSON object a line, as any connector in another language "
               "does: docs/connectors.md shows every message. It ends with 0 when it is done, 2 where the config is wrong, 3 where the "
               "account must be renewed, and anything else where it is to be started again.\n\n"
               "check CMD runs the conformance kit against a connector: one line a check, ok, FAILED or skipped with the reason. Options of CMD stand "
               "behind --; a word that names a file here is given as its whole path, because a connector works in an empty folder. Without --driver "
               "nobody makes the platform do things, and what cannot be known then is skipped. The exit status is 1 where a check failed.\n\n"
               "With --json, check prints one object a line: {\"check\", \"verdict\", \"what\", \"why\", \"took_s\"}, then {\"ok\", \"failed\", \"skipped\", "
               "\"seed\"}; connectors prints one object a line.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
