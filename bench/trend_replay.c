/* Replays a file of posts through the trend engine and prints its events, one JSON object a line.
 *
 * usage: trend_replay [--z-open Z] [--rows] FILE.jsonl > events.jsonl
 *   FILE holds posts as JSON Lines in order of time. --rows prints, at the end, the trends still open in the form of the trends command.
 * What it took goes to standard error. The same engine as `bellwether trends --replay`, without an archive.
 */
#include "base/clock.h"
#include "base/vfs.h"
#include "trend/trend.h"
#include "trend/trend_json.h"

#include <stdlib.h>
#include <sys/resource.h>

static void print_event(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    struct buf *line = context;
    buf_clear(line);
    trend_print_event_json(trend, kind, at_us, line);
    printf("%.*s\n", STR_ARG(buf_str(line)));
}

static enum error_code replay(struct str bytes, struct trend_engine *engine, unsigned long *posts_out, int64_t *reading_us_out,
                              struct error *error)
{
    struct text_analyser *analyser = NULL;
    struct arena          arena = {0};
    struct str            line;
    enum error_code       code = text_analyser_new(&analyser, error);
    while (code == ERROR_NONE && str_next_field(&bytes, '\n', &line)) {
        struct post       post;
        struct text_facts facts;
        int64_t           from_us = clock_monotonic_us();
        arena_reset(&arena);
        if (line.len == 0)
            continue;
        if (post_parse(line, &arena, &post, error) != ERROR_NONE) {
            error_print(error, stderr);
            continue;
        }
        code = text_analyse(analyser, &arena, post.text, post.lang, TREND_TEXT_WANT, &facts, error);
        *reading_us_out += clock_monotonic_us() - from_us;
        if (code == ERROR_NONE)
            code = trend_engine_add(engine, &post, &facts, error);
        ++*posts_out;
    }
    arena_fini(&arena);
    text_analyser_free(analyser);
    return code;
}

static void print_rows(struct trend_engine *engine, struct buf *line)
{
    struct arena  arena = {0};
    struct trend *trends;
    size_t        count;
    struct error  error = {0};
    if (trend_engine_open_trends(engine, &arena, &trends, &count, &error) == ERROR_NONE)
        for (size_t i = 0; i < count; i++) {
            buf_clear(line);
            trend_print_json(&trends[i], line);
            printf("%.*s\n", STR_ARG(buf_str(line)));
        }
    arena_fini(&arena);
}

int main(int argc, char **argv)
{
    struct buf           line = {0};
    struct trend_options options = {.on_event = print_event, .context = &line};
    struct error         error = {0};
    struct vfs_map       map;
    struct trend_engine *engine;
    const char          *path = NULL;
    bool                 is_rows = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--z-open") == 0 && i + 1 < argc)
            options.z_open = atof(argv[++i]);
        else if (strcmp(argv[i], "--rows") == 0)
            is_rows = true;
        else
            path = argv[i];
    }
    if (!path) {
        fprintf(stderr, "usage: trend_replay [--z-open Z] [--rows] FILE.jsonl\n");
        return 2;
    }
    if (vfs_map(path, &map, &error) != ERROR_NONE || trend_engine_new(&options, &engine, &error) != ERROR_NONE) {
        error_print(&error, stderr);
        return 1;
    }
    unsigned long   posts = 0;
    int64_t         reading_us = 0, from_us = clock_monotonic_us();
    enum error_code code = replay(map.bytes, engine, &posts, &reading_us, &error);
    double          seconds = (double)(clock_monotonic_us() - from_us) / 1e6;
    struct rusage   usage;
    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "%lu posts in %.2f s, of which reading and text %.2f s; %ld MB at most\n", posts, seconds, (double)reading_us / 1e6,
            usage.ru_maxrss / 1024);
    if (is_rows)
        print_rows(engine, &line);
    trend_engine_free(engine);
    vfs_unmap(&map);
    buf_fini(&line);
    if (code != ERROR_NONE)
        error_print(&error, stderr);
    return code == ERROR_NONE ? 0 : 1;
}
