/* The workbench's API: one row a route, one file a resource, thin. /api/v1/openapi.json, the role tests and the dispatcher read the rows.
 *
 *     request ─▶ route by method and path ─▶ who asks (session, token) ─▶ CSRF ─▶ role for ?client= ─▶ parameters checked ─▶ handle
 *
 * Every client route takes `client`, a name; a client of which the caller is no member does not exist (404), and the handler is never
 * reached. Errors are application/problem+json from the one error table. Unknown parameters are refused by name.
 */
#ifndef API_API_H
#define API_API_H

#include "archive/archive.h"
#include "base/json.h"
#include "listen/stream.h"
#include "net/server.h"
#include "query/query.h"
#include "record/record.h"
#include "team/team.h"

#include <cjson/cJSON.h>

/* ---- Rows ---- */

enum api_scope { API_SERVER, /* server.db alone */ API_CLIENT /* one client: ?client= */ };

enum api_type { API_TEXT, API_QUERY /* of the listening language */, API_INTEGER, API_NUMBER, API_BOOLEAN, API_TIME /* RFC 3339, a date, "24h" ago, "now" */,
                API_WORD /* one of the words in `words` */ };

struct api_parameter {
    const char   *name;
    enum api_type type;
    const char   *meaning;
    const char   *words;  /* API_WORD: "newest oldest top"; the first is taken where none is given, unless it is required */
    int64_t       least, most; /* API_INTEGER */
    bool          is_required, is_repeated; /* repeated: read by http_param(request, name, nth) */
};

enum { API_BODY_MAX_BYTES = 1024 * 1024 }; /* of a JSON object; JSON Lines may be as long as the server takes */

struct api_call;

struct api_route {
    enum http_method method;
    const char      *path;  /* below /api/v1: "/topics/{id}/labels"; {id} is a whole number, {name} anything without / */
    enum api_scope   scope;
    enum role        least; /* ROLE_NONE: strangers too (API_SERVER); ROLE_VIEWER with API_SERVER: any member; ROLE_ADMIN with API_SERVER: server admins */
    const char      *id;      /* operationId: "topic_label_add" */
    const char      *summary; /* one line */
    const char      *details; /* or NULL */
    const struct api_parameter *parameters; /* ends with a row without a name; `client` is not named; NULL: none */
    const char      *takes;   /* the body: NULL none, else a JSON Schema of an object, "application/jsonl" or "application/octet-stream" */
    const char      *gives;   /* JSON Schema of the 2xx answer as text, e.g. "{\"type\":\"object\",\"required\":[..],\"properties\":{..}}"; NULL: 204 */
    const char      *also;    /* other media types: "text/csv application/jsonl text/event-stream", or NULL */
    int              status;  /* of success; 0: 200, or 204 without gives */
    enum error_code (*handle)(struct api_call *call);
    bool             is_signed; /* for programs of strangers, who prove themselves by a signature over the body (ROLE_NONE): cookies are not looked at,
                                   and so no browser can be made to send it in somebody's name. The body is taken as it comes */
};

/* Tables end with a row without a path; routes.c lists them all. */
extern const struct api_route *const api_routes[];

/* ---- One call ---- */

struct api_call {
    const struct api_route     *route;
    const struct http_request  *request;
    struct http_response       *response;
    struct api                 *api;
    struct record              *server;    /* server.db */
    struct workspace           *workspace; /* API_CLIENT; else NULL */
    struct team_caller          caller;    /* member.id 0: a stranger */
    enum role                   role;
    struct arena               *arena;     /* of the request */
    struct text_analyser       *analyser;  /* of this worker */
    int64_t                     now_us;    /* of the client's clock (API_CLIENT), else of the wall */
    struct json                 json;      /* writes the answer's body */
    cJSON                      *body;      /* read, an object; NULL where the route takes none */
    struct error                error;
};

/* Parameters, checked against the row. A name that the row does not have is a defect of ours. */
struct str api_text(struct api_call *call, const char *name);  /* ptr NULL where not given */
double     api_number(struct api_call *call, const char *name, double fallback);
int64_t    api_integer(struct api_call *call, const char *name, int64_t fallback);
bool       api_boolean(struct api_call *call, const char *name);
int64_t    api_time(struct api_call *call, const char *name, int64_t fallback_us); /* against call->now_us */
struct str api_word(struct api_call *call, const char *name);
int64_t    api_id(struct api_call *call);   /* {id} */
struct str api_name(struct api_call *call); /* {name} */

/* Members of the body. Each names the member in its error: ERROR_INVALID "name: expected a text of at most 80 characters". */
enum error_code api_body_str(struct api_call *call, const char *name, size_t most_bytes, bool is_required, struct str *value_out); /* trimmed, UTF-8, no control bytes but \n and \t */
enum error_code api_body_i64(struct api_call *call, const char *name, int64_t least, int64_t most, bool is_required, int64_t *value_io);
enum error_code api_body_double(struct api_call *call, const char *name, double least, double most, bool is_required, double *value_io);
enum error_code api_body_bool(struct api_call *call, const char *name, bool is_required, bool *value_io);
enum error_code api_body_time(struct api_call *call, const char *name, bool is_required, int64_t *at_us_io);
bool            api_body_has(const struct api_call *call, const char *name);

/* The parameter q (or any text) as a query, with since and until of the call's parameters where the row has them put around it, and the
 * client's named lists. The empty text is every post. ERROR_SYNTAX keeps the hint that draws the place. */
enum error_code api_query(struct api_call *call, const char *parameter, struct query *query_out);
enum error_code api_query_bounded(struct api_call *call, struct str text, struct query *query_out); /* the same for text from elsewhere */
enum error_code api_query_text(struct api_call *call, struct str text, struct query *query_out); /* with lists, without since and until */

/* The client's named lists, for list:name in its queries. */
enum error_code api_lists(struct api_call *call, struct query_list **lists_out, size_t *count_out);

/* The newest snapshot of the call's client; released when the call ends. */
enum error_code api_snapshot(struct api_call *call, struct archive_snapshot **snapshot_out);

struct record_actor api_actor(const struct api_call *call);
/* Tells everybody who watches this client: an event on GET /events (kind "trend", "alert", "topic", ...), data one line of JSON. */
void                api_tell(struct workspace *workspace, const char *kind, struct str data);

/* {"id", "name"}; id 0: the command line. */
void api_put_person(struct json *json, const char *name, int64_t id, struct str called);
void api_put_owner(struct json *json, const char *name, int64_t id, struct str called); /* the same; null for id 0: nobody */

/* Ends the answer that is a list given whole: {"things":[...], "next":null}. */
void api_list_end(struct api_call *call);

/* One post as the API gives it: the outer form of post.h, written into json. */
void api_post(struct json *json, const struct post *post);

/* ---- A client that is open ---- */

struct workspace {
    char            name[64];
    char            folder[512], archive_folder[512];
    struct stream  *stream;
    struct record  *records; /* records.db: all domains but team */
    struct record  *sightings; /* sightings.db: which source or import saw which post, and when */
    struct importer *importer; /* imports of files that run */
    double          clock_speed; /* 1, but for an invented town */
    struct chronicle *chronicle; /* its trends, kept */
    struct hub     *hub;     /* events to those who watch */
    struct alert_courier *courier; /* carries alerts out of the house */
    const struct settings *settings;
    void          (*complain)(void *context, const char *client, const char *words); /* to the log; any thread */
    void           *complain_context;
};

#endif
