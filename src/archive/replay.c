/* Doing again what the log says. */
#include "archive/store.h"

static enum error_code broken(const struct archive *archive, const char *what, struct error *error)
{
    return error_set(error, ERROR_CORRUPT, "%s/log-%llu: %s does not read", archive->folder, (unsigned long long)archive->log_number, what);
}

/* The text is analysed again: its facts are not in the log, but its language is, so nothing is guessed twice. */
static enum error_code replay_post(struct archive *archive, struct reader *reader, struct error *error)
{
    struct str         lang = reader_sized(reader);
    struct str         bytes = reader_bytes(reader, reader_left(reader));
    struct arena       arena = {0};
    struct post        post;
    struct text_facts  facts;
    enum archive_added added;
    if (reader->has_failed || lang.len >= TEXT_LANG_BYTES)
        return broken(archive, "a post", error);
    enum error_code code = post_decode(bytes, &arena, &post, error);
    if (!code)
        code = text_analyse(archive->analyser, &arena, post.text, lang, 0, &facts, error);
    if (!code) {
        memset(facts.lang, 0, sizeof facts.lang);
        memcpy(facts.lang, lang.ptr, lang.len);
        code = store_add(archive, &post, &facts, false, &added, error);
    }
    arena_fini(&arena);
    return code;
}

static enum error_code visit(void *context, enum log_type type, struct str payload, struct error *error)
{
    struct archive     *archive = context;
    struct reader       reader = reader_of(payload);
    struct side_figures figures;
    bool                was_there;
    uint64_t            deleted;
    if (type == LOG_POST)
        return replay_post(archive, &reader, error);
    struct str name = reader_sized(&reader);
    arena_reset(&archive->scratch);
    if (type == LOG_STATE) {
        struct str value = reader_sized(&reader);
        if (reader.has_failed)
            return broken(archive, "a value", error);
        return values_put(&archive->new_values, name, value) ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a value");
    }
    if (type == LOG_REFRESH) {
        for (int i = 0; i < SEGMENT_METRICS; i++)
            figures.values[i] = unzigzag(reader_varint(&reader));
        return reader.has_failed ? broken(archive, "a refresh", error) : store_refresh(archive, name, &figures, error);
    }
    int64_t at_us = unzigzag(reader_varint(&reader));
    struct wanted_author author = {.name = name};
    if (type == LOG_DELETE_ACCOUNT)
        author = (struct wanted_author){.platform = name, .name = reader_sized(&reader)};
    if (reader.has_failed || (type != LOG_DELETE_POST && type != LOG_DELETE_AUTHOR && type != LOG_DELETE_ACCOUNT))
        return broken(archive, "a record", error);
    return type == LOG_DELETE_POST ? store_delete_post(archive, name, at_us, true, &was_there, error)
                                   : store_delete_author(archive, &author, at_us, &deleted, error);
}

static enum error_code commit(void *context, struct error *error)
{
    return store_apply(context, error);
}

enum error_code store_replay(struct archive *archive, bool *is_same_out, struct error *error)
{
    char            path[512];
    enum error_code code = store_path(archive, "log-%llu", archive->log_number, 0, path, error);
    if (code)
        return code;
    archive->is_replaying = true;
    code = log_replay(path, archive->log_number, &archive->log_place, visit, commit, archive, is_same_out, error);
    archive->is_replaying = false;
    return code;
}
