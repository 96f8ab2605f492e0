/* What can be added as a source: built in, and programs of the house's own folder. */
#include "api/sources.h"

#include "settings/settings.h"

static enum error_code list(struct api_call *call)
{
    struct json *json = &call->json;
    json_object(json);
    json_key(json, "connectors");
    json_array(json);
    for (size_t i = 0; connectors[i]; i++)
        sources_print_connector(json, connectors[i]->name, connectors[i], false, NULL);
    programs_print(call->api->programs, settings_text(sources_settings(call), "sources.programs"), json);
    json_end(json);
    json_key(json, "next");
    json_null(json);
    json_key(json, "allows_private");
    json_bool(json, settings_boolean(sources_settings(call), "sources.private_addresses"));
    json_end(json);
    return ERROR_NONE;
}

#define FIELD                                                                                                                                  \
    "{\"type\":\"object\",\"required\":[\"name\",\"label\",\"help\",\"type\",\"is_secret\",\"is_required\",\"is_made\",\"fallback\",\"words\",\"least\",\"most\"]," \
    "\"properties\":{\"type\":{\"enum\":[\"text\",\"url\",\"number\",\"boolean\",\"word\",\"list\"]},\"fallback\":{\"type\":[\"string\",\"null\"]}}}"
#define CONNECTOR                                                                                                                              \
    "{\"type\":\"object\",\"required\":[\"name\",\"title\",\"summary\",\"evidence\",\"network\",\"modes\",\"acts\",\"text\",\"is_shareable\","      \
    "\"is_program\",\"problem\",\"fields\"],\"properties\":{\"name\":{\"type\":\"string\"},\"modes\":{\"type\":\"array\",\"items\":{\"enum\":["     \
    "\"stream\",\"poll\",\"search\",\"backfill\",\"thread\"]}},\"acts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"text\":{\"type\":["   \
    "\"object\",\"null\"],\"required\":[\"max\",\"unit\"]},\"problem\":{\"type\":[\"string\",\"null\"]},\"fields\":{\"type\":\"array\",\"items\":"  \
    FIELD "}}}"

const struct api_route api_connectors_routes[] = {
    {HTTP_GET, "/connectors", API_CLIENT, ROLE_VIEWER, "connectors", "what can be added as a source",
     "evidence says against what a connector was tested, and so how far to trust it. fields are what is to be filled in: those that are secret go "
     "into `secrets`, the others into `config`; one that is_made may be left out: the server makes it. acts: what can be sent out through it. is_program: a connector of others, from the folder of the setting "
     "sources.programs; problem says why one cannot be used. allows_private: addresses of this machine and of private nets may be spoken to (setting "
     "sources.private_addresses).",
     NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"connectors\",\"next\",\"allows_private\"],\"properties\":{\"connectors\":{\"type\":\"array\",\"items\":" CONNECTOR
     "},\"next\":" SOURCES_NEXT ",\"allows_private\":{\"type\":\"boolean\"}}}",
     NULL, 0, list},
    {0}};
