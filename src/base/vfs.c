#include "base/vfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The fault injection of vfs_fail_after. The one piece of state that is shared by all: it exists for tests. */
static atomic_uint calls, fail_at;
static atomic_int  fail_errno;

unsigned vfs_fail_after(unsigned countdown, int os_errno)
{
    unsigned made = atomic_exchange(&calls, 0);
    atomic_store(&fail_errno, os_errno);
    atomic_store(&fail_at, countdown);
    return made;
}

/* True where this call is the one that a test wants to fail; errno is set. */
static bool fault(void)
{
    unsigned at = atomic_load(&fail_at);
    if (atomic_fetch_add(&calls, 1) + 1 != at || at == 0)
        return false;
    errno = atomic_load(&fail_errno);
    return true;
}

static char       refused_folder[512];
static atomic_int refused_errno;

void vfs_refuse_under(const char *folder, int os_errno)
{
    atomic_store(&refused_errno, 0);
    if (os_errno) /* else who looks at the folder just now reads it whole */
        snprintf(refused_folder, sizeof refused_folder, "%s", folder);
    atomic_store(&refused_errno, os_errno);
}

/* True where a test wants that nothing is written here; errno is set. */
static bool is_refused(const char *path)
{
    int code = atomic_load(&refused_errno);
    if (!code || strncmp(path, refused_folder, strlen(refused_folder)) != 0)
        return false;
    errno = code;
    return true;
}

static void die_if_asked(void)
{
    if (errno == 0)
        _exit(137);
}

bool vfs_join(char path[512], const char *folder, const char *name)
{
    int used = snprintf(path, 512, "%s/%s", folder, name);
    return used > 0 && used < 512;
}

enum error_code vfs_open(const char *path, enum vfs_open how, struct vfs_file *file_out, struct error *error)
{
    static const int flags[] = {[VFS_READ] = O_RDONLY, [VFS_WRITE_NEW] = O_WRONLY | O_CREAT | O_EXCL, [VFS_APPEND] = O_RDWR | O_CREAT};
    *file_out = VFS_CLOSED;
    if (strlen(path) >= sizeof file_out->path)
        return error_set(error, ERROR_INVALID, "path of more than %zu bytes: %.60s...", sizeof file_out->path - 1, path);
    strcpy(file_out->path, path);
    file_out->fd = open(path, flags[how] | O_CLOEXEC, 0600);
    if (file_out->fd < 0) {
        int code = errno;
        error_set_os(error, "cannot open %s", path);
        if (code == ENOENT && error)
            error->code = ERROR_NOT_FOUND;
        return code == ENOENT ? ERROR_NOT_FOUND : error ? error->code : ERROR_IO;
    }
    if (how == VFS_APPEND)
        lseek(file_out->fd, 0, SEEK_END);
    return ERROR_NONE;
}

void vfs_close(struct vfs_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t done = write(fd, bytes, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        bytes += done;
        len -= (size_t)done;
    }
    return true;
}

enum error_code vfs_write(struct vfs_file *file, const void *bytes, size_t len, struct error *error)
{
    if (fault()) {
        int injected = errno;
        write_all(file->fd, bytes, len / 2); /* what a full disk or a power cut leaves behind */
        errno = injected;
        die_if_asked();
        return error_set_os(error, "cannot write %zu bytes to %s", len, file->path);
    }
    if (is_refused(file->path) || !write_all(file->fd, bytes, len))
        return error_set_os(error, "cannot write %zu bytes to %s", len, file->path);
    return ERROR_NONE;
}

