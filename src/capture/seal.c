/* Secrets at rest. */
#include "capture/keep.h"

#include "base/vfs.h"

#include <sodium.h>

_Static_assert(sizeof(struct capture_key) == crypto_secretbox_KEYBYTES, "one key");

enum error_code capture_no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for sources");
}

void capture_bind(struct record_statement *statement, const char *parameter, struct str value)
{
    record_bind_str(statement, parameter, value.ptr ? value : STR(""));
}

void keep_random_name(char name_out[33])
{
    unsigned char bytes[16];
    require(sodium_init() >= 0); /* many times and from many threads is fine */
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(name_out, 33, bytes, sizeof bytes);
}

/* ---- The key ---- */

static enum error_code read_key(const char *path, struct capture_key *key_out, struct error *error)
{
    struct buf      bytes = {0};
    enum error_code code = vfs_read_file(path, 4096, &bytes, error);
    if (!code && bytes.len != sizeof key_out->bytes) {
        code = error_set(error, ERROR_CORRUPT, "%s has %zu bytes, not %zu", path, bytes.len, sizeof key_out->bytes);
        error_hint(error, "bring it back from a backup, or remove it and give every source its secrets anew");
    }
    if (!code)
        memcpy(key_out->bytes, bytes.ptr, bytes.len);
    if (bytes.ptr)
        sodium_memzero(bytes.ptr, bytes.len);
    buf_fini(&bytes);
    return code;
}

/* Two programs may make it at once: whoever holds the lock does, the other reads what came of it. */
enum error_code capture_key_open(const char *data_folder, struct capture_key *key_out, struct error *error)
{
    char            path[512], lock_path[512];
    struct vfs_file lock = VFS_CLOSED;
    require(sodium_init() >= 0);
    if (!vfs_join(path, data_folder, "server.key") || !vfs_join(lock_path, data_folder, "server.key.lock"))
        return error_set(error, ERROR_INVALID, "the data folder's path is too long");
    if (vfs_exists(path))
        return read_key(path, key_out, error);
    enum error_code code = vfs_make_folders(data_folder, error);
    if (!code)
        code = vfs_lock(lock_path, &lock, error);
    if (!code && !vfs_exists(path)) {
        randombytes_buf(key_out->bytes, sizeof key_out->bytes);
        code = vfs_replace_file(path, str_slice((const char *)key_out->bytes, sizeof key_out->bytes), error); /* 0600, as all of our files */
    }
    if (!code)
        code = read_key(path, key_out, error);
    vfs_close(&lock);
    return code;
}

/* ---- Sealing ---- */

struct str keep_seal(const struct capture_key *key, struct str plain, struct arena *arena)
{
    size_t         len = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.len;
    unsigned char *bytes = arena_alloc(arena, len);
    if (!bytes)
        return (struct str){0};
    randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, (const unsigned char *)plain.ptr, plain.len, bytes, key->bytes);
    return str_slice((const char *)bytes, len);
}

enum error_code keep_unseal(const struct capture_key *key, struct str sealed, struct arena *arena, struct str *plain_out, struct error *error)
{
    const unsigned char *bytes = (const unsigned char *)sealed.ptr;
    size_t               extra = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    *plain_out = STR("{}");
    if (sealed.len == 0)
        return ERROR_NONE;
    unsigned char *plain = sealed.len > extra ? arena_alloc(arena, sealed.len - extra + 1) : NULL;
    if (sealed.len > extra && !plain)
        return capture_no_memory(error);
    if (!plain || crypto_secretbox_open_easy(plain, bytes + crypto_secretbox_NONCEBYTES, sealed.len - crypto_secretbox_NONCEBYTES, bytes, key->bytes)) {
        error_set(error, ERROR_DENIED, "the secrets were sealed with another key");
        return error_hint(error, "this client came from another server: give the source its secrets anew");
    }
    *plain_out = str_slice((const char *)plain, sealed.len - extra);
    return ERROR_NONE;
}

/* ---- Merging ---- */

static enum error_code parse_secrets(struct str text, cJSON **object_out, struct error *error)
{
    *object_out = text.len ? cJSON_ParseWithLength(text.ptr, text.len) : cJSON_CreateObject();
    if (!*object_out || !cJSON_IsObject(*object_out)) {
        cJSON_Delete(*object_out);
        *object_out = NULL;
        return error_set(error, ERROR_INVALID, "secrets: expected a JSON object of texts"); /* and never what was found */
    }
    return ERROR_NONE;
}

static enum error_code merge(cJSON *old, const cJSON *changes, struct error *error)
{
    const cJSON *change;
    cJSON_ArrayForEach(change, changes) {
        if (!cJSON_IsString(change) && !cJSON_IsNull(change))
            return error_set(error, ERROR_INVALID, "secrets.%s: expected a text or null", change->string);
        cJSON_DeleteItemFromObjectCaseSensitive(old, change->string);
        if (cJSON_IsString(change) && change->valuestring[0]) {
            cJSON *copy = cJSON_CreateString(change->valuestring);
            if (!copy || !cJSON_AddItemToObject(old, change->string, copy))
                return capture_no_memory(error);
        }
    }
    return ERROR_NONE;
}

enum error_code keep_merge_secrets(struct str old, struct str changes, struct arena *arena, struct str *merged_out, struct str *names_out,
                                   struct error *error)
{
    cJSON          *before = NULL, *given = NULL;
    enum error_code code = parse_secrets(old, &before, error);
    if (!code)
        code = parse_secrets(changes, &given, error);
    if (!code)
        code = merge(before, given, error);
    if (!code) {
        struct buf   names = {0};
        char        *text = cJSON_PrintUnformatted(before);
        const cJSON *row;
        cJSON_ArrayForEach(row, before) buf_printf(&names, "%s%s", names.len ? " " : "", row->string);
        *merged_out = text ? arena_str(arena, str_of(text)) : (struct str){0};
        *names_out = arena_str(arena, buf_str(&names));
        if (text)
            sodium_memzero(text, strlen(text));
        cJSON_free(text);
        if (!merged_out->ptr || !names_out->ptr || names.has_failed)
            code = capture_no_memory(error);
        buf_fini(&names);
    }
    cJSON_Delete(before);
    cJSON_Delete(given);
    return code;
}
