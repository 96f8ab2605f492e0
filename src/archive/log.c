#include "archive/log.h"

#include "base/hash.h"

static const char magic[8] = "BWLOG01\n";

enum { FRAME_HEAD = 5, FRAME_TAIL = 8, COMMIT_PAYLOAD = 28, COMMIT_FRAME = FRAME_HEAD + COMMIT_PAYLOAD + FRAME_TAIL };

static void make_header(uint64_t number, uint8_t header[LOG_HEADER_BYTES])
{
    memcpy(header, magic, 8);
    memcpy(header + 8, &number, 8);
    uint64_t sum = hash_bytes(header, 16);
    memcpy(header + 16, &sum, 8);
}

static uint64_t first_link(uint64_t number)
{
    uint8_t  header[LOG_HEADER_BYTES];
    uint64_t link;
    make_header(number, header);
    memcpy(&link, header + 16, 8);
    return link;
}

/* ---- Reading ---- */

struct frame {
    enum log_type type;
    struct str    payload;
    uint64_t      link;
    size_t        bytes;
};

/* The frame at the start of bytes, if a whole one stands there that follows link. */
static bool read_frame(struct str bytes, uint64_t link, struct frame *frame_out)
{
    struct reader reader = reader_of(bytes);
    uint32_t      len = reader_u32(&reader);
    uint8_t       type = reader_u8(&reader);
    struct str    payload = reader_bytes(&reader, len);
    uint64_t      own = reader_u64(&reader);
    if (reader.has_failed || len > LOG_MAX_PAYLOAD || own != hash_mix(link, hash_bytes(bytes.ptr, FRAME_HEAD + len)))
        return false;
    *frame_out = (struct frame){type, payload, own, FRAME_HEAD + len + FRAME_TAIL};
    return true;
}

static bool read_commit(struct str payload, uint64_t *commit_out, uint32_t *records_out)
{
    struct reader reader = reader_of(payload);
    *commit_out = reader_u64(&reader);
    *records_out = reader_u32(&reader);
    reader_u64(&reader);
    return payload.len == COMMIT_PAYLOAD && reader_u64(&reader) == hash_bytes(payload.ptr, COMMIT_PAYLOAD - 8);
}

/* The end of the last whole commit at the start of bytes; place moves there. */
static size_t find_committed(struct str bytes, struct log_place *place)
{
    size_t       at = 0, committed = 0;
    uint64_t     link = place->link;
    uint32_t     records = 0;
    struct frame frame;
    while (read_frame(str_slice(bytes.ptr + at, bytes.len - at), link, &frame)) {
        link = frame.link;
        at += frame.bytes;
        if (frame.type != LOG_COMMIT) {
            records++;
            continue;
        }
        uint64_t commit;
        uint32_t told;
        if (!read_commit(frame.payload, &commit, &told) || commit != place->commit + 1 || told != records)
            break;
        records = 0;
        committed = at;
        place->link = link;
        place->commit = commit;
    }
    place->offset += committed;
    return committed;
}

/* True where a commit later than the next one stands in bytes, at whatever place. */
static bool holds_later_commit(struct str bytes, uint64_t next)
{
    const char head[FRAME_HEAD] = {COMMIT_PAYLOAD, 0, 0, 0, LOG_COMMIT}, *at = bytes.ptr, *end = bytes.ptr + bytes.len;
    while (at && (size_t)(end - at) >= COMMIT_FRAME && (at = memmem(at, (size_t)(end - at), head, sizeof head))) {
        uint64_t commit;
        uint32_t records;
        if ((size_t)(end - at) >= COMMIT_FRAME && read_commit(str_slice(at + FRAME_HEAD, COMMIT_PAYLOAD), &commit, &records) &&
            commit > next)
            return true;
        at++;
    }
    return false;
}

