/* A client's sources: how they are set up, at work, and what they keep; and what is sent out through them.
 *
 *     records.db: source rows ─▶ capture ─▶ a wire for each (source/run.h) ─▶ batches ─▶ analysed once ─▶ for each client of the wire:
 *                                                keep rule ─▶ stream_take (posts, deletes and state in one commit) ─▶ all committed: ack
 *
 * - Sources with the same shareable connector, config, query and mode, and without secrets, share one wire, whoever's they are: a firehose is read
 *   once and serves every client. Each source keeps the wire's state in its client's archive, with a position that grows with every commit (wall
 *   time in microseconds, made to grow, so that positions can be compared whoever wrote them); after a start the wire goes on from the state with
 *   the smallest position, so the client that was behind misses nothing, and the others know what they are given again.
 * - A source that is new to a wire is given what comes from then on; it does not pull the wire back.
 * - A client whose archive refuses (full disk) holds the wire for ten seconds, then it is left behind: its gap is written down when it can write
 *   again, the others go on.
 * - A wire that ends in a fault starts again after 1 s, 2 s ... 5 min (with chance in it); ten healthy minutes forget that. One that ends for its
 *   config or its account waits for a person. Time without the wire that the platform cannot give back is a gap in the ledger (listen/coverage.h).
 * - Direct and private posts are counted and never kept; one that was public before is deleted.
 * - What a platform deletes leaves the archive in the commit that says so, and then every copy of it (capture_client.forget): the archive remembers
 *   what is still to be forgotten until that is done, over a kill too.
 *
 * Threads: the connector's own; one that commits, for each wire; one that starts and stops wires; any thread may call what is declared here.
 * Locks are told in capture/inside.h.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "listen/stream.h"
#include "query/query.h"
#include "record/record.h"
#include "source/source.h"

extern const struct record_domain capture_domain;

/* ---- What people set up: rows of records.db. Each function is a transaction of its own, audited ---- */

enum capture_keep { CAPTURE_ALL, CAPTURE_MATCHED /* posts that a topic of the client matches */, CAPTURE_SAMPLE /* and so many in a thousand of the others */ };
extern const char *const capture_keeps[3]; /* all matched sample */

enum { CAPTURE_NAME_MAX = 80, CAPTURE_SOURCES_MAX = 200 /* of a client */, CAPTURE_CONFIG_MAX_BYTES = 32 * 1024 };

struct capture_source {
    int64_t           id, version;
    struct str        name;      /* unique in the client */
    struct str        connector; /* "bluesky"; of a program "program:NAME", a file in the folder of the setting sources.programs */
    struct str        config;    /* JSON object, without secrets */
    struct str        query;     /* JSON object as in SUBSCRIBE: any, none, hashtags, accounts, urls, lang; "{}": everything */
    enum source_mode  mode;
    enum capture_keep keep;
    unsigned          sample_per_mille;
    bool              is_paused;
    struct str        secret_names; /* those that are set, with blanks between; never their values */
    int64_t           owner;     /* member who renews its token; 0: nobody yet */
    struct str        owner_name;
    int64_t           expires_us; /* of the token: told by the platform or by a person; 0: not known */
    int64_t           created_us, changed_us;
};
/* What secrets are sealed with: DATA/server.key (0600, made at first use), so that a copied client folder gives none away. */
struct capture_key {
    unsigned char bytes[32];
};
enum error_code capture_key_open(const char *data_folder, struct capture_key *key_out, struct error *error);

/* secrets: a JSON object of texts, or of null for those that are to go; those it does not name stay as they are; empty: none, or (edit) as they are.
 * mode 0: the first that the connector has of stream, poll, search, backfill. In an edit id and version say of which; owner 0 and expires_us 0 mean
 * what they say. ERROR_INVALID names the member (no such connector, a config that its rows refuse); ERROR_CONFLICT: the name is taken, or version
 * moved on; ERROR_TOO_LARGE over CAPTURE_SOURCES_MAX. */