enum error_code vfs_read_at(struct vfs_file *file, void *bytes, size_t len, uint64_t offset, size_t *read_out, struct error *error)
{
    size_t done = 0;
    while (done < len) {
        ssize_t got = pread(file->fd, (char *)bytes + done, len - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_os(error, "cannot read %s", file->path);
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *read_out = done;
    return ERROR_NONE;
}

enum error_code vfs_read_next(struct vfs_file *file, void *bytes, size_t len, const atomic_bool *stop, size_t *read_out, struct error *error)
{
    *read_out = 0;
    for (;;) {
        if (stop && atomic_load(stop))
            return error_set(error, ERROR_CANCELLED, "stopped while reading %s", file->path);
        struct pollfd wait = {.fd = file->fd, .events = POLLIN};
        int           ready = poll(&wait, 1, 100);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        ssize_t got = ready < 0 ? -1 : read(file->fd, bytes, len);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return error_set_os(error, "cannot read %s", file->path);
        *read_out = (size_t)got;
        return ERROR_NONE;
    }
}

enum error_code vfs_open_standard_input(struct vfs_file *file_out, struct error *error)
{
    *file_out = (struct vfs_file){.fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), .path = "standard input"};
    return file_out->fd < 0 ? error_set_os(error, "cannot read standard input") : ERROR_NONE;
}

enum error_code vfs_sync(struct vfs_file *file, struct error *error)
{
    if (fault()) {
        die_if_asked();
        return error_set_os(error, "cannot sync %s", file->path);
    }
    return fdatasync(file->fd) ? error_set_os(error, "cannot sync %s", file->path) : ERROR_NONE;
}

enum error_code vfs_truncate(struct vfs_file *file, uint64_t len, struct error *error)
{
    if (fault()) {
        die_if_asked();
        return error_set_os(error, "cannot truncate %s", file->path);
    }
    if (ftruncate(file->fd, (off_t)len))
        return error_set_os(error, "cannot truncate %s", file->path);
    lseek(file->fd, 0, SEEK_END);
    return ERROR_NONE;
}

enum error_code vfs_size(const struct vfs_file *file, uint64_t *size_out, struct error *error)
{
    struct stat facts;
    if (fstat(file->fd, &facts))
        return error_set_os(error, "cannot look at %s", file->path);
    *size_out = (uint64_t)facts.st_size;
    return ERROR_NONE;
}

enum error_code vfs_rename(const char *from, const char *to, struct error *error)
{
    if (fault()) {
        die_if_asked();
        return error_set_os(error, "cannot rename %s to %s", from, to);
    }
    return rename(from, to) ? error_set_os(error, "cannot rename %s to %s", from, to) : ERROR_NONE;
}

enum error_code vfs_remove(const char *path, struct error *error)
{
    if (fault()) {
        die_if_asked();
        return error_set_os(error, "cannot remove %s", path);
    }
    if (unlink(path) && errno != ENOENT)
        return error_set_os(error, "cannot remove %s", path);
    return ERROR_NONE;
}

enum error_code vfs_sync_folder(const char *path, struct error *error)
{
    if (fault()) {
        die_if_asked();
        return error_set_os(error, "cannot sync the folder %s", path);
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_os(error, "cannot open the folder %s", path);
    enum error_code code = fsync(fd) ? error_set_os(error, "cannot sync the folder %s", path) : ERROR_NONE;
    close(fd);
    return code;
}

enum error_code vfs_make_folders(const char *path, struct error *error)
{
    char   part[512];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part)
        return error_set(error, ERROR_INVALID, "not a usable folder: '%.60s'", path);
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char kept = part[i];
        part[i] = '\0';
        if (mkdir(part, 0700) && errno != EEXIST)
            return error_set_os(error, "cannot make the folder %s", part);
        part[i] = kept;
    }
    struct stat facts;
    if (stat(path, &facts) || !S_ISDIR(facts.st_mode))
        return error_set(error, ERROR_INVALID, "%s is not a folder", path);
    return ERROR_NONE;
}

enum error_code vfs_make_temporary(char path[512], struct error *error)
{
    const char *folder = getenv("TMPDIR");
    if (!vfs_join(path, folder && *folder ? folder : "/tmp", "bellwether-XXXXXX"))
        return error_set(error, ERROR_INVALID, "TMPDIR is too long: %.60s...", folder);
    return mkdtemp(path) ? ERROR_NONE : error_set_os(error, "cannot make a folder %s", path);
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *where)
{
    (void)facts, (void)type, (void)where;
    remove(path);
    return 0;
}

