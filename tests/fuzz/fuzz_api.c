/* Input: one call of the API, by an admin of a client with a few posts. The first line is a method and a target below
 * /api/v1, the rest is the body. Whatever comes, there is an answer of a known status, in the form that it says, and
 * never a 500. */
#include "fuzz.h"

#include "api/service.h"
#include "base/clock.h"
#include "base/vfs.h"
#include "net/request.h"

#include <unistd.h>

static struct api *api;
static char        folder[64], token[TEAM_TOKEN_TEXT_BYTES + 8];

static const char posts[] = "{\"id\":\"x:1\",\"platform\":\"x\",\"at\":\"2026-03-10T10:00:00Z\",\"author\":{\"handle\":"
                            "\"a\"},\"text\":\"the ferry is late\"}\n"
                            "{\"id\":\"x:2\",\"platform\":\"x\",\"at\":\"2026-03-11T10:00:00Z\",\"author\":{\"handle\":"
                            "\"b\"},\"text\":\"gulls #harbour\"}\n";

static void tidy(void)
{
    char command[128];
    api_close(api);
    api = NULL;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        fprintf(stderr, "cannot remove %s\n", folder);
}

/* In memory, where the system has such a folder: a commit is synced. */
static void open_api(void)
{
    struct error        error = {0};
    struct api_options  options = {.data_folder = folder};
    struct record_actor actor = {.name = STR("fuzz")};
    struct arena        arena = {0};
    struct stream_pushed pushed;
    int64_t             member, id;
    snprintf(folder, sizeof folder, "%s/bellwether-fuzz-XXXXXX", vfs_exists("/dev/shm") ? "/dev/shm" : "/tmp");
    fuzz_check(mkdtemp(folder), "no folder");
    fuzz_check(api_open(&options, &api, &error) == ERROR_NONE, "%s", error.message);
    fuzz_check(team_member_add(api->server, actor, STR("Mara"), (struct str){0}, true, &member, &error) == ERROR_NONE,
               "%s", error.message);
    fuzz_check(team_client_add(api->server, folder, actor, STR("default"), STR(""), &id, &error) == ERROR_NONE, "%s",
               error.message);
    fuzz_check(api_open_client(api, STR("default"), &error) == ERROR_NONE, "%s", error.message);
    const struct team_token wanted = {
        .member = member, .name = STR("fuzz"), .role = ROLE_ADMIN, .expires_us = clock_now_us() + 7 * CLOCK_DAY_US};
    memcpy(token, "Bearer ", 7);
    fuzz_check(team_token_add(api->server, actor, &wanted, clock_now_us(), token + 7, &id, &error) == ERROR_NONE, "%s",
               error.message);
    struct open_client *client = api_client(api, STR("default"));
    fuzz_check(stream_push(client->workspace.stream, str_of(posts), &arena, &pushed, &error) == ERROR_NONE &&
                   pushed.added == 2,
               "%s", error.message);
    arena_fini(&arena);
    atexit(tidy);
}

static void check_answer(const struct http_response *response, struct str line)
{
    static const int known[] = {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429};
    bool             is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        is_known |= response->status == known[i];
    fuzz_check(is_known, "status %d for %.*s: %.*s", response->status, STR_ARG(line),
               STR_ARG(buf_str(&response->body)));
    bool is_json = response->content_type && strstr(response->content_type, "json") &&
                   !strstr(response->content_type, "jsonl") && !response->stream;
    if (response->status >= 400)
        fuzz_check(is_json, "an error that is no problem+json: %d for %.*s", response->status, STR_ARG(line));
    if (is_json && response->body.len) {
        cJSON *read = cJSON_ParseWithLength(response->body.ptr, response->body.len);
        fuzz_check(read, "broken JSON for %.*s: %.*s", STR_ARG(line), STR_ARG(buf_str(&response->body)));
        cJSON_Delete(read);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str           rest = {(const char *)data, size}, line, method;
    struct arena         arena = {0};
    struct http_pairs    pairs = {0};
    struct http_request  request = {.pairs = &pairs, .arena = &arena, .id = "0123456789abcdef", .peer = "127.0.0.1"};
    struct http_response response = {.status = 200};
    struct buf           target = {0};
    char                 name[16] = "";
    if (!api)
        open_api();
    if (!str_next_field(&rest, '\n', &line))
        return 0;
    struct str whole = line;
    if (!str_next_field(&line, ' ', &method) || method.len >= sizeof name || !str_starts_with(line, STR("/")))
        return 0;
    memcpy(name, method.ptr, method.len);
    buf_printf(&target, "/api/v1%.*s", STR_ARG(line));
    bool is_lines = str_contains(line, STR("/posts"));
    const struct http_pair headers[] = {
        {STR("Host"), STR("h")},
        {STR("Authorization"), str_of(token)},
        {STR("Content-Type"), is_lines ? STR("application/jsonl") : STR("application/json")}};
    request.method = request_method(name);
    request.body = rest.ptr ? rest : STR("");
    if (!request_read_headers(&request, headers, 3, &arena).status &&
        !request_read_target(&request, buf_str(&target), STR("h"), &arena).status) {
        api_handle(api, &request, &response);
        check_answer(&response, whole);
    }
    http_response_fini(&response);
    buf_fini(&target);
    arena_fini(&arena);
    return 0;
}
