#include "engine_fixture.h"

#include "base/vfs.h"

#include <ftw.h>
#include <unistd.h>

static const struct record_domain *const domains[] = {&capture_domain, NULL};
static const struct record_actor          ann = {1, {"Ann", 3}};

static enum error_code topics_of(void *context, struct arena *arena, const struct query_node ***trees_out, size_t *count_out, struct error *error)
{
    struct house         *house = context;
    struct text_analyser *analyser;
    enum error_code       code = text_analyser_new(&analyser, error);
    *trees_out = arena_array(arena, COUNT_OF(house->topics), sizeof **trees_out);
    *count_out = 0;
    for (size_t i = 0; !code && i < COUNT_OF(house->topics) && house->topics[i]; i++) {
        struct query query;
        code = query_parse(str_of(house->topics[i]), NULL, analyser, arena, &query, error);
        (*trees_out)[(*count_out)++] = query.root;
    }
    text_analyser_free(analyser);
    return code;
}

static enum error_code forget(void *context, const struct str *posts, size_t count, struct error *error)
{
    struct house *house = context;
    if (house->forget_fails > 0) {
        house->forget_fails--;
        return error_set(error, ERROR_BUSY, "not now");
    }
    for (size_t i = 0; i < count; i++)
        snprintf(house->forgotten + strlen(house->forgotten), sizeof house->forgotten - strlen(house->forgotten), "%.*s ", STR_ARG(posts[i]));
    return ERROR_NONE;
}

static void sighted(void *context, int64_t source, struct str name, const struct post *posts, size_t count, int64_t now_us)
{
    check(source > 0 && name.len && posts && now_us > 0, "who saw what");
    ((struct house *)context)->sighted += (unsigned)count;
}

void server_make(struct server *server, size_t houses)
{
    *server = (struct server){.folder = "/tmp/bellwether-engine-XXXXXX", .house_count = houses};
    assert_non_null(mkdtemp(server->folder));
    for (size_t i = 0; i < houses; i++) {
        struct house *house = &server->houses[i];
        snprintf(house->name, sizeof house->name, "house%zu", i);
        snprintf(house->folder, sizeof house->folder, "%s/%s", server->folder, house->name);
        snprintf(house->archive, sizeof house->archive, "%s/archive", house->folder);
        snprintf(house->records_path, sizeof house->records_path, "%s/records.db", house->folder);
    }
}

static void log_line(void *context, const char *level, const char *event, const char *words)
{
    (void)context;
    if (getenv("ENGINE_LOG"))
        fprintf(stderr, "%s %s %s\n", level, event, words);
}

void server_open(struct server *server)
{
    struct error           error = {0};
    struct capture_options options = {.data_folder = server->folder, .allows_private = true, .log = log_line};
    check_ok(capture_open(&options, &server->capture, &error), error, "capture");
    for (size_t i = 0; i < server->house_count; i++) {
        struct house         *house = &server->houses[i];
        struct stream_options stream = {.archive_folder = house->archive, .has_no_trends = true};
        check_ok(record_open(house->records_path, domains, &house->records, &error), error, "records");
        check_ok(stream_open(&stream, &house->stream, &error), error, "stream");
        struct capture_client client = {.name = house->name, .stream = house->stream, .records = house->records, .topics = topics_of, .forget = forget,
                                        .sighted = sighted, .context = house};
        check_ok(capture_attach(server->capture, &client, &error), error, "attach");
    }
}

void server_close(struct server *server)
{
    capture_close(server->capture);
    server->capture = NULL;
    for (size_t i = 0; i < server->house_count; i++) {
        stream_close(server->houses[i].stream);
        record_close(server->houses[i].records);
        server->houses[i].stream = NULL;
        server->houses[i].records = NULL;
    }
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

void server_remove(struct server *server)
{
    if (server->capture)
        server_close(server);
    nftw(server->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int64_t house_source(struct server *server, size_t at, const char *name, const char *connector, const char *secrets, enum capture_keep keep,
                     unsigned per_mille)
{
    struct house         *house = &server->houses[at];
    struct error          error = {0};
    int64_t               id;
    struct capture_source source = {.name = str_of(name), .connector = str_of(connector), .config = STR("{}"), .query = STR("{}"), .keep = keep,
                                    .sample_per_mille = per_mille};
    check_ok(capture_source_add(house->records, capture_key_of(server->capture), ann, &source, str_of(secrets), &id, &error), error, "%s", name);
    capture_sources_changed(server->capture, house->name);
    return id;
}

uint64_t house_count(struct server *server, size_t at, const char *text)
{
    struct arena             arena = {0};
    struct text_analyser    *analyser;
    struct query             query;
    struct archive_snapshot *snapshot;
    struct error             error = {0};
    uint64_t                 count = 0;
    check_ok(text_analyser_new(&analyser, &error), error, "analyser");
    check_ok(query_parse(str_of(text), NULL, analyser, &arena, &query, &error), error, "%s", text);
    check_ok(stream_snapshot(server->houses[at].stream, &snapshot, &error), error, "snapshot");
    check_ok(archive_count(snapshot, query.root, &arena, &count, &error), error, "%s", text);
    archive_snapshot_release(snapshot);
    text_analyser_free(analyser);
    arena_fini(&arena);
    return count;
}

struct capture_health house_health(struct server *server, size_t at, int64_t source)
{
    struct capture_health health;
    struct error          error = {0};
    check_ok(capture_health(server->capture, server->houses[at].name, source, &health, &error), error, "health");
    return health;
}
