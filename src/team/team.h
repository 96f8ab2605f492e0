/* Members, what they may do for which client, and how they prove who they are. In DATA/server.db.
 *
 * Passwords are argon2id (libsodium, 19 MiB, t = 2); sessions, API tokens and one-time links are 32 random bytes of which only the
 * SHA-256 is kept. A token reads "bw_" + 43 letters (base64url) + 6 letters of checksum (CRC-32, so that scanners can tell it).
 */
#ifndef TEAM_TEAM_H
#define TEAM_TEAM_H

#include "record/record.h"

extern const struct record_domain team_domain;

/* Each may what those before it may. */
enum role {
    ROLE_NONE,         /* not a member of this client: it does not exist for them */
    ROLE_VIEWER,       /* reads everything: leaders */
    ROLE_LEARNER,      /* and makes what is their own: reads, notes, labels, views, reading rooms */
    ROLE_PRACTITIONER, /* and what the team works with: topics, alerts, lists, trends' notes; pushes posts in */
    ROLE_REVIEWER,     /* and judges the work of others: deletes, merges, settles */
    ROLE_ADMIN,        /* and members, tokens, clients, the audit trail */
    ROLE_COUNT
};
extern const char *const role_names[ROLE_COUNT];
bool role_parse(struct str word, enum role *role_out);

enum { TEAM_TOKEN_TEXT_BYTES = 64, TEAM_NAME_MAX = 64, TEAM_PASSWORD_MIN = 10, TEAM_PASSWORD_MAX = 1024 };

struct team_member {
    int64_t    id;
    struct str name;  /* signs in with it: 1 to 64 bytes, letters of any script, digits, ". _ -" and blanks within */
    bool       is_disabled, is_server_admin; /* a server admin is ROLE_ADMIN for every client */
    struct str theme; /* "system", "light", "dark" */
    struct str zone;  /* IANA name; empty: the browser's */
    bool       has_single_keys; /* single-letter shortcuts are on */
};

/* Who is asking, once proven. */
struct team_caller {
    struct team_member member;
    int64_t session, token; /* id of the one that was shown; the other is 0 */
    enum role token_most;   /* a token acts as at most this role; ROLE_ADMIN for sessions */
    struct str token_client; /* a token for one client alone; empty: all of its member's */
};

/* The caller's role for a client: ROLE_NONE where the client does not exist, or does not exist for them. */
enum error_code team_role(struct record *server, const struct team_caller *caller, struct str client, enum role *role_out, struct error *error);

/* Proves a caller from a session cookie's or a bearer token's text. ERROR_DENIED (401): unknown, expired or revoked; no difference is told.
 * Sliding: a session ends 14 days after its last use, 90 days after its start. Last use is written at most once a minute. */
enum error_code team_prove_session(struct record *server, struct str text, int64_t now_us, struct arena *arena, struct team_caller *caller_out,
                                   struct error *error);
enum error_code team_prove_token(struct record *server, struct str text, int64_t now_us, struct arena *arena, struct team_caller *caller_out,
                                 struct error *error);

#endif
enum error_code team_client_names(struct record *s, struct arena *a, struct str **n, size_t *c, struct error *e);
enum error_code team_adopt_folders(struct record *s,const char *f, struct error *e);
enum error_code team_is_empty(struct record *s,bool *b,struct error *e);
enum error_code team_new_setup_link(struct record *s,char *t,struct error *e);
