#include "cli/records.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "intake/intake.h"

static bool path_of(const struct cli *cli, char path[512])
{
    return vfs_join(path, cli->client_folder, "records.db");
}

bool records_exist(const struct cli *cli)
{
    char path[512];
    return path_of(cli, path) && vfs_exists(path);
}

enum error_code records_open(struct cli *cli, struct record **records_out)
{
    static const struct record_domain *const domains[] = {&topic_domain, &intake_domain, NULL};
    char            path[512];
    size_t          imported = 0;
    enum error_code code = path_of(cli, path) ? vfs_make_folders(cli->client_folder, &cli->error)
                                              : error_set(&cli->error, ERROR_USAGE, "--data: the path is too long: %.60s...", cli->data);
    if (!code)
        code = record_open(path, domains, records_out, &cli->error);
    if (!code)
        code = topic_lists_import(*records_out, cli->client_folder, clock_now_us(), &cli->arena, &imported, &cli->error);
    if (imported)
        cli_say(cli, "%zu named list%s taken over from files", imported, imported == 1 ? "" : "s");
    return code;
}
