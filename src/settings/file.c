/* INI files, read by libinih; what it lets pass without a word is refused here. */
#include "settings/inside.h"

#include "base/vfs.h"

#include <ini.h>

enum { FILE_MAX_BYTES = 256 * 1024 };

struct reading {
    struct value_set *set;
    const char       *path;
    struct str        rest; /* lines to come */
    unsigned          line;
    struct error     *error;
    enum error_code   code; /* of the first that was wrong */
};

/* libinih has a buffer of this many bytes for a line, and takes what is longer for two lines. */
static char *next_line(char *line, int size, void *context)
{
    struct reading *reading = context;
    struct str      taken;
    if (reading->code || !reading->rest.ptr || reading->rest.len == 0 || !str_next_field(&reading->rest, '\n', &taken))
        return NULL;
    reading->line++;
    if (taken.len + 2 > (size_t)size) {
        reading->code = error_set(reading->error, ERROR_SYNTAX, "%s:%u: the line is longer than %d bytes",
                                  reading->path, reading->line, size - 2);
        error_hint(reading->error, "put a long secret into a file, and its name into the setting that ends in _file");
        return NULL;
    }
    if (taken.len && memchr(taken.ptr, '\0', taken.len)) {
        reading->code =
            error_set(reading->error, ERROR_SYNTAX, "%s:%u: the line holds a NUL byte", reading->path, reading->line);
        return NULL;
    }
    if (taken.len)
        memcpy(line, taken.ptr, taken.len);
    line[taken.len] = '\n';
    line[taken.len + 1] = '\0';
    return line;
}

static int take(void *context, const char *section, const char *key, const char *value)
{
    struct reading *reading = context;
    char            source[SETTING_SOURCE_BYTES];
    if (reading->code || !section || !key || !value)
        return 0;
    snprintf(source, sizeof source, "%s:%u", reading->path, reading->line);
    struct str name = str_of(key), suffix = STR("_file");
    int        row = find_row(str_of(section), name);
    if (row >= 0) {
        reading->code = take_value(reading->set, (size_t)row, str_of(value), source, reading->error);
    } else {
        row = str_ends_with(name, suffix) ? find_row(str_of(section), str_slice(name.ptr, name.len - suffix.len)) : -1;
        if (row >= 0 && setting_rows[row].is_secret)
            reading->code = take_file(reading->set, (size_t)row, str_of(value), source, reading->error);
        else {
            reading->code =
                error_set(reading->error, ERROR_INVALID, "there is no setting %.60s in [%.60s]", key, section);
            hint_nearest(reading->error, str_of(section), name);
        }
    }
    if (reading->code)
        error_prefix(reading->error, "%s: ", source);
    return reading->code == ERROR_NONE;
}

enum error_code read_ini(struct value_set *set, const char *path, struct str bytes, struct error *error)
{
    struct reading reading = {.set = set, .path = path, .rest = bytes, .error = error};
    set->layer++;
    int line = ini_parse_stream(next_line, &reading, take, &reading);
    if (reading.code)
        return reading.code;
    if (line)
        return error_set(error, ERROR_SYNTAX, "%s:%d: neither [section] nor key = value", path, line);
    return ERROR_NONE;
}

static enum error_code read_file(struct value_set *set, const char *path, struct error *error)
{
    struct buf      bytes = {0};
    enum error_code code = vfs_read_file(path, FILE_MAX_BYTES, &bytes, error);
    if (!code && set->file_count == SETTINGS_FILES_MOST)
        code = error_set(error, ERROR_INVALID, "%s: more than %d files of settings", path, SETTINGS_FILES_MOST);
    if (!code) {
        set->files[set->file_count++] = arena_str(&set->arena, str_of(path)).ptr;
        code = read_ini(set, path, buf_str(&bytes), error);
    }
    buf_fini(&bytes);
    return code;
}

enum error_code read_files(struct value_set *set, const char *file, bool must_exist, struct error *error)
{
    char        folder[512], path[512];
    struct str *names;
    size_t      count;
    if (strlen(file) >= sizeof folder)
        return error_set(error, ERROR_INVALID, "path too long: %.60s...", file);
    if (must_exist || vfs_exists(file)) {
        enum error_code code = read_file(set, file, error);
        if (code)
            return code;
    }
    const char *slash = strrchr(file, '/');
    if (slash)
        snprintf(path, sizeof path, "%.*s", (int)(slash - file + (slash == file)), file);
    if (!vfs_join(folder, slash ? path : ".", "conf.d") || !vfs_exists(folder))
        return ERROR_NONE;
    enum error_code code = vfs_list(folder, &set->arena, &names, &count, error);
    for (size_t i = 0; i < count && !code; i++) {
        if (!str_ends_with(names[i], STR(".conf")))
            continue;
        code = vfs_join(path, folder, names[i].ptr)
                   ? read_file(set, path, error)
                   : error_set(error, ERROR_INVALID, "path too long: %.60s...", folder);
    }
    return code;
}
