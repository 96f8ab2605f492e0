#include "cli/place.h"
#include "cli/records.h"
#include "cli/show.h"

#include "base/clock.h"
#include "base/hash.h"
#include "topic/craft.h"

enum { VERSIONS_SHOWN = 20 };

static const struct cli_option options[] = {
    {0, "purpose", "WORDS", "new, edit: why anybody listens for this, and what counts as relevant"},
    {0, "tags", "A,B", "new, edit: tags with commas between; edit replaces all of them"},
    {0, "name", "NAME", "edit: a new name"},
    {0, "note", "WORDS", "new, edit, revert: why; kept with the version"},
    {0, "archived", NULL, "list: archived topics too"},
    PLACE_QUERY_OPTIONS,
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether topic new Bags '(bag OR luggage) lost' --purpose 'Lost bags'", "listens from now on"},
    {"bellwether topic edit bags 'bag* lost' --note 'every ending'", "a new version, with what it wins and loses"},
    {"bellwether topic show bags", "the topic, its measured precision, and its versions"},
    {"bellwether topic revert bags 1", "a new version that says what the first said"},
    {0},
};

struct work {
    struct cli    *cli;
    struct record *records;
};

static const char *argument(const struct cli *cli, size_t n)
{
    return n < cli->argument_count ? cli->arguments[n] : NULL;
}

static struct topic_change change_of(const struct work *work, int64_t version)
{
    const char *note = cli_value(work->cli, "note");
    return (struct topic_change){.actor = {0, STR("command line")}, .now_us = clock_now_us(), .version = version, .note = str_of(note ? note : "")};
}

/* By name, or by number. */
static enum error_code find(struct work *work, struct topic *topic_out)
{
    struct cli     *cli = work->cli;
    const char     *given = argument(cli, 1);
    int64_t         id;
    enum error_code code = topic_by_name(work->records, str_of(given), &cli->arena, topic_out, &cli->error);
    if (code == ERROR_NOT_FOUND && str_to_i64(str_of(given), &id))
        code = topic_by_id(work->records, id, &cli->arena, topic_out, &cli->error);
    return code == ERROR_NOT_FOUND ? error_hint(&cli->error, "bellwether topic list shows them") : code;
}

/* ---- list ---- */

static enum error_code precision_of(struct work *work, int64_t id, struct topic_tally *tally_out, int64_t *version_out)
{
    return topic_tally_newest(work->records, id, 0, &work->cli->arena, tally_out, version_out, &work->cli->error);
}

static struct str precision_words(struct work *work, const struct topic_tally *tally, int64_t version, int64_t newest)
{
    struct arena         *arena = &work->cli->arena;
    uint64_t              sure = tally->relevant + tally->not_relevant;
    struct topic_interval share = topic_wilson(tally->relevant, sure, TOPIC_Z_95);
    if (!version)
        return STR("not measured");
    if (sure < TOPIC_LEAST_SURE)
        return show_text(arena, "%llu of %d sure labels", (unsigned long long)sure, TOPIC_LEAST_SURE);
    struct str words = show_text(arena, "%.0f %% (%.0f to %.0f) of %llu", 100 * share.value, 100 * share.low, 100 * share.high,
                                 (unsigned long long)sure);
    return version == newest ? words : show_text(arena, "%.*s, version %lld", STR_ARG(words), (long long)version);
}

static void put_precision(struct json *json, const struct topic_tally *tally, int64_t version)
{
    uint64_t              sure = tally->relevant + tally->not_relevant;
    struct topic_interval share = topic_wilson(tally->relevant, sure, TOPIC_Z_95);
    json_key(json, "precision");
    if (!version || sure < TOPIC_LEAST_SURE) {
        json_null(json);
        return;
    }
    json_object(json);
    json_key(json, "value");
    json_double(json, share.value, 4);
    json_key(json, "low");
    json_double(json, share.low, 4);
    json_key(json, "high");
    json_double(json, share.high, 4);
    json_key(json, "labelled");
    json_i64(json, (int64_t)sure);
    json_key(json, "version");
    json_i64(json, version);
    json_end(json);
}

static void put_topic(struct json *json, const struct topic *topic)
{
    struct str rest = topic->text.tags, tag;
    json_key(json, "id");
    json_i64(json, topic->id);
    json_key(json, "name");
    json_str(json, topic->text.name);
    json_key(json, "owner");
    json_str(json, topic->owner.name);
    json_key(json, "purpose");
    json_str(json, topic->text.purpose);
    json_key(json, "query");
    json_str(json, topic->text.query);
    json_key(json, "tags");
    json_array(json);
    while (str_next_field(&rest, '\n', &tag))
        json_str(json, tag);
    json_end(json);
    json_key(json, "version");
    json_i64(json, topic->version);
    json_key(json, "is_archived");
    json_bool(json, topic->is_archived);
    json_key(json, "updated_at");
    json_time(json, topic->updated_us);
}

