#include "cli/office.h"
#include "cli/show.h"

static const struct cli_option options[] = {
    {0, "server-admin", NULL, "add: an admin of the whole server and of every client"},
    {0, "password-stdin", NULL, "add, passwd: the password is the first line of standard input"},
    {0, "no-password", NULL, "add: without a password; make a sign-in link for them"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether user add \"Mara Lindholm\"", "asks for a password"},
    {"bellwether user role \"Mara Lindholm\" practitioner --client harbour", "what she may do for one client"},
    {"bellwether user link \"Mara Lindholm\"", "a link that signs her in once, within 15 minutes"},
    {"bellwether user disable dee", "ends sessions, links and tokens at once"},
    {0},
};

/* {"member": {"id", "name", ...}} or a line. */
static enum error_code print_member(struct cli *cli, struct record *server, int64_t id, const char *what_happened)
{
    struct team_member member;
    enum error_code    code = team_member_by_id(server, id, &cli->arena, &member, &cli->error);
    if (code)
        return code;
    if (!cli->is_json) {
        buf_printf(&cli->out, "%.*s %s\n", STR_ARG(member.name), what_happened);
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "id");
    json_i64(&json, member.id);
    json_key(&json, "name");
    json_str(&json, member.name);
    json_key(&json, "is_disabled");
    json_bool(&json, member.is_disabled);
    json_key(&json, "is_server_admin");
    json_bool(&json, member.is_server_admin);
    return cli_end_json(cli, &json);
}

static enum error_code add(struct cli *cli, struct record *server)
{
    struct str      name = str_of(office_argument(cli, 0)), password = {0};
    int64_t         id;
    enum error_code code = team_check_name(name, &cli->error); /* before anybody types a password twice */
    if (!code && !cli_switch(cli, "no-password"))
        code = office_password(cli, name.ptr, &password);
    if (!code)
        code = team_member_add(server, office_actor(), name, password, cli_switch(cli, "server-admin"), &id, &cli->error);
    return code ? code : print_member(cli, server, id, "is a member");
}

static enum error_code set_password(struct cli *cli, struct record *server)
{
    struct team_member member;
    struct str         password;
    enum error_code    code = office_member(cli, server, office_argument(cli, 0), &member);
    if (!code)
        code = office_password(cli, member.name.ptr, &password);
    if (!code)
        code = team_set_password(server, office_actor(), member.id, password, &cli->error);
    return code ? code : print_member(cli, server, member.id, "has a new password, and is signed out everywhere");
}

static enum error_code set_disabled(struct cli *cli, struct record *server, bool is_disabled)
{
    struct team_member member;
    enum error_code    code = office_member(cli, server, office_argument(cli, 0), &member);
    if (code)
        return code;
    member.is_disabled = is_disabled;
    code = team_member_edit(server, office_actor(), &member, &cli->error);
    return code ? code : print_member(cli, server, member.id, is_disabled ? "is disabled" : "is enabled; new tokens have to be made");
}

static enum error_code disable(struct cli *cli, struct record *server)
{
    return set_disabled(cli, server, true);
}

static enum error_code enable(struct cli *cli, struct record *server)
{
    return set_disabled(cli, server, false);
}

static enum error_code set_role(struct cli *cli, struct record *server)
{
    struct team_member member;
    enum role          role;
    const char        *word = office_argument(cli, 1);
    if (!role_parse(str_of(word), &role)) {
        error_set(&cli->error, ERROR_USAGE, "user role: there is no role '%.40s'", word);
        return error_hint(&cli->error, "viewer, learner, practitioner, reviewer, admin, or none");
    }
    enum error_code code = office_member(cli, server, office_argument(cli, 0), &member);
    if (!code)
        code = team_set_role(server, office_actor(), member.id, str_of(cli->client), role, &cli->error);
    if (code)
        return code;
    char happened[160];
    snprintf(happened, sizeof happened, "is %s of %s", role == ROLE_NONE ? "no member" : role_names[role], cli->client);
    return print_member(cli, server, member.id, happened);
}

static enum error_code make_link(struct cli *cli, struct record *server)
{
    struct team_member member;
    char               text[TEAM_TOKEN_TEXT_BYTES];
    enum error_code    code = office_member(cli, server, office_argument(cli, 0), &member);
    if (!code)
        code = team_new_sign_in_link(server, office_actor(), member.id, text, &cli->error);
    if (code)
        return code;
    if (!cli->is_json) {
        cli_say(cli, "put the server's address before it; it signs %.*s in once, within 15 minutes", STR_ARG(member.name));
        buf_printf(&cli->out, "/welcome#%s\n", text);
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "path");
    json_str(&json, show_text(&cli->arena, "/welcome#%s", text));
    json_key(&json, "link");
    json_text(&json, text);
    return cli_end_json(cli, &json);
}

