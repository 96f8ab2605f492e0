/* Files, and the faults that a test can put into them. */
#include "check.h"

#include "base/vfs.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/bellwether-vfs-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct str content(const char *path, struct buf *out)
{
    struct error error = {0};
    buf_clear(out);
    check_ok(vfs_read_file(path, 1 << 20, out, &error), error, "%s", path);
    return buf_str(out);
}

static void a_replaced_file_is_old_or_new_at_every_fault(void **state)
{
    (void)state;
    char         path[512];
    struct error error = {0};
    struct buf   bytes = {0};
    vfs_join(path, folder, "kept");
    check_ok(vfs_replace_file(path, STR("old"), &error), error, "first");
    for (unsigned n = 1;; n++) {
        vfs_fail_after(n, ENOSPC);
        enum error_code code = vfs_replace_file(path, STR("new"), &error);
        vfs_fail_after(0, 0);
        struct str now = content(path, &bytes);
        check(str_equal(now, STR("old")) || str_equal(now, STR("new")), "fault %u left '%.*s'", n, STR_ARG(now));
        if (!code) {
            check(n > 4, "write, sync, rename and the folder's sync were all made to fail, %u", n);
            check_str(now, STR("new"), "no fault");
            break;
        }
        check(code == ERROR_NO_SPACE && strstr(error.message, folder), "fault %u: %s", n, error.message);
        check_ok(vfs_replace_file(path, STR("old"), &error), error, "back");
    }
    buf_fini(&bytes);
}

static void a_process_that_dies_leaves_the_old_or_the_new_file(void **state)
{
    (void)state;
    char         path[512];
    struct error error = {0};
    struct buf   bytes = {0};
    vfs_join(path, folder, "dying");
    for (unsigned n = 1; n < 20; n++) {
        check_ok(vfs_replace_file(path, STR("old"), &error), error, "round %u", n);
        pid_t child = fork();
        if (child == 0) {
            vfs_fail_after(n, 0);
            vfs_replace_file(path, STR("new"), NULL);
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        struct str now = content(path, &bytes);
        check(str_equal(now, STR("old")) || str_equal(now, STR("new")), "death %u left '%.*s'", n, STR_ARG(now));
        if (WEXITSTATUS(status) == 0) {
            check_str(now, STR("new"), "it lived");
            break;
        }
    }
    buf_fini(&bytes);
}

static void a_second_holder_of_a_lock_is_told_who_has_it(void **state)
{
    (void)state;
    char            path[512], wanted[32];
    struct vfs_file first, second;
    struct error    error = {0};
    vfs_join(path, folder, "lock");
    check_ok(vfs_lock(path, &first, &error), error, "first");
    check(vfs_lock(path, &second, &error) == ERROR_CONFLICT, "second");
    snprintf(wanted, sizeof wanted, "process %ld", (long)getpid());
    check(strstr(error.message, wanted), "%s", error.message);
    vfs_close(&first);
    check_ok(vfs_lock(path, &second, &error), error, "after the first let go");
    vfs_close(&second);
}

static void missing_things_are_named(void **state)
{
    (void)state;
    char            path[512];
    struct vfs_file file;
    struct vfs_map  map;
    struct error    error = {0};
    vfs_join(path, folder, "missing");
    check(vfs_open(path, VFS_READ, &file, &error) == ERROR_NOT_FOUND && strstr(error.message, path), "%s", error.message);
    check(vfs_map(path, &map, &error) == ERROR_NOT_FOUND, "map");
    check_ok(vfs_remove(path, &error), error, "removing what is not there");
    check(vfs_make_folders("", &error) == ERROR_INVALID, "empty path");
    check_ok(vfs_replace_file(path, STR(""), &error), error, "empty file");
    check_ok(vfs_map(path, &map, &error), error, "map of an empty file");
    check(map.bytes.len == 0, "empty");
    vfs_unmap(&map);
    char inside[512];
    vfs_join(inside, path, "child");
    check(vfs_make_folders(inside, &error) != ERROR_NONE, "a folder in a file");
}

static void folders_are_made_with_parents_and_listed_in_order(void **state)
{
    (void)state;
    char         path[512], file[512];
    struct arena arena = {0};
    struct error error = {0};
    struct str  *names;
    size_t       count;
    vfs_join(path, folder, "a/b/c");
    check_ok(vfs_make_folders(path, &error), error, "new");
    check_ok(vfs_make_folders(path, &error), error, "again");
    for (int i = 20; i-- > 0;) {
        char name[8];
        snprintf(name, sizeof name, "f%02d", i);
        vfs_join(file, path, name);
        check_ok(vfs_replace_file(file, STR("x"), &error), error, "%s", name);
    }
    check_ok(vfs_list(path, &arena, &names, &count, &error), error, "list");
    check(count == 20, "%zu names", count);
    for (size_t i = 1; i < count; i++)
        check(str_compare(names[i - 1], names[i]) < 0, "name %zu", i);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replaced_file_is_old_or_new_at_every_fault),
        cmocka_unit_test(a_process_that_dies_leaves_the_old_or_the_new_file),
        cmocka_unit_test(a_second_holder_of_a_lock_is_told_who_has_it),
        cmocka_unit_test(missing_things_are_named),
        cmocka_unit_test(folders_are_made_with_parents_and_listed_in_order),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
