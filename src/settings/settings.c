#include "settings/inside.h"

#include <stdlib.h>

static const char default_file[] = "/etc/bellwether/bellwether.conf";

static size_t row_count(void)
{
    size_t count = 0;
    while (setting_rows[count].key)
        count++;
    require(count <= SETTINGS_MOST);
    return count;
}

int find_row(struct str section, struct str key)
{
    for (size_t i = 0; setting_rows[i].key; i++)
        if (str_equal(str_of(setting_rows[i].section), section) && str_equal(str_of(setting_rows[i].key), key))
            return (int)i;
    return -1;
}

static size_t row_named(const char *name)
{
    const char *dot = strchr(name, '.');
    require(dot != NULL);
    int row = find_row(str_slice(name, (size_t)(dot - name)), str_of(dot + 1));
    require(row >= 0);
    return (size_t)row;
}

/* How many letters two names share at their beginning and end: enough for one slip of the finger. */
static size_t likeness(const char *name, struct str written)
{
    size_t len = strlen(name), least = len < written.len ? len : written.len, front = 0, back = 0;
    while (front < least && name[front] == written.ptr[front])
        front++;
    while (back < least - front && name[len - 1 - back] == written.ptr[written.len - 1 - back])
        back++;
    return front + back;
}

void hint_nearest(struct error *error, struct str section, struct str key)
{
    const struct setting_row *best = NULL;
    size_t                    most = 0;
    for (size_t i = 0; setting_rows[i].key; i++) {
        size_t like =
            likeness(setting_rows[i].key, key) * 2 + (str_equal(str_of(setting_rows[i].section), section) ? 1 : 0);
        if (like > most && likeness(setting_rows[i].key, key) + 2 >= strlen(setting_rows[i].key)) {
            best = &setting_rows[i];
            most = like;
        }
    }
    if (best)
        error_hint(error, "did you mean %s in [%s]? `bellwether print-config --explain` lists all", best->key,
                   best->section);
    else
        error_hint(error, "`bellwether print-config --explain` lists all settings");
}

/* ---- The environment ---- */

/* "BELLWETHER_SERVER_LISTEN" of a row. */
static void environment_name(const struct setting_row *row, char name[96])
{
    snprintf(name, 96, "BELLWETHER_%s_%s", row->section, row->key);
    for (char *c = name; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
}

/* Is it BELLWETHER_, a section that there is, and _? Then it is meant for us, and a slip in it must not pass unseen. */
static bool is_ours(struct str name)
{
    for (size_t i = 0; setting_rows[i].key; i++) {
        char row_name[96];
        environment_name(&setting_rows[i], row_name);
        if (str_starts_with(name, str_slice(row_name, strlen("BELLWETHER_") + strlen(setting_rows[i].section) + 1)))
            return true;
    }
    return false;
}

static enum error_code read_variable(struct value_set *set, struct str name, struct str value, struct error *error)
{
    for (size_t i = 0; setting_rows[i].key; i++) {
        char row_name[96 + 5];
        environment_name(&setting_rows[i], row_name);
        if (str_equal(name, str_of(row_name)))
            return take_value(set, i, value, row_name, error);
        memcpy(row_name + strlen(row_name), "_FILE", 6);
        if (setting_rows[i].is_secret && str_equal(name, str_of(row_name)))
            return take_file(set, i, value, row_name, error);
    }
    if (!is_ours(name))
        return ERROR_NONE;
    error_set(error, ERROR_INVALID, "there is no setting for %.*s of the environment", STR_ARG(name));
    return error_hint(error, "`bellwether print-config --explain` lists all settings");
}

static enum error_code read_environment(struct value_set *set, char *const *environment, struct error *error)
{
    enum error_code code = ERROR_NONE;
    set->layer++;
    for (size_t i = 0; environment && environment[i] && !code; i++) {
        const char *equals = strchr(environment[i], '=');
        struct str  name = str_slice(environment[i], equals ? (size_t)(equals - environment[i]) : 0);
        if (!str_starts_with(name, STR("BELLWETHER_")))
            continue;
        code = read_variable(set, name, str_of(equals + 1), error);
        if (code && error && !strstr(error->message, "of the environment"))
            error_prefix(error, "%.*s: ", STR_ARG(name));
    }
    return code;
}

static const char *variable(char *const *environment, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; environment && environment[i]; i++)
        if (strncmp(environment[i], name, len) == 0 && environment[i][len] == '=' && environment[i][len + 1])
            return environment[i] + len + 1;
    return NULL;
}

/* ---- All layers ---- */

static void free_set(struct value_set *set)
{
    if (set)
        arena_fini(&set->arena);
    free(set);
}