static enum error_code list(struct work *work)
{
    static const struct show_column columns[] = {{"id", true, false}, {"topic", false, false}, {"owner", false, false}, {"query", false, true},
                                                 {"precision", false, false}};
    struct show_table               table = {.columns = columns, .column_count = 5};
    struct cli                     *cli = work->cli;
    struct topic                   *topics;
    size_t                          count;
    enum error_code code = topic_all(work->records, cli_switch(cli, "archived"), &cli->arena, &topics, &count, &cli->error);
    for (size_t i = 0; !code && i < count; i++) {
        struct topic_tally tally;
        int64_t            version;
        code = precision_of(work, topics[i].id, &tally, &version);
        if (!code && cli->is_json) {
            struct json json = json_writer(&cli->out);
            json_object(&json);
            put_topic(&json, &topics[i]);
            put_precision(&json, &tally, version);
            json_end(&json);
            buf_append_char(&cli->out, '\n');
        } else if (!code) {
            code = show_row(cli, &table, (const struct str[]){show_number(&cli->arena, (uint64_t)topics[i].id), topics[i].text.name,
                                                              topics[i].owner.name, topics[i].text.query,
                                                              precision_words(work, &tally, version, topics[i].version)});
        }
    }
    if (code)
        return code;
    if (count == 0)
        cli_say(cli, "no topics yet; begin with: bellwether topic new NAME QUERY");
    else if (!cli->is_json)
        show_table(cli, &table);
    return cli_flush(cli);
}

/* ---- show ---- */

static void put_version(struct json *json, const struct topic_version *version)
{
    json_object(json);
    json_key(json, "number");
    json_i64(json, version->number);
    json_key(json, "query");
    json_str(json, version->text.query);
    json_key(json, "note");
    json_str(json, version->note);
    json_key(json, "by");
    json_str(json, version->by.name);
    json_key(json, "at");
    json_time(json, version->at_us);
    json_key(json, "won");
    version->weighed.is_known ? json_i64(json, (int64_t)version->weighed.won) : json_null(json);
    json_key(json, "lost");
    version->weighed.is_known ? json_i64(json, (int64_t)version->weighed.lost) : json_null(json);
    json_key(json, "kept");
    version->weighed.is_known ? json_i64(json, (int64_t)version->weighed.kept) : json_null(json);
    json_end(json);
}

static void print_part(struct cli *cli, const char *name, struct str words)
{
    enum { INDENT = 11 };
    if (words.len == 0)
        return;
    buf_printf(&cli->out, "%s%-*s%s", show_dim(cli), INDENT, name, show_plain(cli));
    struct str clean = show_clean(&cli->arena, words);
    if (text_terminal_width(clean) + INDENT <= cli->columns)
        buf_printf(&cli->out, "%.*s\n", STR_ARG(clean));
    else {
        buf_append_char(&cli->out, '\n');
        show_wrapped(&cli->out, clean, cli->columns, INDENT, 40);
    }
}

static void print_version(struct cli *cli, const struct topic_version *version)
{
    const struct topic_weighed *weighed = &version->weighed;
    buf_printf(&cli->out, "\n%sversion %lld%s  %.*s, %.*s", show_bold(cli), (long long)version->number, show_plain(cli),
               STR_ARG(show_clean(&cli->arena, version->by.name)), STR_ARG(show_time(&cli->arena, version->at_us)));
    if (version->back_to)
        buf_printf(&cli->out, ", back to version %lld", (long long)version->back_to);
    if (weighed->is_known)
        buf_printf(&cli->out, "; won %.*s, lost %.*s, kept %.*s", STR_ARG(show_number(&cli->arena, weighed->won)),
                   STR_ARG(show_number(&cli->arena, weighed->lost)), STR_ARG(show_number(&cli->arena, weighed->kept)));
    buf_append_char(&cli->out, '\n');
    if (version->note.len)
        show_wrapped(&cli->out, show_clean(&cli->arena, version->note), cli->columns, 2, 6);
    show_wrapped(&cli->out, show_clean(&cli->arena, version->text.query), cli->columns, 2, 6);
}

