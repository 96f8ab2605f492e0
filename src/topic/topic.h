/* Topics, named lists and saved views: what a client's team listens for, as they wrote it, with every version of it.
 *
 * In each client's records.db, beside what others make; owners and authors are kept by id and by the name they had then (members are
 * in server.db). A topic is never removed: archiving it takes it out of sight, and a version is taken back by making another one.
 *
 *     topic 1 ──▶ versions 1, 2, 3 ...     each whole: name, purpose, query, tags; who, when, why; what it won and lost
 *       │
 *       ├──▶ samples ──▶ posts             drawn once, blind (craft.h)
 *       └──▶ labels                        (post, member): what a person thought of a post; for the topic, not for one version
 *
 * Functions that take a record begin and end their own transaction, and audit what they change. Results are in arena.
 */
#ifndef TOPIC_TOPIC_H
#define TOPIC_TOPIC_H

#include "query/query.h"
#include "record/record.h"

extern const struct record_domain topic_domain;

enum {
    TOPIC_MAX = 2000,            /* topics of a client, archived ones included */
    TOPIC_NAME_MAX_BYTES = 120,
    TOPIC_PURPOSE_MAX_BYTES = 2000,
    TOPIC_NOTE_MAX_BYTES = 500,
    TOPIC_TAGS_MAX = 20,
    TOPIC_TAG_MAX_BYTES = 60,
    TOPIC_SHOWN_MAX = 20,        /* posts that are named as examples of what was won or lost */
    TOPIC_LISTS_MAX = 500,
    TOPIC_LIST_NAME_MAX_BYTES = 64,
    TOPIC_VIEWS_MAX = 1000,      /* of a member */
    TOPIC_VIEW_NAME_MAX_BYTES = 120,
    TOPIC_VIEW_STATE_MAX_BYTES = 8192,
};

/* ---- Topics ---- */

struct topic_person {
    int64_t    id; /* of the member; 0: the command line */
    struct str name;
};

/* What a person writes. */
struct topic_text {
    struct str name;    /* unique among the client's topics, whatever its case; one line */
    struct str purpose; /* why anybody listens for this, and what counts as relevant: labellers read it */
    struct str query;   /* parses: the caller has seen to it */
    struct str tags;    /* one a line */
};

/* What a version changed in the archive as it was when it was saved. */
struct topic_weighed {
    bool       is_known; /* false: there was no archive to ask */
    uint64_t   kept, won, lost; /* posts that both queries take, only the new one, only the old one */
    struct str won_ids[TOPIC_SHOWN_MAX], lost_ids[TOPIC_SHOWN_MAX]; /* chosen by lot */
    size_t     won_shown, lost_shown;
};

struct topic {
    int64_t             id;
    struct topic_text   text;
    struct topic_person owner;
    int64_t             version; /* of the newest; 1 first */
    bool                is_archived;
    int64_t             created_us, updated_us;
};

struct topic_version {
    int64_t              number;
    struct topic_text    text;
    struct str           note; /* why */
    struct topic_person  by;
    int64_t              at_us;
    int64_t              back_to; /* the version that this one took back to; 0: none */
    struct topic_weighed weighed;
};

/* How a change came about. */
struct topic_change {
    struct record_actor actor;
    int64_t             now_us;
    int64_t             version; /* the one that the actor saw; ignored where a topic is made */
    struct str          note;
    int64_t             back_to;
};

/* Checks lengths and lines and brings tags into order (trimmed, folded cases kept, doubles dropped). ERROR_INVALID names the part. */
enum error_code topic_text_check(struct topic_text *text, struct arena *arena, struct error *error);

/* Errors: ERROR_CONFLICT (the name is taken: by which topic), ERROR_TOO_LARGE (TOPIC_MAX). */
enum error_code topic_create(struct record *record, const struct topic_change *change, const struct topic_text *text,
                             const struct topic_weighed *weighed, struct arena *arena, struct topic *topic_out, struct error *error);
/* A new version. One that says the same as the newest makes none. owner NULL: stays.
 * ERROR_CONFLICT: change->version is not the newest (the message says whose is, the hint holds its query), or the name is taken. */
enum error_code topic_edit(struct record *record, int64_t id, const struct topic_change *change, const struct topic_text *text,
                           const struct topic_person *owner, const struct topic_weighed *weighed, struct arena *arena,
                           struct topic *topic_out, struct error *error);
