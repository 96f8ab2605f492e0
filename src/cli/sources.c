#include "cli/sources.h"

#include "api/sources.h"
#include "base/clock.h"
#include "base/vfs.h"
#include "cli/source.h"

enum { NOW_GOOD_FOR_S = 30 };

enum error_code sources_open(struct cli *cli, struct record **records_out)
{
    static const struct record_domain *const domains[] = {&capture_domain, NULL};
    char                                     path[512];
    *records_out = NULL;
    if (!vfs_join(path, cli->client_folder, "records.db"))
        return error_set(&cli->error, ERROR_USAGE, "--data: the path is too long: %.60s...", cli->data);
    enum error_code code = vfs_make_folders(cli->client_folder, &cli->error);
    return code ? code : record_open(path, domains, records_out, &cli->error);
}

struct record_actor sources_actor(void)
{
    return (struct record_actor){0, STR("command line")};
}

enum error_code sources_named(struct cli *cli, struct record *records, size_t nth, struct capture_source *source_out)
{
    struct capture_source *sources;
    size_t                 count;
    int64_t                id = 0;
    const char            *given = source_argument(cli, nth);
    enum error_code        code = capture_sources(records, &cli->arena, &sources, &count, &cli->error);
    for (size_t i = 0; i < count && !code; i++)
        if (str_equal(sources[i].name, str_of(given))) {
            *source_out = sources[i];
            return ERROR_NONE;
        }
    if (!code && str_to_i64(str_of(given), &id))
        for (size_t i = 0; i < count; i++)
            if (sources[i].id == id) {
                *source_out = sources[i];
                return ERROR_NONE;
            }
    if (code)
        return code;
    error_set(&cli->error, ERROR_NOT_FOUND, "there is no source '%.80s'", given);
    return error_hint(&cli->error, "bellwether source list shows them");
}

/* ---- What a server says ---- */

void sources_now_read(struct cli *cli, struct sources_now *now_out)
{
    char         path[512];
    struct buf   text = {0};
    struct error none = {0};
    *now_out = (struct sources_now){0};
    if (!vfs_join(path, cli->client_folder, SOURCES_NOW_FILE) || vfs_read_file(path, SOURCES_NOW_MAX_BYTES, &text, &none)) {
        buf_fini(&text);
        return;
    }
    cJSON       *all = cJSON_ParseWithLength(text.ptr, text.len);
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(all, "at");
    buf_fini(&text);
    if (cJSON_IsString(at) && clock_parse(str_of(at->valuestring), &now_out->at_us) && now_out->at_us > clock_now_us() - NOW_GOOD_FOR_S * CLOCK_SECOND_US)
        now_out->all = all;
    else
        cJSON_Delete(all);
}

void sources_now_free(struct sources_now *now)
{
    cJSON_Delete(now->all);
    now->all = NULL;
}

const cJSON *sources_now_of(const struct sources_now *now, int64_t id)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(now->all, "sources")) {
        const cJSON *number = cJSON_GetObjectItemCaseSensitive(one, "id");
        if (cJSON_IsNumber(number) && (int64_t)number->valuedouble == id)
            return one;
    }
    return NULL;
}