/* ---- The list ---- */

static void print_json(struct cli *cli, const struct team_member *member, const struct team_client *clients, size_t count)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "id");
    json_i64(&json, member->id);
    json_key(&json, "name");
    json_str(&json, member->name);
    json_key(&json, "is_disabled");
    json_bool(&json, member->is_disabled);
    json_key(&json, "is_server_admin");
    json_bool(&json, member->is_server_admin);
    json_key(&json, "has_password");
    json_bool(&json, member->has_password);
    json_key(&json, "created");
    json_time(&json, member->created_us);
    json_key(&json, "seen");
    member->seen_us ? json_time(&json, member->seen_us) : json_null(&json);
    json_key(&json, "roles");
    json_object(&json);
    for (size_t i = 0; i < count; i++) {
        json_key(&json, clients[i].name.ptr);
        json_text(&json, role_names[clients[i].role]);
    }
    json_end(&json);
    json_end(&json);
    buf_append_char(&cli->out, '\n');
}

static enum error_code add_row(struct cli *cli, struct show_table *table, const struct team_member *member, const struct team_client *clients,
                               size_t count)
{
    struct buf roles = {0};
    if (member->is_server_admin)
        buf_append_str(&roles, STR("admin of the server"));
    for (size_t i = 0; i < count; i++)
        buf_printf(&roles, "%s%s of %.*s", roles.len ? ", " : "", role_names[clients[i].role], STR_ARG(clients[i].name));
    const struct str cells[] = {
        member->name,
        member->is_disabled ? STR("disabled") : member->has_password ? STR("active") : STR("by link"),
        member->seen_us ? show_time(&cli->arena, member->seen_us) : STR("-"),
        roles.len ? arena_str(&cli->arena, buf_str(&roles)) : STR("no client yet"),
    };
    buf_fini(&roles);
    return show_row(cli, table, cells);
}

static enum error_code list(struct cli *cli, struct record *server)
{
    static const struct show_column columns[] = {{"name", false, false}, {"state", false, false}, {"signed in", false, false}, {"roles", false, true}};
    struct show_table               table = {.columns = columns, .column_count = 4};
    struct team_member             *members;
    size_t                          count, role_count;
    enum error_code                 code = team_members(server, &cli->arena, &members, &count, &cli->error);
    for (size_t i = 0; i < count && !code; i++) {
        struct team_client *roles;
        code = team_roles_of(server, members[i].id, &cli->arena, &roles, &role_count, &cli->error);
        if (!code && cli->is_json)
            print_json(cli, &members[i], roles, role_count);
        else if (!code)
            code = add_row(cli, &table, &members[i], roles, role_count);
    }
    if (code)
        return code;
    if (!cli->is_json && count)
        show_table(cli, &table);
    else if (!count)
        cli_say(cli, "nobody yet; begin with: bellwether user add NAME --server-admin");
    return cli_flush(cli);
}

static const struct office_deed deeds[] = {
    {"add", "NAME [--server-admin] [--password-stdin | --no-password]", 1, 1, add},
    {"passwd", "NAME [--password-stdin]", 1, 1, set_password},
    {"role", "NAME viewer|learner|practitioner|reviewer|admin|none [--client CLIENT]", 2, 2, set_role},
    {"link", "NAME", 1, 1, make_link},
    {"disable", "NAME", 1, 1, disable},
    {"enable", "NAME", 1, 1, enable},
    {"list", "", 0, 0, list},
    {0},
};

static enum error_code run(struct cli *cli)
{
    return office_run(cli, deeds);
}

const struct cli_command cmd_user = {
    .name = "user",
    .arguments = "add|passwd|role|link|disable|enable|list [NAME]",
    .summary = "members: who they are and what they may do",
    .details = "add NAME makes a member, passwd NAME a new password (which ends their sessions), role NAME ROLE says what they may do for the "
               "client of --client: viewer, learner, practitioner, reviewer, admin, or none. link NAME makes a link that signs them in once, "
               "within 15 minutes. disable NAME ends everything they hold; the last server admin cannot be disabled. list shows everybody.\n\n"
               "A password is asked for on the terminal, or read from standard input with --password-stdin; it never stands on the "
               "command line. A running server takes all this up at once.\n\n"
               "With --json, list prints one object a line: {\"id\", \"name\", \"is_disabled\", \"is_server_admin\", \"has_password\", "
               "\"created\", \"seen\", \"roles\": {CLIENT: ROLE}}; link prints {\"path\", \"link\"}; the others the member.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = 3,
    .run = run,
};
