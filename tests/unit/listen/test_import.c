/* An import into a real archive: what the report says is what is there, also when any write, sync or rename fails. */
#include "check.h"

#include "base/vfs.h"
#include "listen/import.h"

#include <errno.h>
#include <unistd.h>

struct place {
    char folder[64], archive[128], rejected[128], posts[128];
};

static void remove_folder(const char *path)
{
    struct arena arena = {0};
    struct str  *names;
    size_t       count = 0;
    if (vfs_exists(path) && vfs_list(path, &arena, &names, &count, NULL) == 0)
        for (size_t i = 0; i < count; i++) {
            char inside[512];
            if (vfs_join(inside, path, names[i].ptr) && unlink(inside))
                remove_folder(inside);
        }
    arena_fini(&arena);
    rmdir(path);
}

static void make_place(struct place *place)
{
    strcpy(place->folder, "/tmp/bellwether-import-XXXXXX");
    check(mkdtemp(place->folder), "folder");
    snprintf(place->archive, sizeof place->archive, "%s/archive", place->folder);
    snprintf(place->rejected, sizeof place->rejected, "%s/rejected", place->folder);
    snprintf(place->posts, sizeof place->posts, "%s/posts.jsonl", place->folder);
}

/* count posts, every tenth line no post at all. Returns how many lines are posts. */
static unsigned write_posts(const char *path, unsigned count)
{
    FILE    *file = fopen(path, "w");
    unsigned good = 0;
    check(file, "%s", path);
    for (unsigned i = 0; i < count; i++) {
        if (i % 10 == 9) {
            fprintf(file, "{\"id\":\"toot:%u\",\n", i);
            continue;
        }
        good++;
        fprintf(file,
                "{\"id\":\"toot:%u\",\"platform\":\"toot\",\"at\":\"2026-03-%02uT10:%02u:00Z\",\"author\":{\"id\":\"a%"
                "u\"},\"text\":\"the %u ferry is late\"}\n",
                i, 1 + i % 28, i % 60, i % 7, i);
    }
    check(fclose(file) == 0, "%s", path);
    return good;
}

static struct import_options options_for(const struct place *place, const char *const *paths)
{
    return (struct import_options){
        .paths = paths, .path_count = 1, .rejected_folder = place->rejected, .commit_posts = 500, .commit_ms = 60000};
}

static enum error_code import(const struct place *place, struct import_report *report, struct error *error)
{
    const char *const     paths[] = {place->posts};
    struct import_options options = options_for(place, paths);
    struct archive       *archive;
    *report = (struct import_report){0};
    enum error_code code = archive_open(place->archive, ARCHIVE_WRITE, NULL, &archive, error);
    if (code)
        return code;
    code = import_run(archive, &options, report, error);
    archive_close(archive);
    return code;
}

static uint64_t posts_in(const struct place *place)
{
    struct archive          *archive;
    struct archive_snapshot *snapshot;
    struct archive_stats     stats;
    struct error             error = {0};
    if (archive_open(place->archive, ARCHIVE_READ, NULL, &archive, &error))
        return 0;
    check_ok(archive_snapshot(archive, &snapshot, &error), error, "snapshot");
    check_ok(archive_stats(snapshot, &stats, &error), error, "stats");
    archive_snapshot_release(snapshot);
    archive_close(archive);
    return stats.posts;
}

static void every_line_is_accounted_for(void **state)
{
    (void)state;
    struct place         place;
    struct import_report report;
    struct error         error = {0};
    make_place(&place);
    unsigned good = write_posts(place.posts, 3000);
    check_ok(import(&place, &report, &error), error, "first");
    check(report.counts.read == 3000 && report.counts.added == good && report.counts.rejected == 3000 - good,
          "%llu read, %llu new, %llu rejected", (unsigned long long)report.counts.read,
          (unsigned long long)report.counts.added, (unsigned long long)report.counts.rejected);
    check(report.rejected_path[0] && vfs_exists(report.rejected_path) && !report.stopped_file[0], "the rejected are "
                                                                                                  "named");
    check_ok(import(&place, &report, &error), error, "again");
    check(report.counts.added == 0 && report.counts.duplicate == good, "again: nothing new");
    check(posts_in(&place) == good, "all are there");
    remove_folder(place.folder);
}

static void a_failing_disk_loses_nothing_and_doubles_nothing(void **state)
{
    (void)state;
    static const int errors[] = {ENOSPC, EIO};
    for (size_t e = 0; e < COUNT_OF(errors); e++) {
        bool has_ended = false;
        for (unsigned nth = 1; !has_ended && nth < 200; nth += nth < 24 ? 1 : 3) {
            struct place         place;
            struct import_report report;
            struct error         error = {0};
            make_place(&place);
            unsigned good = write_posts(place.posts, 2500);
            vfs_fail_after(nth, errors[e]);
            enum error_code code = import(&place, &report, &error);
            has_ended = vfs_fail_after(0, 0) < nth;
            if (code) {
                check(code == (errors[e] == ENOSPC ? ERROR_NO_SPACE : ERROR_IO), "call %u fails: %s", nth,
                      error.message);
                check(posts_in(&place) == report.counts.added, "call %u: %llu are there, %llu were counted", nth,
                      (unsigned long long)posts_in(&place), (unsigned long long)report.counts.added);
            }
            check_ok(import(&place, &report, &error), error, "after call %u failed", nth);
            check(posts_in(&place) == good && report.counts.added + report.counts.duplicate == good,
                  "after call %u failed: the rest is added", nth);
            remove_folder(place.folder);
        }
        check(has_ended, "the sweep came to its end");
    }
}

static void a_stop_before_the_first_line_is_kept_to(void **state)
{
    (void)state;
    struct place         place;
    struct import_report report;
    struct error         error = {0};
    struct archive      *archive;
    atomic_bool          stop = true;
    make_place(&place);
    write_posts(place.posts, 100);
    const char *const     paths[] = {place.posts};
    struct import_options options = options_for(&place, paths);
    options.stop = &stop;
    check_ok(archive_open(place.archive, ARCHIVE_WRITE, NULL, &archive, &error), error, "open");
    check(import_run(archive, &options, &report, &error) == ERROR_CANCELLED, "%s", error.message);
    check(report.counts.read == 0 && strcmp(report.stopped_file, place.posts) == 0, "%s", report.stopped_file);
    archive_close(archive);
    remove_folder(place.folder);
}

static void a_missing_file_stops_after_what_came_before(void **state)
{
    (void)state;
    struct place         place;
    struct import_report report;
    struct error         error = {0};
    struct archive      *archive;
    make_place(&place);
    unsigned              good = write_posts(place.posts, 100);
    const char *const     paths[] = {place.posts, "/nowhere/posts.jsonl"};
    struct import_options options = options_for(&place, paths);
    options.path_count = 2;
    check_ok(archive_open(place.archive, ARCHIVE_WRITE, NULL, &archive, &error), error, "open");
    check(import_run(archive, &options, &report, &error) == ERROR_NOT_FOUND, "%s", error.message);
    check(report.counts.added == good && strcmp(report.stopped_file, paths[1]) == 0, "what came before is in");
    archive_close(archive);
    check(posts_in(&place) == good, "and committed");
    remove_folder(place.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_accounted_for),
        cmocka_unit_test(a_failing_disk_loses_nothing_and_doubles_nothing),
        cmocka_unit_test(a_stop_before_the_first_line_is_kept_to),
        cmocka_unit_test(a_missing_file_stops_after_what_came_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
