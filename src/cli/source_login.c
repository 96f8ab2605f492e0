/* A token for a platform where people let programs in: an address to open, a code to copy back. */
#include "cli/office.h"
#include "cli/source.h"

#include "source/mastodon/login.h"

#include <stdlib.h>

enum error_code source_deed_login(struct cli *cli)
{
    const char           *name = source_argument(cli, 0), *instance = source_argument(cli, 1);
    struct mastodon_login login;
    struct str            given;
    bool                  allows_private = cli_switch(cli, "private");
    if (strcmp(name, "mastodon") != 0) {
        error_set(&cli->error, ERROR_USAGE, "source login: not for '%.40s'", name);
        return error_hint(&cli->error, "mastodon alone gives tokens this way; what others need is said by bellwether source add");
    }
    enum error_code code = mastodon_login_begin(str_of(instance), allows_private, &cli->arena, &login, &cli->error);
    if (code)
        return code;
    fprintf(stderr, "Open this address in a browser, sign in and allow it:\n\n    %.*s\n\nThen copy the code that it shows: ", STR_ARG(login.address));
    code = office_line(cli, &given);
    if (!code && str_trim(given).len == 0)
        code = error_set(&cli->error, ERROR_INVALID, "no code was given");
    if (!code)
        code = mastodon_login_finish(&login, given, allows_private, &cli->arena, &cli->error);
    if (code)
        return code;
    cli_say(cli, "let in as %.*s", STR_ARG(login.who));
    if (cli->is_json) {
        struct json json = json_writer(&cli->out);
        json_object(&json);
        json_put_str(&json, "token", login.token);
        json_end(&json);
        buf_append_char(&cli->out, '\n');
    } else {
        buf_printf(&cli->out, "token=%.*s\n", STR_ARG(login.token));
    }
    return cli_flush(cli);
}
