#include "base/clock.h"
#include "cli/office.h"
#include "cli/show.h"

enum { DAYS_USUAL = 90 };

static const struct cli_option options[] = {
    {0, "role", "ROLE", "new: acts as at most this role: viewer (the default), learner, practitioner, reviewer, admin"},
    {0, "name", "WORDS", "new: what it is for; \"command line\" where it is not said"},
    {0, "days", "N", "new: until it expires; 90 where it is not said, at most 3650"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether token new mara --role practitioner --client harbour", "for a program that pushes posts in"},
    {"bellwether token list", "all of them, without their text"},
    {"bellwether token revoke 7", "for good"},
    {0},
};

static enum error_code new_token(struct cli *cli, struct record *server)
{
    int64_t            now_us = clock_now_us(), days, id;
    const char        *role = cli_value(cli, "role"), *name = cli_value(cli, "name"), *client = cli_value(cli, "client");
    struct team_token  token = {.name = str_of(name ? name : "command line"), .client = str_of(client)};
    struct team_member member;
    char               text[TEAM_TOKEN_TEXT_BYTES];
    if (!role_parse(str_of(role ? role : "viewer"), &token.role) || token.role == ROLE_NONE) {
        error_set(&cli->error, ERROR_USAGE, "--role: there is no role '%.40s' for a token", role);
        return error_hint(&cli->error, "viewer, learner, practitioner, reviewer or admin");
    }
    enum error_code code = cli_number(cli, "days", DAYS_USUAL, 1, TEAM_TOKEN_DAYS_MAX, &days);
    if (!code)
        code = office_member(cli, server, office_argument(cli, 0), &member);
    if (code)
        return code;
    token.member = member.id;
    token.expires_us = now_us + days * CLOCK_DAY_US;
    code = team_token_add(server, office_actor(), &token, now_us, text, &id, &cli->error);
    if (code)
        return code;
    if (!cli->is_json) {
        cli_say(cli, "it is shown this once; send it as: Authorization: Bearer TOKEN");
        buf_printf(&cli->out, "%s\n", text);
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "id");
    json_i64(&json, id);
    json_key(&json, "token");
    json_text(&json, text);
    json_key(&json, "expires");
    json_time(&json, token.expires_us);
    return cli_end_json(cli, &json);
}

static const char *state_of(const struct team_token *token, int64_t now_us)
{
    return token->revoked_us ? "revoked" : token->expires_us <= now_us ? "expired" : "active";
}

static void print_json(struct cli *cli, const struct team_token *token, int64_t now_us)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "id");
    json_i64(&json, token->id);
    json_key(&json, "member");
    json_str(&json, token->member_name);
    json_key(&json, "name");
    json_str(&json, token->name);
    json_key(&json, "role");
    json_text(&json, role_names[token->role]);
    json_key(&json, "client");
    token->client.len ? json_str(&json, token->client) : json_null(&json);
    json_key(&json, "created");
    json_time(&json, token->created_us);
    json_key(&json, "expires");
    json_time(&json, token->expires_us);
    json_key(&json, "used");
    token->used_us ? json_time(&json, token->used_us) : json_null(&json);
    json_key(&json, "state");
    json_text(&json, state_of(token, now_us));
    json_end(&json);
    buf_append_char(&cli->out, '\n');
}

static enum error_code list(struct cli *cli, struct record *server)
{
    static const struct show_column columns[] = {{"id", true, false}, {"member", false, false}, {"for", false, true}, {"role", false, false},
                                                 {"client", false, false}, {"used", false, false}, {"expires", false, false}, {"state", false, false}};
    struct show_table               table = {.columns = columns, .column_count = 8};
    struct team_token              *tokens;
    size_t                          count;
    int64_t                         now_us = clock_now_us();
    enum error_code                 code = team_tokens(server, 0, &cli->arena, &tokens, &count, &cli->error);
    for (size_t i = 0; i < count && !code; i++) {
        const struct team_token *token = &tokens[i];
        if (cli->is_json) {
            print_json(cli, token, now_us);
            continue;
        }
        code = show_row(cli, &table, (const struct str[]){
            show_number(&cli->arena, (uint64_t)token->id), token->member_name, token->name, str_of(role_names[token->role]),
            token->client.len ? token->client : STR("all"), token->used_us ? show_time(&cli->arena, token->used_us) : STR("never"),
            show_time(&cli->arena, token->expires_us), str_of(state_of(token, now_us))});
    }
    if (code)
        return code;
    if (!cli->is_json && count)
        show_table(cli, &table);
    else if (!count)
        cli_say(cli, "no token yet; begin with: bellwether token new MEMBER");
    return cli_flush(cli);
}

static enum error_code revoke(struct cli *cli, struct record *server)
{
    int64_t     id;
    const char *given = office_argument(cli, 0);
    if (!str_to_i64(str_of(given), &id))
        return error_set(&cli->error, ERROR_USAGE, "token revoke: '%.40s' is no number of a token", given);
    enum error_code code = team_token_revoke(server, office_actor(), id, 0, clock_now_us(), &cli->error);
    if (code)
        return code;
    if (cli->is_json)
        buf_printf(&cli->out, "{\"id\":%lld,\"state\":\"revoked\"}\n", (long long)id);
    else
        buf_printf(&cli->out, "token %lld is revoked\n", (long long)id);
    return cli_flush(cli);
}

static const struct office_deed deeds[] = {
    {"new", "MEMBER [--role ROLE] [--name WORDS] [--days N] [--client CLIENT]", 1, 1, new_token},
    {"list", "", 0, 0, list},
    {"revoke", "ID", 1, 1, revoke},
    {0},
};

static enum error_code run(struct cli *cli)
{
    return office_run(cli, deeds);
}

const struct cli_command cmd_token = {
    .name = "token",
    .arguments = "new|list|revoke [MEMBER | ID]",
    .summary = "API tokens: for programs that act as a member",
    .details = "new MEMBER makes a token and prints it, once; only its hash is kept. It may what its member may, but never more than --role, and "
               "with --client in that client alone. It is sent as Authorization: Bearer TOKEN. list shows all, with their last use; "
               "revoke ID ends one for good.\n\n"
               "With --json, new prints {\"id\", \"token\", \"expires\"}; list prints one object a line: {\"id\", \"member\", \"name\", "
               "\"role\", \"client\", \"created\", \"expires\", \"used\", \"state\"}.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = 2,
    .run = run,
};