enum error_code capture_source_add(struct record *records, const struct capture_key *key, struct record_actor actor, const struct capture_source *source,
                                   struct str secrets, int64_t *id_out, struct error *error);
enum error_code capture_source_edit(struct record *records, const struct capture_key *key, struct record_actor actor,
                                    const struct capture_source *source, struct str secrets, struct error *error);
enum error_code capture_source_pause(struct record *records, struct record_actor actor, int64_t id, bool is_paused, struct error *error);
/* What it brought stays in the archive; its cursor and secrets go. */
enum error_code capture_source_remove(struct record *records, struct record_actor actor, int64_t id, struct error *error);
enum error_code capture_source_by_id(struct record *records, int64_t id, struct arena *arena, struct capture_source *source_out, struct error *error);
/* By name. */
enum error_code capture_sources(struct record *records, struct arena *arena, struct capture_source **sources_out, size_t *count_out, struct error *error);

/* ---- At work ---- */

struct capture;

struct capture_options {
    const char *data_folder;
    const char *programs_folder; /* where connectors of others lie; empty: none may run */
    bool        allows_private;
    void (*log)(void *context, const char *level, const char *event, const char *words);
    void  *context;
};
enum error_code capture_open(const struct capture_options *options, struct capture **capture_out, struct error *error);
/* Stops every wire (10 s of grace); nothing that was not committed is acknowledged. Legal on NULL. */
void            capture_close(struct capture *capture);

const struct capture_key *capture_key_of(const struct capture *capture);

struct capture_client {
    const char    *name; /* lives as long as the client is attached */
    struct stream *stream;
    struct record *records;
    /* The trees of its topics, in arena, for keep rules. Called again after capture_topics_changed. */
    enum error_code (*topics)(void *context, struct arena *arena, const struct query_node ***trees_out, size_t *count_out, struct error *error);
    /* These posts are gone from the archive: every copy of their texts in the client's records must go too. May be NULL. On an error it is called
     * again later, with these and others; also with some that it was told of before. */
    enum error_code (*forget)(void *context, const struct str *posts, size_t count, struct error *error);
    /* The posts that a source brought and the archive has now, new or known: for comparing tools (tool/tool.h). Called after the commit and before the
     * ack, so that after a kill they come again; may be NULL. */
    void (*sighted)(void *context, int64_t source, struct str name, const struct post *posts, size_t count, int64_t now_us);
    /* Something about a source changed (phase, error, account ...): for events to pages. Any thread, may be NULL; short. */
    void (*changed)(void *context, int64_t source);
    void  *context;
};
/* Its sources begin. client is copied; stream and records outlive the detach. */
enum error_code capture_attach(struct capture *capture, const struct capture_client *client, struct error *error);
void            capture_detach(struct capture *capture, const char *client);
/* After rows changed: starts, stops and restarts what must be. */
void            capture_sources_changed(struct capture *capture, const char *client);
void            capture_topics_changed(struct capture *capture, const char *client);

enum capture_phase { CAPTURE_STARTING, CAPTURE_AT_WORK, CAPTURE_WAITING /* to start again */, CAPTURE_PAUSED, CAPTURE_NEEDS_PERSON };
struct capture_health {
    enum capture_phase    phase;
    enum source_phase     said; /* the connector's last word while at work */
    char                  message[SOURCE_SAID_BYTES]; /* its words, or the last error */
    int64_t               message_us, rate_until_us, retry_us;
    int64_t               rate_remaining, rate_limit; /* -1: not said */
    struct source_account account;
    uint64_t              seen, kept, deleted, refused, duplicate, private_ones, restarts; /* since the wire's start in this process */
    double                per_minute; /* posts seen, over the last five minutes */
    int64_t               last_post_us, last_commit_us; /* the newest post's own time; wall time; 0: none */
    int64_t               lag_us; /* from a post's time to its commit, median of the last hundred; -1: none yet */
    unsigned              shared_by; /* clients on this wire */
    struct capture_refusal { char reason[64]; uint64_t count; } refusals[8]; /* by reason, most first */
};
enum error_code capture_health(struct capture *capture, const char *client, int64_t source, struct capture_health *health_out, struct error *error);

