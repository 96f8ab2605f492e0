#include "cli/configured.h"

#include "net/address.h"

#include <unistd.h>

enum error_code configured_check(const struct settings *settings, struct error *error)
{
    struct trusted  trusted;
    enum error_code code = trusted_parse(str_of(settings_text(settings, "server.trusted_proxies")), &trusted, error);
    if (code)
        return code;
    if (settings_text(settings, "mail.host")[0] && !strchr(settings_text(settings, "mail.from"), '@'))
        return error_set(error, ERROR_INVALID, "mail.host is set, but mail.from is no address");
    if (settings_text(settings, "mail.password")[0] && strcmp(settings_text(settings, "mail.tls"), "none") == 0)
        return error_set(error, ERROR_INVALID, "mail.password would be sent in the clear: mail.tls is none");
    if (settings_number(settings, "limits.bodies_bytes") < settings_number(settings, "limits.body_bytes"))
        return error_set(error, ERROR_INVALID,
                         "limits.bodies_bytes is less than limits.body_bytes: the largest body never fits");
    return ERROR_NONE;
}

enum error_code configured_load(struct cli *cli, struct configured *configured_out)
{
    *configured_out = (struct configured){.flags = {{"server.listen", cli_value(cli, "listen"), "--listen"},
                                                    {"log.format", cli_value(cli, "log-format"), "--log-format"},
                                                    {"log.level", cli_value(cli, "log-level"), "--log-level"}}};
    const struct settings_sources sources = {
        .file = cli_value(cli, "config"), .environment = environ, .flags = configured_out->flags};
    enum error_code               code = settings_load(&sources, &configured_out->settings, &cli->error);
    if (!code)
        code = configured_check(configured_out->settings, &cli->error);
    if (code)
        configured_free(configured_out);
    return code;
}

void configured_free(struct configured *configured)
{
    settings_free(configured->settings);
    configured->settings = NULL;
}