void vfs_remove_folder(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

bool vfs_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool vfs_look(const char *path, struct vfs_facts *facts_out)
{
    struct stat facts;
    *facts_out = (struct vfs_facts){0};
    if (stat(path, &facts) || !S_ISREG(facts.st_mode))
        return false;
    *facts_out = (struct vfs_facts){.id = ((uint64_t)facts.st_dev << 48) ^ (uint64_t)facts.st_ino, .size_bytes = (uint64_t)facts.st_size,
                                    .changed_us = (int64_t)facts.st_ctim.tv_sec * 1000000 + facts.st_ctim.tv_nsec / 1000};
    return true;
}

bool vfs_file_size(const char *path, uint64_t *size_out)
{
    struct stat facts;
    *size_out = 0;
    if (stat(path, &facts) || !S_ISREG(facts.st_mode))
        return false;
    *size_out = (uint64_t)facts.st_size;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

enum error_code vfs_list(const char *path, struct arena *arena, struct str **names_out, size_t *count_out, struct error *error)
{
    DIR *folder = opendir(path);
    if (!folder)
        return error_set_os(error, "cannot list %s", path);
    size_t      count = 0, capacity = 16;
    struct str *names = malloc(capacity * sizeof *names);
    enum error_code code = ERROR_NONE;
    for (struct dirent *entry; names && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (count == capacity) {
            struct str *grown = realloc(names, (capacity *= 2) * sizeof *names);
            if (!grown)
                break;
            names = grown;
        }
        names[count++] = arena_str(arena, str_of(entry->d_name));
    }
    closedir(folder);
    struct str *kept = names ? arena_array(arena, count, sizeof *names) : NULL;
    if (!kept)
        code = error_set(error, ERROR_MEMORY, "no memory to list %s", path);
    else if (count) {
        qsort(names, count, sizeof *names, compare_names);
        memcpy(kept, names, count * sizeof *names);
    }
    free(names);
    *names_out = kept;
    *count_out = kept ? count : 0;
    return code;
}

enum error_code vfs_read_file(const char *path, size_t max_bytes, struct buf *out, struct error *error)
{
    struct vfs_file file;
    enum error_code code = vfs_open(path, VFS_READ, &file, error);
    if (code)
        return code;
    uint64_t size;
    size_t   got = 0;
    code = vfs_size(&file, &size, error);
    if (!code && size > max_bytes)
        code = error_set(error, ERROR_TOO_LARGE, "%s has %llu bytes, more than %zu", path, (unsigned long long)size, max_bytes);
    if (!code && !buf_reserve(out, size + 1))
        code = error_set(error, ERROR_MEMORY, "no memory to read %s", path);
    if (!code)
        code = vfs_read_at(&file, out->ptr + out->len, size, 0, &got, error);
    out->len += got;
    vfs_close(&file);
    return code;
}

enum error_code vfs_replace_file(const char *path, struct str bytes, struct error *error)
{
    char temporary[512], folder[512];
    if (strlen(path) + 5 > sizeof temporary)
        return error_set(error, ERROR_INVALID, "path too long: %.60s...", path);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    else
        strcpy(folder, ".");
    enum error_code code = vfs_remove(temporary, error);
    struct vfs_file file = VFS_CLOSED;
    if (!code)
        code = vfs_open(temporary, VFS_WRITE_NEW, &file, error);
    if (!code)
        code = vfs_write(&file, bytes.ptr, bytes.len, error);
    if (!code)
        code = vfs_sync(&file, error);
    vfs_close(&file);
    if (!code)
        code = vfs_rename(temporary, path, error);
    if (!code)
        code = vfs_sync_folder(folder, error);
    return code;
}

enum error_code vfs_map(const char *path, struct vfs_map *map_out, struct error *error)
{
    struct vfs_file file;
    uint64_t        size;
    *map_out = (struct vfs_map){0};
    enum error_code code = vfs_open(path, VFS_READ, &file, error);
    if (code)
        return code;
    code = vfs_size(&file, &size, error);
    if (!code && size) {
        void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, file.fd, 0);
        if (bytes == MAP_FAILED)
            code = error_set_os(error, "cannot map %s", path);
        else
            map_out->bytes = str_slice(bytes, size);
    }
    vfs_close(&file);
    return code;
}

void vfs_unmap(struct vfs_map *map)
{
    if (map->bytes.len)
        munmap((void *)(uintptr_t)map->bytes.ptr, map->bytes.len);
    *map = (struct vfs_map){0};
}

enum error_code vfs_lock(const char *path, struct vfs_file *file_out, struct error *error)
{
    enum error_code code = vfs_open(path, VFS_APPEND, file_out, error);
    if (code)
        return code;
    char holder[32] = "";
    if (flock(file_out->fd, LOCK_EX | LOCK_NB)) {
        if (errno != EWOULDBLOCK)
            code = error_set_os(error, "cannot lock %s", path);
        else {
            ssize_t got = pread(file_out->fd, holder, sizeof holder - 1, 0);
            holder[got > 0 ? got : 0] = '\0';
            holder[strcspn(holder, "\n")] = '\0';
            code = error_set(error, ERROR_CONFLICT, "process %s is already writing to it (%s is locked)", holder[0] ? holder : "?", path);
            error_hint(error, "wait for it to end, or stop it; reading is possible meanwhile");
        }
        vfs_close(file_out);
        return code;
    }
    int used = snprintf(holder, sizeof holder, "%ld\n", (long)getpid());
    if (ftruncate(file_out->fd, 0) || pwrite(file_out->fd, holder, (size_t)used, 0) != used)
        code = error_set_os(error, "cannot write %s", path);
    if (code)
        vfs_close(file_out);
    return code;
}

uint64_t vfs_free_bytes(const char *folder)
{
    struct statvfs disk;
    return statvfs(folder, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : UINT64_MAX;
}