/* "Test connection": a wire of its own, CHECK, an answer within 20 s. source need not be stored (id 0: config and secrets as given; else stored
 * secrets fill what secrets leaves out). */
enum error_code capture_check(struct capture *capture, const char *client, const struct capture_source *source, struct str secrets,
                              struct source_account *account_out, struct error *error);

/* The same of a stored source where no capture is: for the command line. Of options, data_folder, programs_folder and allows_private are looked at. */
enum error_code capture_check_stored(const struct capture_options *options, struct record *records, const struct capture_source *source,
                                     struct source_account *account_out, struct error *error);

/* A person looks something up on the platform (SEARCH, THREAD or FILL) through the source's own wire: at most `most` posts within 20 s, in arena, ids
 * as the archive has them. keeps: they are taken into the client's archive. */
enum error_code capture_look(struct capture *capture, const char *client, int64_t source, enum source_mode mode, const struct source_query *query, size_t most,
                             bool keeps, struct arena *arena, struct post **posts_out, size_t *count_out, struct error *error);

/* Somebody brought posts to a source's door (a webhook): its connector looks at the proof and takes them in. Returns when they are committed, within 20 s.
 * result_out->failure says what the connector said: SOURCE_AUTH, SOURCE_REFUSED, SOURCE_DUPLICATE ... ERROR_NOT_FOUND: no such source, or its connector
 * takes no deliveries; ERROR_BUSY: it is paused, starting, or did not answer in time: the sender may try again. */
struct capture_delivery {
    struct str name; /* of the delivery, at most SOURCE_KEY_BYTES - 1; empty: it has none */
    struct str timestamp, signature, body;
};
enum error_code capture_deliver(struct capture *capture, const char *client, int64_t source, const struct capture_delivery *delivery,
                                struct source_result *result_out, struct error *error);

/* ---- Out: deeds. Written down as sending before a word leaves the house ---- */

enum capture_deed_state { CAPTURE_WAITS, CAPTURE_SENDING, CAPTURE_SENT, CAPTURE_FAILED, CAPTURE_UNKNOWN /* a person looks, and says */ };
extern const char *const capture_deed_states[5]; /* waiting sending sent failed unknown */
struct capture_deed {
    int64_t                 id, source, member;
    enum capture_deed_state state;
    enum source_act         act;
    struct str              key, target, text, lang, visibility; /* target: a post's id as the archive has it */
    struct str              native_id, native_url, message, member_name;
    enum source_failure     failure;
    unsigned                tries;
    int64_t                 made_us, changed_us, retry_us;
};
/* key empty: made here. The same key again gives the same deed (ERROR_CONFLICT where it says something else). ERROR_INVALID: too long for the
 * platform, an act that the connector does not have, no such post. */
enum error_code capture_deed_add(struct capture *capture, const char *client, struct record_actor actor, const struct capture_deed *deed, int64_t *id_out,
                                 struct error *error);
enum error_code capture_deed_by_id(struct record *records, int64_t id, struct arena *arena, struct capture_deed *deed_out, struct error *error);
/* Newest first, those with an id below before (0: all). */
enum error_code capture_deeds(struct record *records, int64_t before, size_t most, struct arena *arena, struct capture_deed **deeds_out, size_t *count_out,
                              struct error *error);
/* Posts that are gone: deeds keep what we wrote to them, and not who they were. One transaction. */
enum error_code capture_forget_posts(struct record *records, const struct str *posts, size_t count, struct error *error);
/* A person has looked: it was sent (native_id, may be empty), or it was not (is_sent false: send it again, with the same key). Only for UNKNOWN. */
enum error_code capture_deed_settle(struct capture *capture, const char *client, struct record_actor actor, int64_t id, bool is_sent, struct str native_id,
                                    struct error *error);

#endif