static enum error_code visit_committed(struct str bytes, log_visit_fn visit, log_commit_fn commit, void *context, struct error *error)
{
    struct reader reader = reader_of(bytes);
    while (reader_left(&reader)) {
        uint32_t        len = reader_u32(&reader);
        uint8_t         type = reader_u8(&reader);
        struct str      payload = reader_bytes(&reader, len);
        enum error_code code = type == LOG_COMMIT ? commit(context, error) : visit(context, type, payload, error);
        reader_u64(&reader);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

static enum error_code check_header(const char *path, uint64_t number, struct str bytes, struct error *error)
{
    uint8_t header[LOG_HEADER_BYTES];
    make_header(number, header);
    if (bytes.len < LOG_HEADER_BYTES || memcmp(bytes.ptr, header, LOG_HEADER_BYTES) != 0)
        return error_set(error, ERROR_CORRUPT, "%s: offset 0: not the header of log %llu", path, (unsigned long long)number);
    return ERROR_NONE;
}

enum error_code log_replay(const char *path, uint64_t number, struct log_place *place, log_visit_fn visit, log_commit_fn commit,
                           void *context, bool *is_same_out, struct error *error)
{
    struct vfs_file file;
    struct buf      bytes = {0};
    uint64_t        size, from = 0;
    size_t          got = 0, known = LOG_HEADER_BYTES;
    enum error_code code = vfs_open(path, VFS_READ, &file, error);
    if (code)
        return code;
    *is_same_out = true;
    if (place->offset)
        from = place->offset - 8, known = 8; /* the link of the commit that we stand behind */
    code = vfs_size(&file, &size, error);
    if (!code && place->offset && size < place->offset)
        *is_same_out = false;
    else if (!code) {
        if (!buf_reserve(&bytes, size - (from < size ? from : size) + 1))
            code = error_set(error, ERROR_MEMORY, "no memory to read %s", path);
        if (!code)
            code = vfs_read_at(&file, bytes.ptr, size > from ? size - from : 0, from, &got, error);
        bytes.len = got;
        if (!code && !place->offset)
            code = check_header(path, number, buf_str(&bytes), error);
        else if (!code)
            *is_same_out = got >= 8 && memcmp(bytes.ptr, &place->link, 8) == 0;
    }
    vfs_close(&file);
    if (!code && *is_same_out) {
        if (!place->offset)
            *place = (struct log_place){LOG_HEADER_BYTES, first_link(number), 0};
        struct log_place next = *place;
        struct str       rest = str_slice(bytes.ptr + known, bytes.len - known);
        size_t           committed = find_committed(rest, &next);
        if (holds_later_commit(str_slice(rest.ptr + committed, rest.len - committed), next.commit + 1))
            code = error_set(error, ERROR_CORRUPT, "%s: offset %llu: a commit is broken, and later ones stand behind it", path,
                             (unsigned long long)next.offset);
        if (!code)
            code = visit_committed(str_slice(rest.ptr, committed), visit, commit, context, error);
        if (!code)
            *place = next;
    }
    buf_fini(&bytes);
    return code;
}

/* ---- Writing ---- */

enum error_code log_create(const char *path, uint64_t number, bool is_sync_off, struct log *log_out, struct error *error)
{
    uint8_t header[LOG_HEADER_BYTES];
    *log_out = LOG_CLOSED;
    log_out->number = number;
    log_out->is_sync_off = is_sync_off;
    enum error_code code = vfs_remove(path, error); /* left behind by a swap of manifests that did not happen */
    if (!code)
        code = vfs_open(path, VFS_WRITE_NEW, &log_out->file, error);
    if (code)
        return code;
    make_header(number, header);
    code = vfs_write(&log_out->file, header, sizeof header, error);
    if (!code && !is_sync_off)
        code = vfs_sync(&log_out->file, error);
    if (code) {
        log_close(log_out);
        return code;
    }
    log_out->committed = (struct log_place){LOG_HEADER_BYTES, first_link(number), 0};
    log_out->link = log_out->committed.link;
    log_out->written = LOG_HEADER_BYTES;
    return ERROR_NONE;
}

enum error_code log_open(const char *path, uint64_t number, const struct log_place *place, bool is_sync_off, struct log *log_out,
                         struct error *error)
{
    *log_out = (struct log){.file = VFS_CLOSED, .number = number, .committed = *place, .link = place->link, .written = place->offset,
                            .is_sync_off = is_sync_off};
    uint64_t        size;
    enum error_code code = vfs_open(path, VFS_APPEND, &log_out->file, error);
    if (!code)
        code = vfs_size(&log_out->file, &size, error);
    if (!code && size > place->offset)
        code = vfs_truncate(&log_out->file, place->offset, error);
    if (code)
        log_close(log_out);
    return code;
}

void log_close(struct log *log)
{
    vfs_close(&log->file);
    buf_fini(&log->buffer);
    *log = LOG_CLOSED;
}

size_t log_begin(struct log *log, enum log_type type)
{
    size_t begun = log->buffer.len;
    buf_append_u32(&log->buffer, 0);
    buf_append_u8(&log->buffer, (uint8_t)type);
    return begun;
}

enum error_code log_end(struct log *log, size_t begun, struct error *error)
{
    struct buf *buffer = &log->buffer;
    size_t      len = buffer->len - begun;
    if (buffer->has_failed || !buf_reserve(buffer, FRAME_TAIL)) {
        buffer->len = begun;
        buffer->has_failed = false;
        return error_set(error, ERROR_MEMORY, "no memory to keep %zu bytes for the log", len);
    }
    if (len - FRAME_HEAD > LOG_MAX_PAYLOAD) {
        buffer->len = begun;
        return error_set(error, ERROR_TOO_LARGE, "a record of %zu bytes, more than %d", len - FRAME_HEAD, LOG_MAX_PAYLOAD);
    }
    uint32_t payload = (uint32_t)(len - FRAME_HEAD);
    memcpy(buffer->ptr + begun, &payload, 4);
    log->link = hash_mix(log->link, hash_bytes(buffer->ptr + begun, len));
    buf_append_u64(buffer, log->link);
    log->pending++;
    return ERROR_NONE;
}

void log_rollback(struct log *log)
{
    buf_clear(&log->buffer);
    log->buffer.has_failed = false;
    log->pending = 0;
    log->link = log->committed.link;
}

static enum error_code write_commit(struct log *log, struct error *error)
{
    uint32_t records = log->pending;
    size_t   begun = log_begin(log, LOG_COMMIT), payload = log->buffer.len;
    buf_append_u64(&log->buffer, log->committed.commit + 1);
    buf_append_u32(&log->buffer, records);
    buf_append_u64(&log->buffer, log->link);
    if (!log->buffer.has_failed)
        buf_append_u64(&log->buffer, hash_bytes(log->buffer.ptr + payload, log->buffer.len - payload));
    enum error_code code = log_end(log, begun, error);
    if (!code)
        code = vfs_write(&log->file, log->buffer.ptr, log->buffer.len, error);
    if (!code && !log->is_sync_off)
        code = vfs_sync(&log->file, error);
    return code;
}

enum error_code log_commit(struct log *log, bool *is_broken_out, struct error *error)
{
    *is_broken_out = false;
    if (log->pending == 0)
        return ERROR_NONE;
    enum error_code code = write_commit(log, error);
    if (code) {
        *is_broken_out = vfs_truncate(&log->file, log->committed.offset, NULL) != ERROR_NONE;
        log_rollback(log);
        return code;
    }
    log->committed = (struct log_place){log->committed.offset + log->buffer.len, log->link, log->committed.commit + 1};
    log->written = log->committed.offset;
    log->pending = 0;
    buf_clear(&log->buffer);
    return ERROR_NONE;
}
