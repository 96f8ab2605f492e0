/* What storing costs: reads posts as JSON Lines, parses and analyses them beforehand in batches, and times only the archive's part.
 *
 *     archive_write FOLDER FILE.jsonl
 *
 * Prints microseconds of this thread a post for add, commit, seal and for opening anew, and bytes a post. */
#include "archive/archive.h"
#include "base/clock.h"
#include "base/vfs.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { BATCH = 4096 };

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct batch {
    struct arena      arena;
    struct post       posts[BATCH];
    struct text_facts facts[BATCH];
    uint32_t          count;
};

static double add_us, commit_us;

static enum error_code store(struct archive *archive, struct batch *batch, struct error *error)
{
    enum archive_added added;
    enum error_code    code = ERROR_NONE;
    double             start = cpu_us();
    for (uint32_t i = 0; !code && i < batch->count; i++)
        code = archive_add(archive, &batch->posts[i], &batch->facts[i], &added, error);
    double middle = cpu_us();
    if (!code)
        code = archive_commit(archive, error);
    add_us += middle - start;
    commit_us += cpu_us() - middle;
    batch->count = 0;
    arena_reset(&batch->arena);
    return code;
}

int main(int argc, char **argv)
{
    struct error          error = {0};
    struct vfs_map        file;
    struct archive       *archive;
    struct text_analyser *analyser;
    static struct batch   batch;
    uint64_t              posts = 0;
    if (argc != 3)
        return 2;
    if (vfs_map(argv[2], &file, &error) || archive_open(argv[1], ARCHIVE_WRITE, NULL, &archive, &error) || text_analyser_new(&analyser, &error)) {
        error_print(&error, stderr);
        return 1;
    }
    struct str      rest = file.bytes, line;
    enum error_code code = ERROR_NONE;
    double          wall = (double)clock_monotonic_us();
    while (!code && str_next_field(&rest, '\n', &line)) {
        struct post *post = &batch.posts[batch.count];
        if (line.len == 0 || post_parse(line, &batch.arena, post, NULL) ||
            text_analyse(analyser, &batch.arena, post->text, post->lang, TEXT_WANT_LANGUAGE, &batch.facts[batch.count], NULL))
            continue;
        posts++;
        if (++batch.count == BATCH)
            code = store(archive, &batch, &error);
    }
    if (!code)
        code = store(archive, &batch, &error);
    double start = cpu_us();
    if (!code)
        code = archive_seal(archive, &error);
    double seal_us = cpu_us() - start;
    archive_close(archive);
    start = cpu_us();
    struct archive_snapshot *snapshot = NULL;
    struct archive_stats     stats = {0};
    if (!code)
        code = archive_open(argv[1], ARCHIVE_READ, NULL, &archive, &error);
    if (!code)
        code = archive_snapshot(archive, &snapshot, &error);
    if (!code)
        code = archive_stats(snapshot, &stats, &error);
    double        open_us = cpu_us() - start, n = (double)posts;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (code)
        error_print(&error, stderr);
    printf("posts %llu  add %.2f  commit (with seals) %.2f  last seal %.2f  total %.2f us/post\n", (unsigned long long)posts, add_us / n,
           commit_us / n, seal_us / n, (add_us + commit_us + seal_us) / n);
    printf("open %.0f us  segments %u  %.1f bytes/post  peak %ld MB  wall %.1f s with parsing\n", open_us, stats.segments, (double)stats.bytes / n,
           usage.ru_maxrss / 1024, ((double)clock_monotonic_us() - wall) / 1e6);
    archive_snapshot_release(snapshot);
    archive_close(archive);
    text_analyser_free(analyser);
    arena_fini(&batch.arena);
    vfs_unmap(&file);
    return code != 0;
}