static enum error_code print_topic(struct work *work, const struct topic *topic)
{
    struct cli           *cli = work->cli;
    struct topic_tally    tally;
    struct topic_version *versions;
    size_t                count;
    int64_t               version;
    enum error_code       code = precision_of(work, topic->id, &tally, &version);
    if (!code)
        code = topic_versions(work->records, topic->id, 0, VERSIONS_SHOWN, &cli->arena, &versions, &count, &cli->error);
    if (code)
        return code;
    if (cli->is_json) {
        struct json json = json_writer(&cli->out);
        json_object(&json);
        put_topic(&json, topic);
        put_precision(&json, &tally, version);
        json_key(&json, "versions");
        json_array(&json);
        for (size_t i = 0; i < count; i++)
            put_version(&json, &versions[i]);
        json_end(&json);
        return cli_end_json(cli, &json);
    }
    buf_printf(&cli->out, "%s%.*s%s%s\n", show_bold(cli), STR_ARG(show_clean(&cli->arena, topic->text.name)), show_plain(cli),
               topic->is_archived ? "  (archived)" : "");
    print_part(cli, "purpose", topic->text.purpose);
    print_part(cli, "query", topic->text.query);
    print_part(cli, "tags", topic->text.tags);
    print_part(cli, "owner", topic->owner.name);
    print_part(cli, "precision", precision_words(work, &tally, version, topic->version));
    for (size_t i = 0; i < count; i++)
        print_version(cli, &versions[i]);
    return cli_flush(cli);
}

static enum error_code show(struct work *work)
{
    struct topic    topic;
    enum error_code code = find(work, &topic);
    return code ? code : print_topic(work, &topic);
}

/* ---- new, edit, revert, archive ---- */

static struct str tags_of(struct cli *cli, const char *given)
{
    struct str given_tags = str_of(given);
    char      *lines = arena_alloc(&cli->arena, given_tags.len + 1);
    for (size_t i = 0; lines && i < given_tags.len; i++)
        lines[i] = given_tags.ptr[i] == ',' ? '\n' : given_tags.ptr[i];
    return str_slice(lines, lines ? given_tags.len : 0);
}

/* Against the archive where there is one: a topic may be made before the first post. */
static enum error_code weigh(struct cli *cli, struct str before, const struct query *after, struct topic_weighed *weighed_out)
{
    struct place_reader reader = {0};
    struct query        old = {0};
    *weighed_out = (struct topic_weighed){0};
    enum error_code code = place_open_reader(cli, &reader);
    if (code == ERROR_NOT_FOUND) {
        cli->error = (struct error){0};
        return ERROR_NONE;
    }
    if (!code && before.ptr)
        code = place_query_at(cli, before, 0, &old);
    if (code == ERROR_SYNTAX && before.ptr) { /* the old query lost its list: there is nothing to compare with */
        cli->error = (struct error){0};
        old.root = NULL;
        code = ERROR_NONE;
    }
    if (!code)
        code = topic_weigh(reader.snapshot, old.root, after->root, hash_mix((uint64_t)clock_now_us(), hash_str(after->source)), &cli->arena,
                           weighed_out, &cli->error);
    place_close_reader(&reader);
    return code;
}

static void read_options(struct cli *cli, struct topic_text *text)
{
    const char *purpose = cli_value(cli, "purpose"), *tags = cli_value(cli, "tags"), *name = cli_value(cli, "name");
    if (purpose)
        text->purpose = str_of(purpose);
    if (tags)
        text->tags = tags_of(cli, tags);
    if (name)
        text->name = str_of(name);
}

static enum error_code new_topic(struct work *work)
{
    struct cli          *cli = work->cli;
    struct topic_change  change = change_of(work, 0);
    struct topic_text    text = {.name = str_of(argument(cli, 1))};
    struct topic_weighed weighed;
    struct topic         topic;
    struct query         query;
    enum error_code      code = place_query(cli, 2, 0, &query);
    if (code)
        return code;
    text.query = str_trim(query.source);
    read_options(cli, &text);
    if (text.query.len == 0) {
        error_set(&cli->error, ERROR_USAGE, "topic new: the query is missing");
        return error_hint(&cli->error, "bellwether topic new NAME QUERY");
    }
    code = weigh(cli, (struct str){0}, &query, &weighed);
    if (!code)
        code = topic_create(work->records, &change, &text, &weighed, &cli->arena, &topic, &cli->error);
    return code ? code : print_topic(work, &topic);
}

static enum error_code save(struct work *work, const struct topic *topic, const struct topic_change *change, struct topic_text *text)
{
    struct cli          *cli = work->cli;
    struct topic_weighed weighed;
    struct topic         after;
    struct query         query;
    enum error_code      code = place_query_at(cli, text->query, 0, &query);
    if (!code)
        code = weigh(cli, topic->text.query, &query, &weighed);
    if (!code)
        code = topic_edit(work->records, topic->id, change, text, NULL, &weighed, &cli->arena, &after, &cli->error);
    if (code)
        return code;
    if (after.version == topic->version)
        cli_say(cli, "it says the same as before: still version %lld", (long long)after.version);
    return print_topic(work, &after);
}

