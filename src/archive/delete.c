/* Deleting: a post, an author, an account of one platform. */
#include "archive/store.h"

#include "base/clock.h"

#include <stdlib.h>

static enum error_code log_delete(struct archive *archive, enum log_type type, struct str name, int64_t at_us, struct str account,
                                  struct error *error)
{
    if (archive->is_replaying)
        return ERROR_NONE;
    size_t begun = log_begin(&archive->log, type);
    buf_append_sized(&archive->log.buffer, name);
    buf_append_varint(&archive->log.buffer, zigzag(at_us));
    if (type == LOG_DELETE_ACCOUNT)
        buf_append_sized(&archive->log.buffer, account);
    return log_end(&archive->log, begun, error);
}

/* ---- One post ---- */

enum error_code store_delete_post(struct archive *archive, struct str id, int64_t at_us, bool is_remembered, bool *was_there_out, struct error *error)
{
    struct found    found;
    enum error_code code = store_find(archive, id, &found, error);
    *was_there_out = false;
    if (code || (!found.is_found && !is_remembered))
        return code;
    size_t deletions = archive->ledger.count;
    if (!changes_reserve(&archive->changes, 1) || !ledger_add(&archive->ledger, DELETION_POST, hash_str(id), at_us))
        return error_set(error, ERROR_MEMORY, "no memory for a deletion");
    if (archive->ledger.count == deletions && !found.is_found)
        return ERROR_NONE; /* deleted before */
    code = log_delete(archive, LOG_DELETE_POST, id, at_us, (struct str){0}, error);
    if (code) {
        size_t committed = archive->ledger.committed;
        archive->ledger.committed = deletions; /* takes back this one alone */
        ledger_rollback(&archive->ledger);
        archive->ledger.committed = committed;
        return code;
    }
    if (found.is_found)
        changes_at(&archive->changes, found.part, found.doc)->is_delete = true;
    *was_there_out = found.is_found;
    return ERROR_NONE;
}

/* ---- All of somebody ---- */

/* Documents of an author, gathered first and deleted only when all are known: so an error changes nothing. */
struct gathered {
    struct change *rows;
    size_t         count, capacity;
};

static bool gather(const struct archive *archive, struct gathered *gathered, uint32_t part, uint32_t doc)
{
    if (!store_is_live(archive, part, doc))
        return true;
    if (gathered->count == gathered->capacity) {
        size_t         capacity = gathered->capacity ? gathered->capacity * 2 : 64;
        struct change *rows = realloc(gathered->rows, capacity * sizeof *rows);
        if (!rows)
            return false;
        gathered->rows = rows;
        gathered->capacity = capacity;
    }
    gathered->rows[gathered->count++] = (struct change){.part = part, .doc = doc};
    return true;
}

/* The numbers of the wanted words in one part; none is NONE in both kinds of part. */
struct wanted_numbers {
    bool     has_platform;
    uint32_t name, id, no_id, platform;
};
_Static_assert(INTERNER_NONE == DICTIONARY_NONE, "one word for none");

static bool is_somewhere(const struct wanted_numbers *wanted)
{
    bool is_named = wanted->name != DICTIONARY_NONE || wanted->id != DICTIONARY_NONE;
    return is_named && (!wanted->has_platform || wanted->platform != DICTIONARY_NONE);
}

static bool is_wanted(const struct wanted_numbers *wanted, uint32_t name, uint32_t id, uint32_t platform)
{
    bool is_id = id == wanted->id && id != DICTIONARY_NONE, is_name = name == wanted->name && name != DICTIONARY_NONE;
    return wanted->has_platform ? platform == wanted->platform && (is_id || (is_name && id == wanted->no_id)) : is_id || is_name;
}

static bool gather_young(const struct archive *archive, const struct wanted_author *author, struct gathered *gathered)
{
    const struct segment_builder *young = &archive->young;
    struct wanted_numbers         wanted = {.has_platform = author->platform.len > 0,
                                            .name = interner_find(&young->fields[SEGMENT_AUTHOR], author->name),
                                            .id = interner_find(&young->fields[SEGMENT_AUTHOR_ID], author->name),
                                            .no_id = interner_find(&young->fields[SEGMENT_AUTHOR_ID], STR("")),
                                            .platform = interner_find(&young->fields[SEGMENT_PLATFORM], author->platform)};
    for (uint32_t i = 0; is_somewhere(&wanted) && i < young->count; i++) {
        const uint32_t *fields = young->docs[i].fields;
        if (is_wanted(&wanted, fields[SEGMENT_AUTHOR], fields[SEGMENT_AUTHOR_ID], fields[SEGMENT_PLATFORM]) &&
            !gather(archive, gathered, CHANGE_YOUNG, i))
            return false;
    }
    return true;
}

static enum error_code find_word(struct segment *segment, enum segment_column which, struct str folded, uint32_t *ordinal_out, struct error *error)
{
    struct dictionary dictionary;
    enum error_code   code = segment_dictionary(segment, which, &dictionary, error);
    return code ? code : dictionary_find(&dictionary, folded, ordinal_out, error);
}

