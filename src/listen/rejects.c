#include "listen/rejects.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

enum { FLUSH_BYTES = 64 * 1024, NAME_TRIES = 100 };

/* "posts.csv-20150224T113552Z.jsonl": the source's own name in safe characters, and the time. */
static void name_of(const char *source, int64_t now_us, int try, char name[128])
{
    const char *slash = strrchr(source, '/');
    char        base[64], now[CLOCK_TEXT_BYTES], stamp[32];
    size_t      len = 0, stamp_len = 0;
    for (const char *c = slash ? slash + 1 : source; *c && len + 1 < sizeof base; c++) {
        bool is_safe = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_' ||
                       (*c == '.' && len);
        base[len++] = is_safe ? *c : '-';
    }
    base[len] = '\0';
    clock_print(clock_floor(now_us, CLOCK_SECOND_US), now);
    for (const char *c = now; *c; c++)
        if (*c != '-' && *c != ':')
            stamp[stamp_len++] = *c;
    stamp[stamp_len] = '\0';
    if (try)
        snprintf(name, 128, "%s-%s-%d.jsonl", base, stamp, try + 1);
    else
        snprintf(name, 128, "%s-%s.jsonl", base, stamp);
}

static enum error_code begin(struct rejects *rejects, const char *source, struct error *error)
{
    enum error_code code = vfs_make_folders(rejects->folder, error);
    int64_t         now_us = clock_now_us();
    for (int try = 0; !code; try++) {
        char name[128], path[512];
        name_of(source, now_us, try, name);
        if (!vfs_join(path, rejects->folder, name))
            return error_set(error, ERROR_INVALID, "the path of the rejected lines is too long: %.80s...",
                             rejects->folder);
        if (vfs_exists(path) && try < NAME_TRIES)
            continue;
        return vfs_open(path, VFS_WRITE_NEW, &rejects->file, error);
    }
    return code;
}

static struct str cut(struct str text, bool *is_cut_out)
{
    *is_cut_out = text.len > REJECTS_TEXT_MAX_BYTES;
    if (!*is_cut_out)
        return text;
    size_t len = REJECTS_TEXT_MAX_BYTES;
    while (len > REJECTS_TEXT_MAX_BYTES - 4 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return str_slice(text.ptr, len);
}

enum error_code rejects_add(struct rejects *rejects, const char *file, uint64_t line, struct str reason,
                            struct str text, struct error *error)
{
    enum error_code code = ERROR_NONE;
    if (rejects->count++ >= REJECTS_MAX)
        return ERROR_NONE;
    if (rejects->file.fd < 0)
        code = begin(rejects, file, error);
    if (code)
        return code;
    bool        is_cut;
    struct buf  shown = {0};
    struct json json = json_writer(&rejects->pending);
    buf_append_str(&shown, cut(text, &is_cut));
    if (is_cut)
        buf_append_str(&shown, STR("\xe2\x80\xa6"));
    json_object(&json);
    json_key(&json, "file");
    json_text(&json, file);
    json_key(&json, "line");
    json_i64(&json, (int64_t)line);
    json_key(&json, "reason");
    json_str(&json, reason);
    json_key(&json, "text");
    json_str(&json, buf_str(&shown));
    json_end(&json);
    buf_append_char(&rejects->pending, '\n');
    bool has_failed = shown.has_failed || rejects->pending.has_failed;
    buf_fini(&shown);
    if (has_failed)
        return error_set(error, ERROR_MEMORY, "no memory to note that line %llu was rejected",
                         (unsigned long long)line);
    return rejects->pending.len >= FLUSH_BYTES ? rejects_flush(rejects, error) : ERROR_NONE;
}

enum error_code rejects_flush(struct rejects *rejects, struct error *error)
{
    if (rejects->pending.len == 0)
        return ERROR_NONE;
    enum error_code code = vfs_write(&rejects->file, rejects->pending.ptr, rejects->pending.len, error);
    buf_clear(&rejects->pending);
    return code;
}

void rejects_fini(struct rejects *rejects)
{
    vfs_close(&rejects->file);
    buf_fini(&rejects->pending);
}
