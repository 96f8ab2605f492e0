/* Files, and the only place that touches them: so that a test can make the nth write, sync, rename or truncation fail,
 * or stop the process there, and look at what a reopened store says.
 *
 * Every function fills *error with the path and what the system said.
 */
#ifndef BASE_VFS_H
#define BASE_VFS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <stdatomic.h>

struct vfs_file {
    int  fd; /* -1 when closed */
    char path[512]; /* for messages */
};

enum vfs_open { VFS_READ, VFS_WRITE_NEW /* must not exist */, VFS_APPEND /* created where missing, read and write */ };

#define VFS_CLOSED ((struct vfs_file){.fd = -1})

enum error_code vfs_open(const char *path, enum vfs_open how, struct vfs_file *file_out, struct error *error);
void            vfs_close(struct vfs_file *file); /* legal on a closed file */
enum error_code vfs_write(struct vfs_file *file, const void *bytes, size_t len, struct error *error); /* all of it, at the end */
enum error_code vfs_read_at(struct vfs_file *file, void *bytes, size_t len, uint64_t offset, size_t *read_out, struct error *error);
/* The next bytes of a file, a pipe or a terminal; 0 bytes at its end. Where nothing arrives, *stop (may be NULL) is looked at ten times a
 * second: ERROR_CANCELLED once it is true. */
enum error_code vfs_read_next(struct vfs_file *file, void *bytes, size_t len, const atomic_bool *stop, size_t *read_out, struct error *error);
enum error_code vfs_open_standard_input(struct vfs_file *file_out, struct error *error); /* a copy, to be closed like any other */
enum error_code vfs_sync(struct vfs_file *file, struct error *error); /* fdatasync */
enum error_code vfs_truncate(struct vfs_file *file, uint64_t len, struct error *error);
enum error_code vfs_size(const struct vfs_file *file, uint64_t *size_out, struct error *error);

enum error_code vfs_rename(const char *from, const char *to, struct error *error);
enum error_code vfs_remove(const char *path, struct error *error); /* a missing file is no error */
enum error_code vfs_sync_folder(const char *path, struct error *error);
enum error_code vfs_make_folders(const char *path, struct error *error); /* with parents, mode 0700 */
/* A new folder of one's own, mode 0700, where temporary things lie (TMPDIR, else /tmp). */
enum error_code vfs_make_temporary(char path[512], struct error *error);
/* The folder and all that is in it; links are not followed. What cannot be removed stays: nobody waits for it. */
void            vfs_remove_folder(const char *path);
bool            vfs_exists(const char *path);
bool            vfs_file_size(const char *path, uint64_t *size_out); /* without opening it; false for anything but a plain file */
uint64_t        vfs_free_bytes(const char *folder); /* that a program may still write on its disk; UINT64_MAX where nobody knows */
/* What is known of a plain file without opening it; false for anything else, and where there is none. */
struct vfs_facts {
    uint64_t id;         /* of the file itself, whatever its name: it stays over a rename. Of a file that is gone it may come again */
    uint64_t size_bytes;
    int64_t  changed_us; /* its bytes, its name or its rights; nobody can set it back */
};
bool vfs_look(const char *path, struct vfs_facts *facts_out);
/* Names in a folder, sorted, without . and .. */
enum error_code vfs_list(const char *path, struct arena *arena, struct str **names_out, size_t *count_out, struct error *error);

/* The whole file. ERROR_NOT_FOUND where it is missing, ERROR_TOO_LARGE over max_bytes. */
enum error_code vfs_read_file(const char *path, size_t max_bytes, struct buf *out, struct error *error);
/* Writes path.tmp, syncs it, renames it over path and syncs the folder: path holds the old bytes or the new, never a part. */
enum error_code vfs_replace_file(const char *path, struct str bytes, struct error *error);

/* A read-only mapping. An empty file maps to a slice of length 0. */
struct vfs_map {
    struct str bytes;
};
enum error_code vfs_map(const char *path, struct vfs_map *map_out, struct error *error);
void            vfs_unmap(struct vfs_map *map);

/* An advisory lock on a file for as long as it is open. ERROR_CONFLICT names the process that holds it. */
enum error_code vfs_lock(const char *path, struct vfs_file *file_out, struct error *error);

/* "folder/name" into path[512]; false when it does not fit. */
bool vfs_join(char path[512], const char *folder, const char *name);

/* For tests: the countdown-th (1 = the next) write, sync, rename, truncation or removal from now on fails with os_errno; with os_errno 0 the
 * process ends there at once, half of the bytes written, as after a power cut. 0 turns it off. Returns how many such
 * calls were made since the last call of this function. */
unsigned vfs_fail_after(unsigned countdown, int os_errno);
/* For tests: every write to a file under the folder fails with os_errno, as on a full disk; 0 turns it off. */
void     vfs_refuse_under(const char *folder, int os_errno);

#endif