static enum error_code edit(struct work *work)
{
    struct cli     *cli = work->cli;
    struct topic    topic;
    struct str      given = {0};
    enum error_code code = find(work, &topic);
    if (!code && (cli->argument_count > 2 || cli_value(cli, "query-file")))
        code = place_query_text(cli, &given, 2);
    if (code)
        return code;
    struct topic_change change = change_of(work, topic.version);
    struct topic_text   text = topic.text;
    if (given.ptr)
        text.query = str_trim(given);
    read_options(cli, &text);
    return save(work, &topic, &change, &text);
}

static enum error_code revert(struct work *work)
{
    struct cli          *cli = work->cli;
    struct topic         topic;
    struct topic_version version;
    int64_t              to;
    if (!argument(cli, 2) || !str_to_i64(str_of(argument(cli, 2)), &to))
        return error_set(&cli->error, ERROR_USAGE, "topic revert: expected a topic and the number of a version");
    enum error_code code = find(work, &topic);
    if (!code)
        code = topic_version_by_number(work->records, topic.id, to, &cli->arena, &version, &cli->error);
    if (code)
        return code;
    struct topic_change change = change_of(work, topic.version);
    change.back_to = to;
    return save(work, &topic, &change, &version.text);
}

static enum error_code set_archived(struct work *work, bool is_archived)
{
    struct topic    topic, after;
    enum error_code code = find(work, &topic);
    if (code)
        return code;
    struct topic_change change = change_of(work, topic.version);
    code = topic_archive(work->records, topic.id, &change, is_archived, &work->cli->arena, &after, &work->cli->error);
    return code ? code : print_topic(work, &after);
}

static enum error_code archive(struct work *work)
{
    return set_archived(work, true);
}

static enum error_code unarchive(struct work *work)
{
    return set_archived(work, false);
}

/* ---- The whole ---- */

static const struct deed {
    const char *name, *arguments;
    size_t      least;
    enum error_code (*run)(struct work *work);
} deeds[] = {
    {"list", "", 1, list},
    {"show", "TOPIC", 2, show},
    {"new", "NAME QUERY", 2, new_topic},
    {"edit", "TOPIC [QUERY]", 2, edit},
    {"revert", "TOPIC VERSION", 3, revert},
    {"archive", "TOPIC", 2, archive},
    {"unarchive", "TOPIC", 2, unarchive},
    {0},
};

static const char *deed_name(const void *context, size_t i)
{
    (void)context;
    return deeds[i].name;
}

static enum error_code run(struct cli *cli)
{
    const struct deed *deed = NULL;
    struct work        work = {.cli = cli};
    for (size_t i = 0; deeds[i].name && !deed; i++)
        deed = strcmp(deeds[i].name, cli->arguments[0]) == 0 ? &deeds[i] : NULL;
    if (!deed) {
        const char *meant = cli_nearest(cli->arguments[0], deed_name, NULL);
        error_set(&cli->error, ERROR_USAGE, "topic: there is no '%.40s'", cli->arguments[0]);
        return meant ? error_hint(&cli->error, "did you mean %s?", meant) : error_hint(&cli->error, "bellwether topic --help lists them");
    }
    if (cli->argument_count < deed->least) {
        error_set(&cli->error, ERROR_USAGE, "topic %s: something is missing", deed->name);
        return error_hint(&cli->error, "bellwether topic %s %s", deed->name, deed->arguments);
    }
    if (deed->run != new_topic && !records_exist(cli)) { /* looking makes no files */
        if (deed->run != list)
            return error_set(&cli->error, ERROR_NOT_FOUND, "client %s has no topics yet", cli->client);
        cli_say(cli, "no topics yet; begin with: bellwether topic new NAME QUERY");
        return ERROR_NONE;
    }
    enum error_code code = records_open(cli, &work.records);
    if (!code)
        code = deed->run(&work);
    record_close(work.records);
    return code;
}

const struct cli_command cmd_topic = {
    .name = "topic",
    .arguments = "list|show|new|edit|revert|archive|unarchive [TOPIC] [QUERY]",
    .summary = "what a client listens for: saved queries with their versions",
    .details = "A topic is a query with a name, a purpose and an owner. edit and revert make a new version and count what it wins and loses against "
               "the one before; every version is kept. archive takes a topic out of sight, unarchive brings it back. TOPIC is a name, whatever the "
               "case of its letters, or a number. A running server takes all this up at once.\n\n"
               "Precision comes from blind labels that people give in the browser: of the posts labelled relevant or not, the share that is relevant, "
               "with Wilson's 95 % interval; shown from 20 labels on.\n\n"
               "With --json, list prints one object a line: {\"id\", \"name\", \"owner\", \"purpose\", \"query\", \"tags\", \"version\", \"is_archived\", "
               "\"updated_at\", \"precision\"}; the others print the topic with \"versions\".",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
