/* The inside of an archive handle, for store.c (open, close), write.c, seal.c, replay.c and snapshot.c.
 *
 *     archive_add ─▶ log buffer + young builder + changes        (uncommitted: rolled back by forgetting them)
 *     archive_commit ─▶ log written and synced ─▶ changes applied ─▶ visible
 *     archive_seal ─▶ young builder becomes a segment, sides are written, a new log begins ─▶ manifest swapped
 *
 * Invariants, where no call is running:
 *  1. What the archive holds is the manifest plus the committed part of its log; memory holds the same, readable.
 *  2. Of the versions of one id, at most one is not deleted.
 *  3. A file that the manifest names exists, whole and synced, and does not change (the log alone grows).
 *  4. parts[].side and young up to young_committed show what was committed; what was not is in changes and behind young_committed.
 *
 * Locks: archive->lock guards everything here and is the only lock; snapshots are immutable and need none. It is held over file writes,
 * so a snapshot may wait for a seal. Nothing is called back while it is held.
 */
#ifndef ARCHIVE_STORE_H
#define ARCHIVE_STORE_H

#include "archive/archive.h"
#include "archive/builder.h"
#include "archive/log.h"
#include "archive/manifest.h"
#include "archive/segment.h"
#include "archive/side.h"

#include <pthread.h>

enum {
    SEAL_POSTS = 131072,       /* defaults of archive_options */
    SEAL_BYTES = 128 << 20,
    FREEZE_POSTS = 4096,       /* pending posts that a snapshot has seen become an image that is not built again */
    CLOSE_SEAL_POSTS = 1024,   /* closing seals so many: a reader should not have to analyse them again */
    MERGE_MAX_POSTS = 1 << 20, /* no segment becomes larger by merging: memory is bounded */
    MERGE_SAME_SIZE = 4,       /* so many segments of similar size may stand side by side */
    STATE_NAME_MAX_BYTES = 512,
    STATE_VALUE_MAX_BYTES = 16 << 20,
};

struct part {
    uint64_t        number; /* 0: in memory, its posts are in the log */
    struct segment *segment;
    struct side    *side;      /* what was committed; ours alone; NULL: nothing */
    struct side    *published; /* a copy for snapshots; NULL: none made since side changed */
    bool            is_side_dirty; /* differs from its file */
    uint64_t        side_generation, side_bytes;
    int64_t         first_us, last_us;
};

/* A deletion or a refresh that is not committed yet. */
#define CHANGE_YOUNG UINT32_MAX
struct change {
    uint32_t            part, doc; /* part CHANGE_YOUNG: in the young builder */
    bool                is_delete, is_refresh;
    struct side_figures figures;
};

struct changes {
    struct change *rows; /* one for each (part, doc) */
    uint32_t       count, capacity;
    uint32_t      *slots; /* row + 1 */
    uint32_t       slot_count;
};

struct ledger {
    struct deletion *rows;
    size_t           count, committed, capacity;
    uint32_t        *slots; /* row + 1 */
    size_t           slot_count;
};

struct value_row {
    struct buf name, value;
};

struct values {
    struct value_row *rows;
    size_t            count, capacity;
};

struct archive {
    pthread_mutex_t        lock;
    char                   folder[480];
    enum archive_mode      mode;
    struct archive_options options;
    struct vfs_file        lock_file;
    struct text_analyser  *analyser;
    struct record_reader  *reader;
    struct arena           scratch; /* of one call */
    struct buf             folded;  /* of one call */
    uint64_t               next_number, log_number;
    struct buf             manifest_bytes; /* as the file has them */
    struct part           *parts;
    uint32_t               part_count, part_capacity;
    struct segment_builder young;
    uint32_t               young_committed;
    struct segment        *young_image; /* of the committed ones; NULL: none made since they changed */
    bool                   is_young_watched; /* a snapshot was taken while there were many */
    struct changes         changes;
    struct ledger          ledger;
    struct values          values, new_values;
    struct log             log;      /* writers */
    struct log_place       log_place; /* readers */
    uint32_t               failed_seal_posts; /* pending when sealing failed; it is tried again when there are some more */
    bool                   is_replaying, is_broken;
};

