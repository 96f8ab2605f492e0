/* Secrets that are made here. */
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
