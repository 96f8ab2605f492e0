#include "cli/place.h"

#include "base/vfs.h"

#include <stdlib.h>
#include <string.h>

enum { CLIENT_NAME_MAX_BYTES = 63 };

/* A client is a folder: its name must not lead anywhere else. */
static bool is_client_name(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || (name[i] == '-' && i)))
            return false;
    return len > 0 && len <= CLIENT_NAME_MAX_BYTES;
}

static bool find_data(struct cli *cli)
{
    const char *given = cli_value(cli, "data"), *data = getenv("BELLWETHER_DATA"), *xdg = getenv("XDG_DATA_HOME"),
               *home = getenv("HOME");
    int         used;
    if (given || (data && data[0]))
        used = snprintf(cli->data, sizeof cli->data, "%s", given ? given : data);
    else if (xdg && xdg[0] == '/') /* the XDG specification: a relative path is to be ignored */
        used = snprintf(cli->data, sizeof cli->data, "%s/bellwether", xdg);
    else if (home && home[0])
        used = snprintf(cli->data, sizeof cli->data, "%s/.local/share/bellwether", home);
    else
        return false;
    return used > 0 && (size_t)used < sizeof cli->data;
}

enum error_code place_find(struct cli *cli)
{
    const char *client = cli_value(cli, "client");
    char        clients[512];
    cli->client = client ? client : "default";
    if (!is_client_name(cli->client)) {
        error_set(&cli->error, ERROR_USAGE, "--client: '%.60s' is no client's name", cli->client);
        return error_hint(&cli->error, "small letters, digits and -, at most %d, not - first", CLIENT_NAME_MAX_BYTES);
    }
    if (!find_data(cli)) {
        error_set(&cli->error, ERROR_USAGE, "no usable data folder");
        return error_hint(&cli->error, "name it with --data DIR or BELLWETHER_DATA");
    }
    bool fits = vfs_join(clients, cli->data, "clients") && vfs_join(cli->client_folder, clients, cli->client) &&
                vfs_join(cli->archive_folder, cli->client_folder, "archive");
    return fits ? ERROR_NONE : error_set(&cli->error, ERROR_USAGE, "--data: the path is too long: %.60s...", cli->data);
}

enum error_code place_open_writer(struct cli *cli, struct archive **archive_out)
{
    *archive_out = NULL;
    enum error_code code = vfs_make_folders(cli->client_folder, &cli->error);
    if (!code)
        code = archive_open(cli->archive_folder, ARCHIVE_WRITE, NULL, archive_out, &cli->error);
    if (code == ERROR_CONFLICT)
        error_hint(&cli->error, "If that is bellwether serve, give it the posts: POST /api/v1/posts?client=%s takes JSON Lines.\n"
                                "Else wait for it to end, or stop it. Reading is possible meanwhile.", cli->client);
    return code;
}

enum error_code place_open_reader(struct cli *cli, struct place_reader *reader_out)
{
    *reader_out = (struct place_reader){0};
    enum error_code code = archive_open(cli->archive_folder, ARCHIVE_READ, NULL, &reader_out->archive, &cli->error);
    if (code == ERROR_NOT_FOUND) {
        error_set(&cli->error, ERROR_NOT_FOUND, "client %s has no archive yet (looked in %s)", cli->client,
                  cli->archive_folder);
        return error_hint(&cli->error, "begin with: bellwether import FILE");
    }
    if (!code)
        code = archive_snapshot(reader_out->archive, &reader_out->snapshot, &cli->error);
    if (code)
        place_close_reader(reader_out);
    return code;
}

void place_close_reader(struct place_reader *reader)
{
    if (reader->snapshot)
        archive_snapshot_release(reader->snapshot);
    archive_close(reader->archive);
    *reader = (struct place_reader){0};
}
