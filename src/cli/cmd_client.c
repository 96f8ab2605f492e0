#include "cli/office.h"
#include "cli/show.h"

static const struct cli_option options[] = {
    {0, "title", "WORDS", "add: what the page calls it; else its name"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether client add harbour --title \"Harbour Ferries\"", "a folder and its title"},
    {"bellwether client list", "all of them"},
    {0},
};

static enum error_code add(struct cli *cli, struct record *server)
{
    struct str      name = str_of(office_argument(cli, 0)), title = str_of(cli_value(cli, "title"));
    int64_t         id;
    enum error_code code = team_client_add(server, cli->data, office_actor(), name, title, &id, &cli->error);
    if (code)
        return code;
    if (!cli->is_json) {
        buf_printf(&cli->out, "%.*s is a client\n", STR_ARG(name));
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "name");
    json_str(&json, name);
    json_key(&json, "title");
    json_str(&json, title.len ? title : name);
    return cli_end_json(cli, &json);
}

static void print_json(struct cli *cli, const struct team_client *client)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "name");
    json_str(&json, client->name);
    json_key(&json, "title");
    json_str(&json, client->title);
    json_key(&json, "members");
    json_i64(&json, (int64_t)client->members);
    json_key(&json, "created");
    json_time(&json, client->created_us);
    json_end(&json);
    buf_append_char(&cli->out, '\n');
}

static enum error_code list(struct cli *cli, struct record *server)
{
    static const struct show_column columns[] = {{"name", false, false}, {"title", false, true}, {"members", true, false}, {"since", false, false}};
    struct show_table               table = {.columns = columns, .column_count = 4};
    struct team_client             *clients;
    size_t                          count;
    enum error_code                 code = team_clients(server, &cli->arena, &clients, &count, &cli->error);
    for (size_t i = 0; i < count && !code; i++) {
        if (cli->is_json)
            print_json(cli, &clients[i]);
        else
            code = show_row(cli, &table, (const struct str[]){clients[i].name, clients[i].title, show_number(&cli->arena, clients[i].members),
                                                              show_time(&cli->arena, clients[i].created_us)});
    }
    if (code)
        return code;
    if (!cli->is_json && count)
        show_table(cli, &table);
    else if (!count)
        cli_say(cli, "no client yet; begin with: bellwether client add NAME");
    return cli_flush(cli);
}

static const struct office_deed deeds[] = {
    {"add", "NAME [--title WORDS]", 1, 1, add},
    {"list", "", 0, 0, list},
    {0},
};

static enum error_code run(struct cli *cli)
{
    return office_run(cli, deeds);
}

const struct cli_command cmd_client = {
    .name = "client",
    .arguments = "add|list [NAME]",
    .summary = "clients: one brand, one folder, sealed from the others",
    .details = "A client is a folder below DATA/clients, with its posts and everything that people make of them. add NAME makes one (small "
               "letters, digits and -); folders that are there already, because posts were imported, count as clients too. No query spans two "
               "clients, and members see those alone in which they have a role (bellwether user role).\n\n"
               "With --json, list prints one object a line: {\"name\", \"title\", \"members\", \"created\"}.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = 2,
    .run = run,
};
