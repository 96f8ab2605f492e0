#include "intake/intake.h"

#include "base/vfs.h"

#include <inttypes.h>

static bool folder_path(const char *client_folder, char path[512])
{
    return vfs_join(path, client_folder, "intake");
}

bool intake_path(const char *client_folder, int64_t id, char path[512])
{
    char folder[512], name[40];
    snprintf(name, sizeof name, "%" PRId64, id);
    return folder_path(client_folder, folder) && vfs_join(path, folder, name);
}

static enum error_code append(struct vfs_file *file, int64_t size_bytes, int64_t offset, struct str bytes, int64_t *received_out, struct error *error)
{
    uint64_t        there;
    enum error_code code = vfs_size(file, &there, error);
    if (code)
        return code;
    *received_out = (int64_t)there;
    if (offset > (int64_t)there)
        return error_set(error, ERROR_CONFLICT, "the part begins at byte %" PRId64 ", but %" PRId64 " are there: go on from there", offset, (int64_t)there);
    if (offset + (int64_t)bytes.len > size_bytes)
        return error_set(error, ERROR_TOO_LARGE, "the part ends at byte %" PRId64 ", but the file was announced with %" PRId64,
                         offset + (int64_t)bytes.len, size_bytes);
    int64_t known = (int64_t)there - offset; /* of this part, from an earlier try */
    if (known >= (int64_t)bytes.len)
        return ERROR_NONE;
    code = vfs_write(file, bytes.ptr + known, bytes.len - (size_t)known, error);
    if (!code)
        *received_out = offset + (int64_t)bytes.len;
    return code;
}

enum error_code intake_part(const char *client_folder, int64_t id, int64_t size_bytes, int64_t offset, struct str bytes, int64_t *received_out,
                            struct error *error)
{
    char            folder[512], path[512];
    struct vfs_file file = VFS_CLOSED;
    *received_out = 0;
    if (!folder_path(client_folder, folder) || !intake_path(client_folder, id, path))
        return error_set(error, ERROR_INVALID, "the path of %s is too long", client_folder);
    enum error_code code = vfs_make_folders(folder, error);
    if (!code)
        code = vfs_open(path, VFS_APPEND, &file, error);
    if (!code)
        code = append(&file, size_bytes, offset, bytes, received_out, error);
    vfs_close(&file);
    return code;
}

enum error_code intake_remove_file(const char *client_folder, int64_t id, struct error *error)
{
    char path[512];
    return intake_path(client_folder, id, path) ? vfs_remove(path, error) : ERROR_NONE;
}
