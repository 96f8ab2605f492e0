/* Members, what they may do for which client, and how they prove who they are. In DATA/server.db.
 *
 *     name + password ─┐                             ┌─▶ session (cookie) ─┐
 *     one-time link ───┴─▶ team_sign_in, team_use ───┘                     ├─▶ team_prove ─▶ caller ─▶ team_role for a client
 *                                         member ─▶ team_token_add ─▶ token ┘
 *
 * Passwords are argon2id (libsodium, 19 MiB, t = 2); sessions, API tokens and one-time links are 32 random bytes of which only the
 * SHA-256 is kept. A token reads "bw_" + 43 letters (base64url) + 6 letters of checksum (CRC-32 in base 62, so that scanners can tell it).
 *
 * Every function begins and ends its own transaction, and each change is a row of the audit trail. Strings in results are in the arena
 * given. Callers have checked roles; the rules that no role may break are kept here: the last server admin stays one, names are unique
 * whatever their case, secrets are shown once.
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
bool role_parse(struct str word, enum role *role_out); /* "none" too */

enum {
    TEAM_TOKEN_TEXT_BYTES = 64, /* holds the text of any secret, NUL included */
    TEAM_NAME_MAX = 64,
    TEAM_CLIENT_NAME_MAX = 63,
    TEAM_TITLE_MAX = 80,
    TEAM_ZONE_MAX = 64,
    TEAM_PASSWORD_MIN = 10,
    TEAM_PASSWORD_MAX = 1024,
    TEAM_SESSIONS_MAX = 50, /* of one member: the one longest unused ends */
    TEAM_TOKENS_MAX = 100,  /* of one member, neither expired nor revoked */
    TEAM_TOKEN_DAYS_MAX = 3650,
    TEAM_ATTEMPTS_MAX = 20000, /* rows about failed tries to sign in */
};

struct team_member {
    int64_t    id;
    struct str name;  /* signs in with it: 1 to 64 bytes, letters of any script, digits, ". _ -" and blanks within */
    bool       is_disabled, is_server_admin; /* a server admin is ROLE_ADMIN for every client */
    struct str theme; /* "system", "light", "dark" */
    struct str zone;  /* IANA name; empty: the browser's */
    bool       has_single_keys; /* single-letter shortcuts are on */
    bool       has_password;    /* else they sign in by link */
    int64_t    created_us, seen_us; /* seen: lists alone; 0: never or not asked */
};

/* Who is asking, once proven. */
struct team_caller {
    struct team_member member;
    int64_t session, token; /* id of the one that was shown; the other is 0 */
    enum role token_most;   /* a token acts as at most this role; ROLE_ADMIN for sessions */
    struct str token_client; /* a token for one client alone; empty: all of its member's */
};

/* ---- Roles ---- */

/* The caller's role for a client: ROLE_NONE where the client does not exist, or does not exist for them. */
enum error_code team_role(struct record *server, const struct team_caller *caller, struct str client, enum role *role_out, struct error *error);
/* ROLE_NONE takes the role away. ERROR_NOT_FOUND: no such member or client. */
enum error_code team_set_role(struct record *server, struct record_actor actor, int64_t member, struct str client, enum role role,
                              struct error *error);

/* ---- Members ---- */

/* password ptr NULL: signs in by link. ERROR_CONFLICT: the name is taken. ERROR_INVALID: name or password break their rules. */
enum error_code team_member_add(struct record *server, struct record_actor actor, struct str name, struct str password, bool is_server_admin,
                                int64_t *id_out, struct error *error);
enum error_code team_member_by_id(struct record *server, int64_t id, struct arena *arena, struct team_member *member_out, struct error *error);
enum error_code team_member_by_name(struct record *server, struct str name, struct arena *arena, struct team_member *member_out,
                                    struct error *error);
enum error_code team_members(struct record *server, struct arena *arena, struct team_member **members_out, size_t *count_out,
                             struct error *error);
/* Sets name, is_disabled and is_server_admin as in *member (by its id). Disabling ends sessions, links and tokens.
 * ERROR_CONFLICT: the last server admin, or the name is taken. */
enum error_code team_member_edit(struct record *server, struct record_actor actor, const struct team_member *member, struct error *error);
/* Sets theme, zone and has_single_keys. Taste is no business of the audit trail. */
enum error_code team_member_settle(struct record *server, const struct team_member *member, struct error *error);
/* Ends every session and unused link of the member. */
enum error_code team_set_password(struct record *server, struct record_actor actor, int64_t member, struct str password, struct error *error);
/* Is this their password? ERROR_DENIED: no; ERROR_BUSY: too many wrong ones (as when signing in). A member without one: yes. */
enum error_code team_check_password(struct record *server, int64_t member, struct str password, struct str peer, int64_t now_us,
                                    struct error *error);
enum error_code team_check_name(struct str name, struct error *error); /* the rule alone */

/* ---- Clients: one folder each, DATA/clients/<name> ---- */

struct team_client {
    int64_t    id;
    struct str name, title;
    int64_t    created_us;
    uint64_t   members; /* team_clients alone */
    enum role  role;    /* team_clients_of alone */
};

bool team_is_client_name(struct str name); /* small letters, digits and -, not - first, at most 63 */
/* Makes the folder too. An empty title is the name. ERROR_CONFLICT: there is one of this name. */
enum error_code team_client_add(struct record *server, const char *data_folder, struct record_actor actor, struct str name, struct str title,
                                int64_t *id_out, struct error *error);
