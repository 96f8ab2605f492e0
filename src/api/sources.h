/* What the files of the sources resource share: sources, connectors and deeds as people and programs are shown them. */
#ifndef API_SOURCES_H
#define API_SOURCES_H

#include "api/service.h"
#include "capture/capture.h"

/* ---- As JSON; the command line prints the same ---- */

extern const char *const sources_phases[5]; /* in the order of enum capture_phase: starting at_work waiting paused needs_person */

/* An object: what can be added, and what is to be filled in. problem: why a program cannot be used, else NULL. */
void sources_print_connector(struct json *json, const char *name, const struct connector *connector, bool is_program, const char *problem);
/* Members into an object that is open. */
void sources_print_row(struct json *json, const struct capture_source *source, const struct connector *connector /* NULL: not known */);
void sources_print_health(struct json *json, const struct capture_health *health);
void sources_print_account(struct json *json, const struct source_account *account); /* an object, or null where nobody is named */
void sources_print_deed(struct json *json, const struct capture_deed *deed, struct str source_name); /* an object */

/* A source with what it says of itself, as an object: what GET /sources lists. made: a secret that is shown this once, or empty. */
void sources_print_one(struct json *json, const struct capture_source *source, const struct capture_health *health, struct str made);
/* What the server writes into the client's folder every few seconds, for the command line: {"at","sources":[..]}. */
#define SOURCES_NOW_FILE "sources.now"
enum { SOURCES_NOW_EVERY_S = 10, SOURCES_NOW_MAX_BYTES = 16 * 1024 * 1024 };

/* ---- In words, and what is usual ---- */

/* Where a source stands, in a few words ("catching up", "trying again at 18:04:10"), and what a person should do about it, or nothing. */
void sources_words(const struct capture_source *source, const struct capture_health *health, struct buf *words, struct buf *advice);
/* What is kept where nobody says: what is brought to our door was chosen by whoever brings it; of what is read from a platform, what topics match. */
enum capture_keep sources_usual_keep(const struct connector *connector);
/* A token that ends within SOURCES_WARN_DAYS, or has ended. */
enum { SOURCES_WARN_DAYS = 14 };
bool sources_is_near_expiry(const struct capture_source *source, int64_t now_us);

/* Where the connector makes a secret by itself (connector.made_secret) and secrets (a JSON object, or empty) has none, or always: makes one, puts it
 * into secrets, and gives it in *made_out to be shown once. Else *made_out is empty. */
enum error_code sources_make_secret(const struct connector *connector, bool always, struct arena *arena, struct str *secrets_io, struct str *made_out,
                                    struct error *error);

/* A stored secret goes only where it was meant for: ERROR_INVALID where something of the config changes that may be an address, and a secret that is
 * stored is not among those given. So nobody has it sent to themselves by changing an address. What the connector keeps by itself is taken away. */
enum error_code sources_guard_secrets(const struct capture_source *before, struct str config, struct arena *arena, struct str *secrets_io,
                                      struct error *error);

/* ---- Connectors of others: programs in the folder of the setting sources.programs ---- */

struct programs;
struct programs *programs_new(void); /* NULL without memory */
void             programs_free(struct programs *programs);
/* An object for each program in folder, into an open array: what it said in its hello, asked at most once in five minutes. Starting them takes
 * time: 10 s for one that says nothing. */
void programs_print(struct programs *programs, const char *folder, struct json *json);

/* ---- As numbers for Prometheus: labels client, source (its number) and connector; at most CAPTURE_SOURCES_MAX of a client ---- */

void sources_metrics(struct api *api, struct open_client *const *clients, size_t count, struct buf *out);

/* ---- Of a call ---- */

const struct settings *sources_settings(const struct api_call *call);
/* {id} of the path, read. */
enum error_code sources_find(struct api_call *call, struct capture_source *source_out);
/* The members query (an object) or its lists. Empty lists where nothing is said. */
enum error_code sources_body_query(struct api_call *call, struct source_query *query_out);
/* A source that is not stored yet, as the body has it. */
enum error_code sources_body_new(struct api_call *call, struct capture_source *source_out, struct str *secrets_out);
/* What the body says over what source holds. */
enum error_code sources_body(struct api_call *call, struct capture_source *source, struct str *secrets_out);
/* The whole source with its health, as the answer. */
enum error_code sources_answer(struct api_call *call, int64_t id);
/* How it does; of one that capture does not know yet: it is starting. */
void            sources_health(struct api *api, const char *client, const struct capture_source *source, struct capture_health *health_out);
void            sources_tell(struct workspace *workspace, int64_t source, const char *what);