static enum error_code read_layers(struct value_set *set, const struct settings *settings, struct error *error)
{
    const struct settings_sources *sources = &settings->sources;
    const char     *named = settings->file[0] ? settings->file : variable(sources->environment, "BELLWETHER_CONFIG");
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < row_count() && !code; i++)
        code = take_value(set, i, str_of(setting_rows[i].fallback), "built-in", error);
    if (!code)
        code = read_files(set, named ? named : default_file, named != NULL, error);
    if (!code)
        code = read_environment(set, sources->environment, error);
    set->layer++;
    for (size_t i = 0; !code && sources->flags && sources->flags[i].name; i++)
        if (sources->flags[i].value) {
            code = take_value(set, row_named(sources->flags[i].name), str_of(sources->flags[i].value),
                              sources->flags[i].flag, error);
            if (code)
                error_prefix(error, "%s: ", sources->flags[i].flag);
        }
    return code;
}

static enum error_code new_set(const struct settings *settings, struct value_set **set_out, struct error *error)
{
    struct value_set *set = calloc(1, sizeof *set);
    *set_out = NULL;
    if (!set)
        return error_set(error, ERROR_MEMORY, "no memory for the settings");
    arena_init(&set->arena, 4 * 1024 * 1024);
    enum error_code code = read_layers(set, settings, error);
    if (code)
        free_set(set);
    else
        *set_out = set;
    return code;
}

enum error_code settings_load(const struct settings_sources *sources, struct settings **settings_out,
                              struct error *error)
{
    struct settings  *settings = calloc(1, sizeof *settings);
    struct value_set *set;
    *settings_out = NULL;
    if (!settings)
        return error_set(error, ERROR_MEMORY, "no memory for the settings");
    settings->sources = *sources;
    enum error_code code = ERROR_NONE;
    if (sources->file &&
        (size_t)snprintf(settings->file, sizeof settings->file, "%s", sources->file) >= sizeof settings->file)
        code = error_set(error, ERROR_INVALID, "path too long: %.60s...", sources->file);
    if (!code && sources->file && !sources->file[0])
        code = error_set(error, ERROR_USAGE, "--config names no file");
    if (!code)
        code = new_set(settings, &set, error);
    if (code) {
        free(settings);
        return code;
    }
    atomic_store(&settings->current, set);
    *settings_out = settings;
    return ERROR_NONE;
}

void settings_free(struct settings *settings)
{
    struct value_set *set = settings ? atomic_load(&settings->current) : NULL;
    while (set) {
        struct value_set *older = set->older;
        free_set(set);
        set = older;
    }
    free(settings);
}

enum error_code settings_reload(struct settings *settings, struct buf *changed_out, struct error *error)
{
    struct value_set *before = atomic_load(&settings->current), *set;
    enum error_code   code = new_set(settings, &set, error);
    if (code)
        return code;
    bool is_changed = false;
    for (size_t i = 0; i < row_count(); i++) {
        if (strcmp(set->values[i].text, before->values[i].text) == 0)
            continue;
        is_changed = true;
        if (changed_out)
            buf_printf(changed_out, "%s.%s%s\n", setting_rows[i].section, setting_rows[i].key,
                       setting_rows[i].needs_restart ? " (after a restart)" : "");
    }
    if (!is_changed) { /* nothing to keep: whoever reloads every minute does not fill the memory */
        free_set(set);
        return ERROR_NONE;
    }
    set->older = before;
    atomic_store(&settings->current, set);
    return ERROR_NONE;
}

/* ---- Asking ---- */

static const struct value *value_of(const struct settings *settings, size_t row)
{
    return &atomic_load(&((struct settings *)(uintptr_t)settings)->current)->values[row];
}

const char *settings_text(const struct settings *settings, const char *name)
{
    size_t row = row_named(name);
    return settings ? value_of(settings, row)->text : setting_rows[row].fallback;
}

int64_t settings_number(const struct settings *settings, const char *name)
{
    size_t row = row_named(name);
    if (settings)
        return value_of(settings, row)->number;
    struct value_set built_in = {.layer = 0};
    struct error     error = {0};
    enum error_code  code = take_value(&built_in, row, str_of(setting_rows[row].fallback), "built-in", &error);
    require(code == ERROR_NONE);
    arena_fini(&built_in.arena);
    return built_in.values[row].number;
}

bool settings_boolean(const struct settings *settings, const char *name)
{
    return settings_number(settings, name) != 0;
}

const char *settings_source(const struct settings *settings, size_t row)
{
    return value_of(settings, row)->source;
}

const char *settings_value(const struct settings *settings, size_t row)
{
    return value_of(settings, row)->text;
}

const char *settings_shown(const struct settings *settings, size_t row)
{
    const char *text = value_of(settings, row)->text;
    return setting_rows[row].is_secret && text[0] ? "(set)" : text;
}

const char *settings_file(const struct settings *settings, size_t i)
{
    const struct value_set *set = atomic_load(&((struct settings *)(uintptr_t)settings)->current);
    return i < set->file_count ? set->files[i] : NULL;
}
