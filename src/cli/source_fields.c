/* What is given for a source on the command line: fields, secrets, what is asked of the platform. */
#include "cli/source.h"
#include "cli/sources.h"

#include "base/vfs.h"
#include "cli/office.h"

enum { SECRETS_MAX_BYTES = 64 * 1024 };

/* ---- Fields ---- */

static const struct connector_field *field_named(const struct connector *connector, struct str name)
{
    for (const struct connector_field *field = connector ? connector->fields : NULL; field && field->name; field++)
        if (str_equal(str_of(field->name), name))
            return field;
    return NULL;
}

static const char *field_name(const void *context, size_t i)
{
    const struct connector_field *fields = context;
    return fields ? fields[i].name : NULL;
}

static void add_list(cJSON *object, const char *name, struct str rest)
{
    cJSON     *list = cJSON_GetObjectItemCaseSensitive(object, name);
    struct str one;
    if (!list)
        list = cJSON_AddArrayToObject(object, name);
    while (str_next_field(&rest, ',', &one)) {
        char text[1024];
        one = str_trim(one);
        snprintf(text, sizeof text, "%.*s", STR_ARG(one));
        if (one.len)
            cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
}

static enum error_code put_value(struct cli *cli, const struct connector_field *field, const char *value, cJSON *config)
{
    int64_t    number;
    struct str text = str_of(value);
    bool       is_yes = str_equal(text, STR("yes")) || str_equal(text, STR("true")) || str_equal(text, STR("on"));
    bool       is_no = str_equal(text, STR("no")) || str_equal(text, STR("false")) || str_equal(text, STR("off"));
    switch (field->type) {
    case CONNECTOR_LIST: add_list(config, field->name, text); return ERROR_NONE;
    case CONNECTOR_NUMBER:
        if (!str_to_i64(text, &number))
            return error_set(&cli->error, ERROR_USAGE, "%s: expected a whole number, found '%.60s'", field->name, value);
        cJSON_AddNumberToObject(config, field->name, (double)number);
        return ERROR_NONE;
    case CONNECTOR_BOOLEAN:
        if (!is_yes && !is_no)
            return error_set(&cli->error, ERROR_USAGE, "%s: expected yes or no, found '%.60s'", field->name, value);
        cJSON_AddBoolToObject(config, field->name, is_yes);
        return ERROR_NONE;
    default: cJSON_AddStringToObject(config, field->name, value); return ERROR_NONE;
    }
}

static enum error_code take_field(struct cli *cli, const struct connector *connector, const char *given, cJSON *config)
{
    const char *equals = strchr(given, '=');
    if (!equals || equals == given) {
        error_set(&cli->error, ERROR_USAGE, "'%.80s' is no field=value", given);
        return error_hint(&cli->error, "bellwether source connectors --json shows the fields of each");
    }
    char                          name[80];
    struct connector_field        unknown = {.name = name, .type = CONNECTOR_TEXT}; /* of a program: it checks its own */
    const struct connector_field *field = field_named(connector, str_slice(given, (size_t)(equals - given)));
    snprintf(name, sizeof name, "%.*s", (int)(equals - given), given);
    if (!field && connector) {
        const char *meant = cli_nearest(name, field_name, connector->fields);
        error_set(&cli->error, ERROR_USAGE, "%s has no field '%s'", connector->name, name);
        return meant ? error_hint(&cli->error, "did you mean %s?", meant) : error_hint(&cli->error, "bellwether source connectors --json shows the fields of each");
    }
    if (field && field->is_secret) {
        error_set(&cli->error, ERROR_USAGE, "%s is a secret, and the command line is seen by everybody on this machine", field->name);
        return error_hint(&cli->error, "leave it out and you are asked for it, or put it into a file: --secrets FILE, a line %s=VALUE", field->name);
    }
    if (!field || field->type != CONNECTOR_LIST)
        cJSON_DeleteItemFromObjectCaseSensitive(config, name);
    return put_value(cli, field ? field : &unknown, equals + 1, config);
}

enum error_code sources_fields(struct cli *cli, const struct connector *connector, size_t from, struct sources_given *given)
{
    enum error_code code = ERROR_NONE;
    /* A list that is named replaces the one that was there. */
    for (size_t i = from; source_argument(cli, i); i++) {
        const char                   *equals = strchr(source_argument(cli, i), '=');
        const struct connector_field *field = equals ? field_named(connector, str_slice(source_argument(cli, i), (size_t)(equals - source_argument(cli, i)))) : NULL;
        if (field && field->type == CONNECTOR_LIST)
            cJSON_DeleteItemFromObjectCaseSensitive(given->config, field->name);
    }
    for (size_t i = from; source_argument(cli, i) && !code; i++)
        code = take_field(cli, connector, source_argument(cli, i), given->config);
    return code;
}

/* ---- Secrets ---- */

static enum error_code read_all(struct cli *cli, const char *path, struct buf *text)
{
    char            bytes[4096];
    size_t          len = 1;
    struct vfs_file in;
    text->max_bytes = SECRETS_MAX_BYTES;
    if (strcmp(path, "-") != 0)
        return vfs_read_file(path, SECRETS_MAX_BYTES, text, &cli->error);
    enum error_code code = vfs_open_standard_input(&in, &cli->error);
    while (!code && len) {
        code = vfs_read_next(&in, bytes, sizeof bytes, cli->stop, &len, &cli->error);
        if (!code)
            buf_append(text, bytes, len);
    }
    vfs_close(&in);
    return code || !text->has_failed ? code : error_set(&cli->error, ERROR_TOO_LARGE, "--secrets: more than %d bytes", SECRETS_MAX_BYTES);
}

static enum error_code read_lines(struct cli *cli, struct str rest, cJSON *secrets)
{
    struct str line;
    for (unsigned number = 1; str_next_field(&rest, '\n', &line); number++) {
        line = str_trim(line);
        const char *equals = line.len ? memchr(line.ptr, '=', line.len) : NULL;
        if (!line.len || line.ptr[0] == '#')
            continue;
        if (!equals)
            return error_set(&cli->error, ERROR_USAGE, "--secrets: line %u is no name=value", number);
        struct str name = str_trim(str_slice(line.ptr, (size_t)(equals - line.ptr)));
        struct str value = arena_str(&cli->arena, str_trim(str_slice(equals + 1, line.len - (size_t)(equals + 1 - line.ptr))));
        name = arena_str(&cli->arena, name);
        if (!name.ptr || !value.ptr)
            return error_set(&cli->error, ERROR_MEMORY, "no memory for secrets");
        cJSON_DeleteItemFromObjectCaseSensitive(secrets, name.ptr);
        cJSON_AddStringToObject(secrets, name.ptr, value.ptr);
    }
    return ERROR_NONE;
}

static enum error_code read_secrets(struct cli *cli, const char *path, cJSON *secrets)
{
    struct buf      text = {0};
    enum error_code code = read_all(cli, path, &text);
    struct str      all = str_trim(buf_str(&text));
    if (!code && all.len && all.ptr[0] == '{') {
        cJSON *object = cJSON_ParseWithLength(all.ptr, all.len), *one;
        if (!cJSON_IsObject(object))
            code = error_set(&cli->error, ERROR_USAGE, "--secrets: the file begins like JSON and is none");
        cJSON_ArrayForEach(one, object)
            if (cJSON_IsString(one))
                cJSON_AddStringToObject(secrets, one->string, one->valuestring);
        cJSON_Delete(object);
    } else if (!code) {
        code = read_lines(cli, all, secrets);
    }
    if (text.ptr)
        explicit_bzero(text.ptr, text.len);
    buf_fini(&text);
    return code;
}

static bool is_stored(struct str names, const char *name)
{
    struct str one;
    while (str_next_field(&names, ' ', &one))
        if (str_equal(one, str_of(name)))
            return true;
    return false;
}

enum error_code sources_secrets(struct cli *cli, const struct connector *connector, struct str stored_names, bool asks, struct sources_given *given)
{
    const char     *path = cli_value(cli, "secrets");
    enum error_code code = path ? read_secrets(cli, path, given->secrets) : ERROR_NONE;
    for (const struct connector_field *field = connector ? connector->fields : NULL; field && field->name && !code; field++) {
        bool is_made = connector->made_secret && strcmp(connector->made_secret, field->name) == 0;
        if (!field->is_secret || !field->is_required || is_made || is_stored(stored_names, field->name) || !asks ||
            cJSON_HasObjectItem(given->secrets, field->name))
            continue;
        char       question[200];
        struct str value;
        snprintf(question, sizeof question, "%.120s: ", field->label ? field->label : field->name);
        code = office_secret(cli, question, "put it into a file of lines name=value, and name that: --secrets FILE, or - for standard input", &value);
        if (!code && value.len)
            cJSON_AddStringToObject(given->secrets, field->name, value.ptr);
    }
    return code;
}

/* ---- What is asked of the platform ---- */

enum error_code sources_query(struct cli *cli, struct sources_given *given)
{
    static const char *const names[] = {"any", "none", "hashtags", "accounts", "urls", "lang"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = cli_value(cli, names[i]);
        if (!value)
            continue;
        cJSON_DeleteItemFromObjectCaseSensitive(given->query, names[i]);
        if (value[0])
            add_list(given->query, names[i], str_of(value));
    }
    return ERROR_NONE;
}