#define SOURCES_COUNT  "{\"type\":\"integer\",\"minimum\":0}"
#define SOURCES_TIME   "{\"type\":[\"string\",\"null\"]}"
#define SOURCES_NEXT   "{\"type\":[\"string\",\"null\"]}"
#define SOURCES_MODE   "{\"enum\":[\"stream\",\"poll\"]}"
#define SOURCES_KEEP   "{\"enum\":[\"all\",\"matched\",\"sample\"]}"
#define SOURCES_QUERY                                                                                                                             \
    "{\"type\":\"object\",\"properties\":{\"any\":" SOURCES_LIST ",\"none\":" SOURCES_LIST ",\"hashtags\":" SOURCES_LIST ",\"accounts\":"             \
    SOURCES_LIST ",\"urls\":" SOURCES_LIST ",\"lang\":" SOURCES_LIST "}}"
#define SOURCES_LIST "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":500},\"maxItems\":1000}"
#define SOURCES_ACCOUNT                                                                                                                           \
    "{\"type\":[\"object\",\"null\"],\"required\":[\"id\",\"handle\",\"name\",\"expires_at\"]}"
#define SOURCES_HEALTH                                                                                                                            \
    "{\"type\":\"object\",\"required\":[\"phase\",\"said\",\"message\",\"message_at\",\"rate_until\",\"retry_at\",\"rate_remaining\",\"rate_limit\"," \
    "\"account\",\"seen\",\"kept\",\"deleted\",\"refused\",\"duplicate\",\"private\",\"restarts\",\"per_minute\",\"last_post_at\","                \
    "\"last_commit_at\",\"lag_ms\",\"shared_by\",\"refusals\"],\"properties\":{\"phase\":{\"enum\":[\"starting\",\"at_work\",\"waiting\","          \
    "\"paused\",\"needs_person\"]},\"account\":" SOURCES_ACCOUNT ",\"seen\":" SOURCES_COUNT ",\"kept\":" SOURCES_COUNT                               \
    ",\"per_minute\":{\"type\":\"number\"},\"lag_ms\":{\"type\":[\"integer\",\"null\"]},\"refusals\":{\"type\":\"array\",\"items\":{\"type\":"      \
    "\"object\",\"required\":[\"reason\",\"count\"]}}}}"
#define SOURCES_MEMBERS                                                                                                                           \
    "\"id\":{\"type\":\"integer\"},\"version\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},\"connector\":{\"type\":\"string\"},"          \
    "\"title\":{\"type\":\"string\"},\"network\":{\"type\":[\"string\",\"null\"]},\"config\":{\"type\":\"object\"},\"query\":{\"type\":\"object\"}," \
    "\"mode\":{\"type\":\"string\"},\"keep\":" SOURCES_KEEP ",\"sample_per_mille\":" SOURCES_COUNT ",\"is_paused\":{\"type\":\"boolean\"},"           \
    "\"secrets\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"owner\":{\"type\":[\"object\",\"null\"],\"required\":[\"id\",\"name\"]},"     \
    "\"expires_at\":" SOURCES_TIME ",\"is_near_expiry\":{\"type\":\"boolean\"},\"created_at\":" SOURCES_TIME ",\"changed_at\":" SOURCES_TIME          \
    ",\"words\":{\"type\":\"string\"},\"advice\":{\"type\":[\"string\",\"null\"]},\"health\":" SOURCES_HEALTH ",\"made_secret\":{\"type\":\"string\"}"
#define SOURCES_ONE                                                                                                                               \
    "{\"type\":\"object\",\"required\":[\"id\",\"version\",\"name\",\"connector\",\"title\",\"network\",\"config\",\"query\",\"mode\",\"keep\","     \
    "\"sample_per_mille\",\"is_paused\",\"secrets\",\"owner\",\"expires_at\",\"is_near_expiry\",\"created_at\",\"changed_at\",\"words\","           \
    "\"advice\",\"health\"],\"properties\":{" SOURCES_MEMBERS "}}"

#endif
