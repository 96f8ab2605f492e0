/* The log: what was committed since the last segment was written, in the order it happened.
 *
 * File "log-<number>", all numbers little-endian:
 *
 *     offset  bytes  what
 *     0       8      magic "BWLOG01\n"
 *     8       8      number of the log
 *     16      8      XXH3-64 of the 16 bytes before; the first link of the chain
 *     24      ...    records
 *
 *     record: u32 bytes of the payload, u8 type, payload, u64 link
 *             link = hash_mix(link before, XXH3-64 of length, type and payload)
 *     commit: type 1, payload: u64 number of the commit (1, 2, ...), u32 records since the last commit, u64 link before,
 *             u64 XXH3-64 of the 20 bytes before
 *
 * Because links form a chain, a record is only valid where it stands, behind all that stands before it.
 *
 * Validity: records count up to the last commit whose chain holds. What is behind it was never acknowledged and is cut off by the next
 * writer. Where the chain breaks although a later commit than the next one stands behind the break, acknowledged posts
 * would be lost by cutting: that is ERROR_CORRUPT, naming the offset. (Within the last commit a break cannot be told from a
 * commit that the power cut short.)
 * Versions: the last digits of the magic; a reader refuses others.
 */
#ifndef ARCHIVE_LOG_H
#define ARCHIVE_LOG_H

#include "base/vfs.h"

enum log_type {
    LOG_COMMIT = 1,
    LOG_POST = 2,          /* sized language, then post_encode's bytes */
    LOG_REFRESH = 3,       /* sized id, six zigzag varints: figures */
    LOG_DELETE_POST = 4,   /* sized id, zigzag varint: when */
    LOG_DELETE_AUTHOR = 5, /* sized folded name, zigzag varint: when */
    LOG_STATE = 6,         /* sized name, sized value */
    LOG_DELETE_ACCOUNT = 7, /* sized folded platform, zigzag varint: when, sized folded id */
};

enum { LOG_HEADER_BYTES = 24, LOG_MAX_PAYLOAD = 64 * 1024 * 1024 };

/* Where a reader of the log stands: behind a commit. */
struct log_place {
    uint64_t offset, link, commit;
};

/* Called for each record of committed batches, in order. An error stops the replay and is returned. */
typedef enum error_code (*log_visit_fn)(void *context, enum log_type type, struct str payload, struct error *error);
/* Called after the records of a commit. */
typedef enum error_code (*log_commit_fn)(void *context, struct error *error);

/* Reads what was committed behind *place ({0}: from the start) and moves *place on. visit sees a batch only when its commit is whole.
 * *is_same_out is false, and nothing is visited, where *place is not in this log (it was cut back meanwhile): begin anew.
 * Errors: ERROR_NOT_FOUND, ERROR_CORRUPT, ERROR_IO, ERROR_MEMORY, and visit's. */
enum error_code log_replay(const char *path, uint64_t number, struct log_place *place, log_visit_fn visit, log_commit_fn commit,
                           void *context, bool *is_same_out, struct error *error);

/* The writing end. Records gather in memory and are written and synced by log_commit. */
struct log {
    struct vfs_file  file;
    uint64_t         number;
    struct log_place committed;
    uint64_t         link;     /* of the last record that was appended */
    uint32_t         pending;  /* records since the last commit */
    struct buf       buffer;   /* of them, as far as not written */
    uint64_t         written;  /* bytes of the file */
    bool             is_sync_off;
};

#define LOG_CLOSED ((struct log){.file = {.fd = -1}})

/* Makes a new, empty, synced log. The caller syncs the folder. */
enum error_code log_create(const char *path, uint64_t number, bool is_sync_off, struct log *log_out, struct error *error);
/* Opens one that log_replay has read up to *place, and cuts off what is behind. */
enum error_code log_open(const char *path, uint64_t number, const struct log_place *place, bool is_sync_off, struct log *log_out,
                         struct error *error);
void            log_close(struct log *log);

/* A record: log_begin, then append the payload to log->buffer, then log_end. ERROR_MEMORY takes back this record alone. */
size_t          log_begin(struct log *log, enum log_type type);
enum error_code log_end(struct log *log, size_t begun, struct error *error);
/* Durable when it returns. On an error the file is cut back to the last commit and the records are gone; *is_broken_out tells
 * that even the cutting failed, and that nothing may be written any more before the archive is opened anew. */
enum error_code log_commit(struct log *log, bool *is_broken_out, struct error *error);
void            log_rollback(struct log *log);

#endif