/* Out of sight, or back. No new version; ERROR_CONFLICT as above. */
enum error_code topic_archive(struct record *record, int64_t id, const struct topic_change *change, bool is_archived, struct arena *arena,
                              struct topic *topic_out, struct error *error);

/* ERROR_NOT_FOUND names what was asked for. */
enum error_code topic_by_id(struct record *record, int64_t id, struct arena *arena, struct topic *topic_out, struct error *error);
enum error_code topic_by_name(struct record *record, struct str name, struct arena *arena, struct topic *topic_out, struct error *error);
/* By name. */
enum error_code topic_all(struct record *record, bool with_archived, struct arena *arena, struct topic **topics_out, size_t *count_out,
                          struct error *error);
enum error_code topic_version_by_number(struct record *record, int64_t id, int64_t number, struct arena *arena,
                                        struct topic_version *version_out, struct error *error);
/* Newest first, those with number < before (0: all), at most limit. */
enum error_code topic_versions(struct record *record, int64_t id, int64_t before, size_t limit, struct arena *arena,
                               struct topic_version **versions_out, size_t *count_out, struct error *error);

/* ---- Named lists: list:NAME in a query stands for the list's text in brackets ---- */

struct topic_list {
    struct str          name;
    struct str          text; /* as written: one term a line, or a query */
    int64_t             version;
    struct topic_person by; /* who changed it last */
    int64_t             updated_us;
};

/* The query that a list's text stands for: the text itself where it uses the language's own signs, else its lines joined by OR,
 * lines of several words as phrases. ptr NULL without memory. */
struct str topic_list_query(struct arena *arena, struct str text);
/* Every list of the client, ready for query_parse. */
enum error_code topic_lists(struct record *record, struct arena *arena, struct query_list **lists_out, size_t *count_out,
                            struct error *error);
enum error_code topic_list_all(struct record *record, struct arena *arena, struct topic_list **lists_out, size_t *count_out,
                               struct error *error);
enum error_code topic_list_by_name(struct record *record, struct str name, struct arena *arena, struct topic_list *list_out,
                                   struct error *error);
/* Makes the list (change->version 0) or replaces it (the version that was seen; ERROR_CONFLICT when it moved on). The list, and every
 * topic and list that uses it, must still parse: ERROR_SYNTAX says which does not, and why; a list that would hold itself is such a case. */
enum error_code topic_list_put(struct record *record, const struct topic_change *change, struct str name, struct str text,
                               struct text_analyser *analyser, struct arena *arena, struct topic_list *list_out, struct error *error);
/* ERROR_CONFLICT names the topics and lists that use it. */
enum error_code topic_list_delete(struct record *record, const struct topic_change *change, struct str name, struct arena *arena,
                                  struct error *error);
/* Names of the topics ("topic Bags") and lists ("list brands") whose text names this list; archived topics too. */
enum error_code topic_list_users(struct record *record, struct str name, struct arena *arena, struct str **users_out, size_t *count_out,
                                 struct error *error);
/* True where a text names the list: list:NAME outside of quotes and comments counts, and so does one inside (better once too often). */
bool            topic_text_uses_list(struct str text, struct str name);
/* Takes DATA/clients/NAME/lists/NAME.txt over, each once: a list that was deleted later does not come back. A file that is no list is
 * left alone. */
enum error_code topic_lists_import(struct record *record, const char *client_folder, int64_t now_us, struct arena *arena,
                                   size_t *imported_out, struct error *error);

/* ---- Saved views: a state of Explore under a name ---- */

struct topic_view {
    int64_t             id;
    struct str          name;
    struct str          state;    /* the query part of the page's address, without its time where has_time is false */
    bool                has_time;
    int64_t             version;
    struct topic_person owner;
    int64_t             updated_us;
};

/* By name; every member of the client sees all of them. */
enum error_code topic_views(struct record *record, struct arena *arena, struct topic_view **views_out, size_t *count_out,
                            struct error *error);
enum error_code topic_view_by_id(struct record *record, int64_t id, struct arena *arena, struct topic_view *view_out, struct error *error);
/* view->id 0 makes one. Names are unique for each owner: ERROR_CONFLICT. Only the owner changes or deletes a view, unless may_all. */
enum error_code topic_view_put(struct record *record, const struct topic_change *change, const struct topic_view *view, bool may_all,
                               struct arena *arena, struct topic_view *view_out, struct error *error);
enum error_code topic_view_delete(struct record *record, const struct topic_change *change, int64_t id, bool may_all, struct arena *arena,
                                  struct error *error);

#endif