/* A post's newest version that is not deleted. */
struct found {
    bool                is_found;
    uint32_t            part, doc; /* part CHANGE_YOUNG: young */
    struct side_figures figures;
};

/* changes.c */
struct change *changes_find(const struct changes *changes, uint32_t part, uint32_t doc);
bool           changes_reserve(struct changes *changes, size_t more);
struct change *changes_at(struct changes *changes, uint32_t part, uint32_t doc); /* found or new; room was reserved */
void           changes_clear(struct changes *changes);
void           changes_fini(struct changes *changes);
void           changes_sort(struct changes *changes); /* by part, then document; lookups are over */
bool           ledger_add(struct ledger *ledger, enum deletion_kind kind, uint64_t hash, int64_t at_us);
bool           ledger_holds(const struct ledger *ledger, enum deletion_kind kind, uint64_t hash, int64_t at_us);
void           ledger_rollback(struct ledger *ledger);
void           ledger_fini(struct ledger *ledger);
bool           values_put(struct values *values, struct str name, struct str value);
bool           values_get(const struct values *values, struct str name, struct str *value_out);
void           values_clear(struct values *values);

/* store.c */
enum error_code store_path(const struct archive *archive, const char *format, uint64_t number, uint64_t generation, char path[512],
                           struct error *error);
void            part_fini(struct part *part);
bool            store_add_part(struct archive *archive, struct part part);
uint32_t        store_pending(const struct archive *archive); /* committed posts that are in no sealed segment */
uint64_t        store_file_bytes(const struct archive *archive);
/* Reads the manifest and what it names, and the log; parts that are open already are kept. */
enum error_code store_load(struct archive *archive, struct error *error);
/* The same for a reader, who may have to look more than once while a writer changes files. */
enum error_code store_look(struct archive *archive, struct error *error);

/* write.c: the operations themselves, for callers who hold the lock; while replaying nothing is logged */
enum error_code store_add(struct archive *archive, const struct post *post, const struct text_facts *facts, bool is_retold,
                          enum archive_added *added_out, struct error *error);
enum error_code store_refresh(struct archive *archive, struct str id, const struct side_figures *figures, struct error *error);
enum error_code store_find(struct archive *archive, struct str id, struct found *found, struct error *error);
/* The post itself; its strings live until the next call with archive->reader. */
enum error_code store_load_post(struct archive *archive, const struct found *found, struct post *post_out, struct error *error);
bool            store_is_live(const struct archive *archive, uint32_t part, uint32_t doc);
struct str      store_fold(struct archive *archive, struct str name); /* valid until the next call */
enum error_code store_begin_write(struct archive *archive, struct error *error); /* takes the lock, whatever it returns */
enum error_code store_end_write(struct archive *archive, enum error_code code);
/* Makes visible what was added; cannot fail but for want of memory, which leaves the handle broken. */
enum error_code store_apply(struct archive *archive, struct error *error);
enum error_code store_refuse_broken(const struct archive *archive, struct error *error); /* is_broken: says so */
void            store_rollback(struct archive *archive);
enum error_code store_commit(struct archive *archive, struct error *error);

/* delete.c: as write.c's */
struct wanted_author {
    struct str platform; /* folded; empty: on all of them, by handle or id; else by id (by handle where a post says no id) */
    struct str name;     /* folded */
    void (*visit)(void *context, struct str id); /* may be NULL */
    void      *context;
};
enum error_code store_delete_post(struct archive *archive, struct str id, int64_t at_us, bool is_remembered, bool *was_there_out, struct error *error);
enum error_code store_delete_author(struct archive *archive, const struct wanted_author *wanted, int64_t at_us, uint64_t *deleted_out,
                                    struct error *error);
uint64_t        store_account_hash(struct archive *archive, struct str platform, struct str account); /* folds both */

/* replay.c */
enum error_code store_replay(struct archive *archive, bool *is_same_out, struct error *error);

/* seal.c */
enum error_code store_seal(struct archive *archive, struct error *error);
enum error_code store_freeze(struct archive *archive, struct error *error); /* nothing is uncommitted */
enum error_code store_write_manifest(struct archive *archive, const struct part *parts, uint32_t part_count, uint64_t log_number,
                                     struct error *error);

#endif
