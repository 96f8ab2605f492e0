/* Posts at rest. One folder, one writer, any number of readers in this and other processes.
 *
 *     writer: archive_open(ARCHIVE_WRITE) -> archive_add ... archive_commit (durable) ... -> archive_seal -> archive_close
 *     reader: archive_open(ARCHIVE_READ)  -> archive_snapshot -> the nine questions -> archive_snapshot_release
 *
 * A snapshot is immutable: it sees what was committed before it was taken and nothing later.
 * How the bytes lie on disk is told at the top of log.h, manifest.h and segment.h.
 */
#ifndef ARCHIVE_ARCHIVE_H
#define ARCHIVE_ARCHIVE_H

#include "base/arena.h"
#include "base/error.h"
#include "post/post.h"
#include "query/query.h"
#include "text/text.h"

struct archive;
struct archive_snapshot;

enum archive_mode { ARCHIVE_READ, ARCHIVE_WRITE };

struct archive_options {
    uint32_t seal_posts;  /* seal when so many posts are pending; 0: 131072 */
    uint64_t seal_bytes;  /* or so many bytes of them; 0: 128 MiB */
    uint32_t merge_posts; /* no merge makes a segment of more; 0: 1048576. A merge takes some seconds for a million, and writes wait for it */
    bool     is_sync_off; /* tests only: commits are not synced */
};

/* Opens the folder (made where missing when writing) and recovers: all that was committed is there, nothing half-written shows.
 * Errors: ERROR_CONFLICT (a second writer), ERROR_NOT_FOUND (reading a folder that has no archive), ERROR_CORRUPT (names file and offset),
 * ERROR_READ_ONLY, ERROR_IO. */
enum error_code archive_open(const char *folder, enum archive_mode mode, const struct archive_options *options,
                             struct archive **archive_out, struct error *error);
/* Writers: what was added after the last commit is dropped. free(NULL) is legal. */
void archive_close(struct archive *archive);

/* ---- Writing ---- */

enum archive_added {
    ARCHIVE_NEW,
    ARCHIVE_DUPLICATE, /* the same id says the same */
    ARCHIVE_REFRESHED, /* the same id says the same with other engagement figures: the latest win */
    ARCHIVE_EDITED,    /* the same id says something else now: the new text replaces the old everywhere */
    ARCHIVE_WITHHELD,  /* it, or its author up to then, was deleted here: it stays away */
};

/* Adds a post with its facts; visible after the commit. On an error the archive is as it was before the call. */
enum error_code archive_add(struct archive *archive, const struct post *post, const struct text_facts *facts,
                            enum archive_added *added_out, struct error *error);
/* The same for a post at second hand, as another tool's export tells it: where the id is here its words stay as they are, and only what figures it
 * knows are taken. So the same post from three tools does not change with whoever was imported last. */
enum error_code archive_add_retold(struct archive *archive, const struct post *post, const struct text_facts *facts,
                                   enum archive_added *added_out, struct error *error);
/* Whether a post is here, what was added since the last commit included. */
enum error_code archive_holds(struct archive *archive, struct str id, bool *is_here_out, struct error *error);
/* New figures alone of a post that is here; those that are unknown stay as they were. ARCHIVE_REFRESHED, ARCHIVE_DUPLICATE (it has them), or
 * ARCHIVE_WITHHELD: there is no such post. */
enum error_code archive_refresh(struct archive *archive, struct str id, const struct post_metrics *metrics, enum archive_added *added_out,
                                struct error *error);
/* Durable when it returns: written and synced. On an error (ERROR_NO_SPACE) everything since the last commit is dropped. */
enum error_code archive_commit(struct archive *archive, struct error *error);
/* Drops what was added since the last commit. */
void            archive_rollback(struct archive *archive);
/* True after a write that may or may not be on the disk (a failed sync that could not be taken back): the handle writes no more. Close it
 * and open the folder anew: what was committed is there. Snapshots taken before live on. */
bool            archive_is_broken(struct archive *archive);
/* A small value kept in the same commit as the posts, by name (a source's cursor, an import's place). */
enum error_code archive_put_state(struct archive *archive, struct str name, struct str value, struct error *error);
/* The value as of the last commit plus what was put since; empty where there is none. */
enum error_code archive_get_state(struct archive *archive, struct str name, struct arena *arena, struct str *value_out, struct error *error);

/* Deletes: gone from every answer at the commit, from the bytes at the next merge of their segment, or by archive_erase. */
enum error_code archive_delete_post(struct archive *archive, struct str id, bool *was_there_out, struct error *error);
/* All posts of an author (matched like author: in a query, over all platforms). */
enum error_code archive_delete_author(struct archive *archive, struct str author, uint64_t *deleted_out, struct error *error);
/* What a platform says is deleted there. As the two above, but nothing is remembered of what is not here (a firehose deletes millions of posts
 * that nobody kept), and an account is one of one platform: those who have the id elsewhere are others. Its handle counts only where a post
 * says no id. visit (may be NULL) is told of each post that goes. */
enum error_code archive_drop_post(struct archive *archive, struct str id, bool *was_there_out, struct error *error);
enum error_code archive_drop_account(struct archive *archive, struct str platform, struct str account, void (*visit)(void *context, struct str id),
                                     void *context, uint64_t *deleted_out, struct error *error);
