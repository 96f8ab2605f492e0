/* Secrets: those that are made here, and those that must not follow a source to another address. */
#include "api/sources.h"

#include "net/signing.h"

enum error_code sources_make_secret(const struct connector *connector, bool always, struct arena *arena, struct str *secrets_io, struct str *made_out,
                                    struct error *error)
{
    char text[SIGNING_KEY_BYTES + 8] = "whsec_";
    *made_out = (struct str){0};
    if (!connector || !connector->made_secret)
        return ERROR_NONE;
    cJSON       *object = secrets_io->len ? cJSON_ParseWithLength(secrets_io->ptr, secrets_io->len) : cJSON_CreateObject();
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(object, connector->made_secret);
    if (!cJSON_IsObject(object) || (!always && cJSON_IsString(given) && given->valuestring[0])) {
        cJSON_Delete(object);
        return ERROR_NONE; /* what is no object is refused where it is stored */
    }
    signing_key(text + 6);
    cJSON_DeleteItemFromObjectCaseSensitive(object, connector->made_secret);
    cJSON_AddStringToObject(object, connector->made_secret, text);
    char *printed = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    *secrets_io = printed ? arena_str(arena, str_of(printed)) : (struct str){0};
    *made_out = arena_str(arena, str_of(text));
    cJSON_free(printed);
    return secrets_io->ptr && made_out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a secret");
}

static bool is_place(const struct connector_field *field)
{
    return !field->is_secret && (field->type == CONNECTOR_TEXT || field->type == CONNECTOR_URL || field->type == CONNECTOR_LIST);
}

/* Whether something that may be an address changed. Of a program nobody knows which of its fields is one: any change counts. */
static bool places_changed(const struct connector *connector, const cJSON *before, const cJSON *after)
{
    if (!connector)
        return !cJSON_Compare(before, after, true);
    for (const struct connector_field *field = connector->fields; field && field->name; field++) {
        const cJSON *was = cJSON_GetObjectItemCaseSensitive(before, field->name), *is = cJSON_GetObjectItemCaseSensitive(after, field->name);
        if (is_place(field) && (was || is) && !(was && is && cJSON_Compare(was, is, true)))
            return true;
    }
    return false;
}

static const struct connector_field *secret_named(const struct connector *connector, const char *name)
{
    for (const struct connector_field *field = connector ? connector->fields : NULL; field && field->name; field++)
        if (field->is_secret && strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

/* What its giver types anew, or what the connector kept by itself and is forgotten. */
static enum error_code guard_one(const struct connector *connector, struct str name, cJSON *given, struct error *error)
{
    char text[80];
    snprintf(text, sizeof text, "%.*s", STR_ARG(name));
    const struct connector_field *field = secret_named(connector, text);
    if (!name.len || cJSON_HasObjectItem(given, text))
        return ERROR_NONE;
    if (field && field->is_own) {
        cJSON_AddNullToObject(given, text);
        return ERROR_NONE;
    }
    error_set(error, ERROR_INVALID, "%s: type it again", field && field->label ? field->label : text);
    return error_hint(error, "the settings say where it is sent to, and a stored secret is not sent to a place that its giver did not see");
}

enum error_code sources_guard_secrets(const struct capture_source *before, struct str config, struct arena *arena, struct str *secrets_io,
                                      struct error *error)
{
    const struct connector *connector = connector_by_name(before->connector);
    struct str              rest = before->secret_names, name;
    if (!rest.len || (connector && connector->made_secret))
        return ERROR_NONE;
    cJSON *was = cJSON_ParseWithLength(before->config.ptr, before->config.len), *is = cJSON_ParseWithLength(config.ptr, config.len);
    cJSON *given = secrets_io->len ? cJSON_ParseWithLength(secrets_io->ptr, secrets_io->len) : cJSON_CreateObject();
    enum error_code code = ERROR_NONE;
    if (cJSON_IsObject(given) && places_changed(connector, was, is)) {
        while (!code && str_next_field(&rest, ' ', &name))
            code = guard_one(connector, name, given, error);
        char *printed = cJSON_PrintUnformatted(given);
        *secrets_io = printed ? arena_str(arena, str_of(printed)) : (struct str){0};
        cJSON_free(printed);
        if (!code && !secrets_io->ptr)
            code = error_set(error, ERROR_MEMORY, "no memory for secrets");
    }
    cJSON_Delete(was), cJSON_Delete(is), cJSON_Delete(given);
    return code;
}