enum error_code team_client_set_title(struct record *server, struct record_actor actor, struct str name, struct str title, struct error *error);
enum error_code team_clients(struct record *server, struct arena *arena, struct team_client **clients_out, size_t *count_out, struct error *error);
/* Those that exist for a caller, with their role. */
enum error_code team_clients_of(struct record *server, const struct team_caller *caller, struct arena *arena, struct team_client **clients_out,
                                size_t *count_out, struct error *error);
enum error_code team_client_names(struct record *server, struct arena *arena, struct str **names_out, size_t *count_out, struct error *error);
/* Folders without a row (made by `bellwether import`) get one. */
enum error_code team_adopt_folders(struct record *server, const char *data_folder, struct error *error);
/* Who works on a client; id, name, is_disabled, is_server_admin and the role. */
struct team_colleague {
    struct team_member member;
    enum role          role;
};
enum error_code team_colleagues(struct record *server, struct str client, struct arena *arena, struct team_colleague **colleagues_out,
                                size_t *count_out, struct error *error);
/* The roles of one member, as clients. */
enum error_code team_roles_of(struct record *server, int64_t member, struct arena *arena, struct team_client **clients_out, size_t *count_out,
                              struct error *error);

/* ---- Signing in ---- */

/* ERROR_DENIED: name or password is wrong (or the member is disabled); no difference is told, in words or in time. ERROR_BUSY: too many
 * failed tries, by this peer, for this name, or by this peer for this name; the hint says how long to wait, and a right password does not
 * help meanwhile. peer is an address; of an IPv6 address its /64 counts. Takes some 30 ms of a processor. */
enum error_code team_sign_in(struct record *server, struct str name, struct str password, struct str peer, int64_t now_us, int64_t *member_out,
                             struct error *error);
enum error_code team_session_begin(struct record *server, int64_t member, int64_t now_us, char text_out[TEAM_TOKEN_TEXT_BYTES],
                                   struct error *error);
enum error_code team_session_end(struct record *server, int64_t session, struct error *error);

/* Proves a caller from a session cookie's or a bearer token's text. ERROR_DENIED (401): unknown, expired or revoked; no difference is told.
 * Sliding: a session ends 14 days after its last use, 90 days after its start. Last use is written at most once a minute. */
enum error_code team_prove_session(struct record *server, struct str text, int64_t now_us, struct arena *arena, struct team_caller *caller_out,
                                   struct error *error);
enum error_code team_prove_token(struct record *server, struct str text, int64_t now_us, struct arena *arena, struct team_caller *caller_out,
                                 struct error *error);

/* For what stays open long after its caller was proven (a live view): is the session or token still good, and what is the role now? ROLE_NONE
 * where it ended. Counts as a use of it. Of the caller ids, token_most and token_client are looked at. */
enum error_code team_role_still(struct record *server, const struct team_caller *caller, struct str client, int64_t now_us, enum role *role_out,
                                struct error *error);

/* ---- One-time links: DATA's address + "/welcome#" + text ---- */

enum team_link_kind { TEAM_LINK_SETUP, /* makes the first admin; 24 h */ TEAM_LINK_SIGN_IN /* signs one member in; 15 min */ };
struct team_link {
    enum team_link_kind kind;
    int64_t             member; /* TEAM_LINK_SIGN_IN */
    struct str          name;   /* theirs */
};

enum error_code team_is_empty(struct record *server, bool *is_empty_out, struct error *error); /* there is no member */
/* Ends the setup links before it. ERROR_CONFLICT: there is a member already. */
enum error_code team_new_setup_link(struct record *server, char text_out[TEAM_TOKEN_TEXT_BYTES], struct error *error);
/* Ends the member's links before it. */
enum error_code team_new_sign_in_link(struct record *server, struct record_actor actor, int64_t member, char text_out[TEAM_TOKEN_TEXT_BYTES],
                                      struct error *error);
/* What a link is for, without using it. ERROR_DENIED: unknown, used or expired. */
enum error_code team_link_look(struct record *server, struct str text, int64_t now_us, struct arena *arena, struct team_link *link_out,
                               struct error *error);
/* Uses a link up. TEAM_LINK_SETUP needs name and password and makes the first admin with them (an error in them leaves the link good);
 * for TEAM_LINK_SIGN_IN they are not looked at. */
enum error_code team_link_use(struct record *server, struct str text, struct str name, struct str password, int64_t now_us, int64_t *member_out,
                              struct error *error);

/* ---- API tokens ---- */

struct team_token {
    int64_t    id, member;
    struct str member_name, name; /* name: what it is for */
    enum role  role;              /* acts as at most this */
    struct str client;            /* empty: all of the member's */
    int64_t    created_us, expires_us, used_us, revoked_us; /* 0: never */
};

/* Of *token member, name, role, client and expires_us count. ERROR_INVALID: expires in the past or too late, or too many tokens. */
enum error_code team_token_add(struct record *server, struct record_actor actor, const struct team_token *token, int64_t now_us,
                               char text_out[TEAM_TOKEN_TEXT_BYTES], int64_t *id_out, struct error *error);
/* Of one member, or of everybody (0); the newest 1,000. */
enum error_code team_tokens(struct record *server, int64_t member, struct arena *arena, struct team_token **tokens_out, size_t *count_out,
                            struct error *error);
/* member 0: whoever's it is. ERROR_NOT_FOUND: no such token, or not theirs. Revoking again is no error. */
enum error_code team_token_revoke(struct record *server, struct record_actor actor, int64_t token, int64_t member, int64_t now_us,
                                  struct error *error);

#endif