/* Rewrites every segment that holds deleted posts, and the log. */
enum error_code archive_erase(struct archive *archive, struct error *error);

/* Turns what is pending into a segment and merges small segments. Called by itself when thresholds are reached. */
enum error_code archive_seal(struct archive *archive, struct error *error);

/* ---- Reading ---- */

/* Writers see their own commits. Readers look at the folder anew each time. */
enum error_code archive_snapshot(struct archive *archive, struct archive_snapshot **snapshot_out, struct error *error);
/* Snapshots are shared by count, by any number of threads, and may be asked by all of them at once. Returns snapshot. */
struct archive_snapshot *archive_snapshot_keep(struct archive_snapshot *snapshot);
void            archive_snapshot_release(struct archive_snapshot *snapshot); /* legal on NULL */

struct archive_stats {
    uint64_t posts, deleted, bytes; /* bytes: of all files of the archive */
    uint32_t segments, pending;     /* pending: posts in the log, not yet in a segment */
    int64_t  first_us, last_us;     /* 0 where there are no posts */
};
enum error_code archive_stats(struct archive_snapshot *snapshot, struct archive_stats *stats_out, struct error *error);

/* The nine questions. root may carry since: and until:; every question sees the posts that query_match would accept. All results are in arena. */

enum error_code archive_count(struct archive_snapshot *snapshot, const struct query_node *root, struct arena *arena, uint64_t *count_out,
                              struct error *error);

struct archive_bucket {
    int64_t  at_us; /* start, a multiple of width_us since 1970 */
    uint64_t count;
};
enum { ARCHIVE_MAX_BUCKETS = 200000 };
/* Buckets from the first to the last match, empty ones between included. ERROR_TOO_LARGE over ARCHIVE_MAX_BUCKETS. */
enum error_code archive_timeline(struct archive_snapshot *snapshot, const struct query_node *root, int64_t width_us, struct arena *arena,
                                 struct archive_bucket **buckets_out, size_t *count_out, struct error *error);

struct archive_value {
    struct str value;
    uint64_t   count; /* posts */
};
/* Posts by value of a field, most first: author, platform, community, kind, lang, tag, mention, link, site, thread, has.
 * Equal counts are in byte order of their values (threads: in an order that is always the same). Values are what the field compares: tags
 * and mentions without # and @, links in canonical form; a post that does not say a value is not counted.
 * (Top authors, links and tags are this question.) ERROR_INVALID for a field that has no values to list. */
enum error_code archive_breakdown(struct archive_snapshot *snapshot, const struct query_node *root, enum query_field field, size_t top,
                                  struct arena *arena, struct archive_value **values_out, size_t *count_out, struct error *error);

struct archive_term {
    struct str term;  /* a key of text.h: word, #tag, @mention, emoji; no links, no stop words */
    uint64_t   count; /* matching posts that hold it */
    double     score; /* log-odds with an informative Dirichlet prior against all other posts, as z (Monroe, Colaresi, Quinn 2008, eq. 22) */
};
/* Terms that stand out in the matching posts against the rest of the archive, strongest first; each in at least two matching posts. Where
 * everything matches and there is no rest, those that most posts hold, with score 0. At most ARCHIVE_MAX_TERMS. */
enum { ARCHIVE_MAX_TERMS = 1000 };
enum error_code archive_terms(struct archive_snapshot *snapshot, const struct query_node *root, size_t top, struct arena *arena,
                              struct archive_term **terms_out, size_t *count_out, struct error *error);

enum archive_order { ARCHIVE_NEWEST, ARCHIVE_OLDEST, ARCHIVE_TOP /* likes + reposts + replies, then newest */ };
enum { ARCHIVE_MAX_PAGE = 10000 };
struct archive_page {
    struct post *posts;
    size_t       count;
    struct str   next_cursor; /* opaque, printable; empty at the end */
};
/* A page of posts. A cursor goes on exactly behind the last post of its page, also when posts were added or merged meanwhile.
 * ERROR_INVALID for a cursor that is not one of ours or belongs to another order. */
enum error_code archive_posts(struct archive_snapshot *snapshot, const struct query_node *root, enum archive_order order, size_t limit,
                              struct str cursor, struct arena *arena, struct archive_page *page_out, struct error *error);
/* ERROR_NOT_FOUND names the id. */
enum error_code archive_post(struct archive_snapshot *snapshot, struct str id, struct arena *arena, struct post *post_out, struct error *error);
/* Every post of the thread that id stands in (given the id of any of its posts), oldest first. */
enum error_code archive_thread(struct archive_snapshot *snapshot, struct str id, struct arena *arena, struct post **posts_out, size_t *count_out,
                               struct error *error);

/* Every matching post in order of time (then id), with facts found anew (want: enum text_want; the language is the one stored).
 * visit returns false to stop early. The arena that post and facts live in is reset after each visit. */
typedef bool (*archive_visit_fn)(void *context, const struct post *post, const struct text_facts *facts);
enum error_code archive_scan(struct archive_snapshot *snapshot, const struct query_node *root, int64_t since_us, int64_t until_us, unsigned want,
                             archive_visit_fn visit, void *context, struct error *error);

#endif