static enum error_code gather_part(const struct archive *archive, uint32_t part, const struct wanted_author *author, struct gathered *gathered,
                                   struct error *error)
{
    struct segment       *segment = archive->parts[part].segment;
    struct column         names, ids, platforms;
    struct wanted_numbers wanted = {.has_platform = author->platform.len > 0};
    enum error_code       code = find_word(segment, SEGMENT_AUTHOR, author->name, &wanted.name, error);
    if (!code)
        code = find_word(segment, SEGMENT_AUTHOR_ID, author->name, &wanted.id, error);
    if (!code)
        code = find_word(segment, SEGMENT_AUTHOR_ID, STR(""), &wanted.no_id, error);
    if (!code)
        code = find_word(segment, SEGMENT_PLATFORM, author->platform, &wanted.platform, error);
    if (code || !is_somewhere(&wanted))
        return code;
    if ((code = segment_column(segment, SEGMENT_AUTHOR, &names, error)) || (code = segment_column(segment, SEGMENT_AUTHOR_ID, &ids, error)) ||
        (code = segment_column(segment, SEGMENT_PLATFORM, &platforms, error)))
        return code;
    for (uint32_t i = 0; i < segment_count(segment); i++)
        if (is_wanted(&wanted, column_get(&names, i), column_get(&ids, i), column_get(&platforms, i)) && !gather(archive, gathered, part, i))
            return error_set(error, ERROR_MEMORY, "no memory for %zu deletions", gathered->count);
    return ERROR_NONE;
}

static enum error_code tell(struct archive *archive, const struct wanted_author *wanted, const struct gathered *gathered, struct error *error)
{
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; wanted->visit && !code && i < gathered->count; i++) {
        struct found found = {.is_found = true, .part = gathered->rows[i].part, .doc = gathered->rows[i].doc};
        struct post  post;
        code = store_load_post(archive, &found, &post, error);
        if (!code)
            wanted->visit(wanted->context, post.id);
    }
    return code;
}

/* hash of two folded words */
static uint64_t account_hash(struct str platform, struct str account)
{
    return hash_mix(hash_str(platform), hash_str(account));
}

uint64_t store_account_hash(struct archive *archive, struct str platform, struct str account)
{
    uint64_t first = hash_str(store_fold(archive, platform));
    return hash_mix(first, hash_str(store_fold(archive, account)));
}

enum error_code store_delete_author(struct archive *archive, const struct wanted_author *wanted, int64_t at_us, uint64_t *deleted_out,
                                    struct error *error)
{
    bool            has_platform = wanted->platform.len > 0;
    uint64_t        hash = has_platform ? account_hash(wanted->platform, wanted->name) : hash_str(wanted->name);
    struct gathered gathered = {0};
    enum error_code code = ERROR_NONE;
    *deleted_out = 0;
    if (!gather_young(archive, wanted, &gathered))
        code = error_set(error, ERROR_MEMORY, "no memory for %zu deletions", gathered.count);
    for (uint32_t i = 0; !code && i < archive->part_count; i++)
        code = gather_part(archive, i, wanted, &gathered, error);
    bool is_remembered = gathered.count || !has_platform;
    if (!code && !changes_reserve(&archive->changes, gathered.count))
        code = error_set(error, ERROR_MEMORY, "no memory for %zu deletions", gathered.count);
    if (!code)
        code = tell(archive, wanted, &gathered, error);
    if (!code && is_remembered && !ledger_add(&archive->ledger, has_platform ? DELETION_ACCOUNT : DELETION_AUTHOR, hash, at_us))
        code = error_set(error, ERROR_MEMORY, "no memory for a deletion");
    if (!code && is_remembered)
        code = has_platform ? log_delete(archive, LOG_DELETE_ACCOUNT, wanted->platform, at_us, wanted->name, error)
                            : log_delete(archive, LOG_DELETE_AUTHOR, wanted->name, at_us, (struct str){0}, error);
    for (size_t i = 0; !code && i < gathered.count; i++)
        changes_at(&archive->changes, gathered.rows[i].part, gathered.rows[i].doc)->is_delete = true;
    *deleted_out = code ? 0 : gathered.count;
    free(gathered.rows);
    return code;
}

/* ---- The contract ---- */

static enum error_code delete_post(struct archive *archive, struct str id, bool is_remembered, bool *was_there_out, struct error *error)
{
    enum error_code code = store_begin_write(archive, error);
    if (!code) {
        arena_reset(&archive->scratch);
        code = store_delete_post(archive, id, clock_now_us(), is_remembered, was_there_out, error);
    }
    return store_end_write(archive, code);
}

enum error_code archive_delete_post(struct archive *archive, struct str id, bool *was_there_out, struct error *error)
{
    return delete_post(archive, id, true, was_there_out, error);
}

enum error_code archive_drop_post(struct archive *archive, struct str id, bool *was_there_out, struct error *error)
{
    return delete_post(archive, id, false, was_there_out, error);
}

static enum error_code delete_author(struct archive *archive, struct str platform, struct wanted_author wanted, uint64_t *deleted_out,
                                     struct error *error)
{
    enum error_code code = store_begin_write(archive, error);
    if (!code && wanted.name.len == 0)
        code = error_set(error, ERROR_INVALID, "no author is named");
    if (!code) {
        struct arena folded = {0};
        arena_reset(&archive->scratch);
        wanted.name = arena_str(&folded, store_fold(archive, wanted.name));
        wanted.platform = arena_str(&folded, store_fold(archive, platform));
        code = wanted.name.ptr && wanted.platform.ptr ? store_delete_author(archive, &wanted, clock_now_us(), deleted_out, error)
                                                      : error_set(error, ERROR_MEMORY, "no memory for the name of an author");
        arena_fini(&folded);
    }
    return store_end_write(archive, code);
}

enum error_code archive_delete_author(struct archive *archive, struct str author, uint64_t *deleted_out, struct error *error)
{
    return delete_author(archive, (struct str){0}, (struct wanted_author){.name = author}, deleted_out, error);
}

enum error_code archive_drop_account(struct archive *archive, struct str platform, struct str account, void (*visit)(void *context, struct str id),
                                     void *context, uint64_t *deleted_out, struct error *error)
{
    require(platform.len > 0);
    struct wanted_author wanted = {.name = account, .visit = visit, .context = context};
    return delete_author(archive, platform, wanted, deleted_out, error);
}
