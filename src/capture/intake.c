/* What came from a platform becomes posts and deletes, once for all who take it. */
#include "capture/inside.h"

#include <limits.h>

/* "network:native" */
static struct str named(struct intake *intake, struct str network, struct str id)
{
    char *text = arena_alloc(&intake->arena, network.len + 1 + id.len);
    if (!text)
        return (struct str){0};
    memcpy(text, network.ptr, network.len);
    text[network.len] = ':';
    memcpy(text + network.len + 1, id.ptr, id.len);
    return str_slice(text, network.len + 1 + id.len);
}

static bool is_private(const struct source_item *item)
{
    return item->visibility.len && !str_equal(item->visibility, STR("public")) && !str_equal(item->visibility, STR("unlisted"));
}

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for what a source brought");
}

static bool add_deleted(struct intake *intake, struct str network, struct str id, struct str by)
{
    struct str name = named(intake, network, id);
    if (name.ptr) {
        intake->deleted_by[intake->deleted_count] = by;
        intake->deleted[intake->deleted_count++] = name;
    }
    return name.ptr != NULL;
}

/* A post that is none of the archive's is refused alone. */
static enum error_code add_post(struct intake *intake, const struct source_item *item, struct str network, struct error *error)
{
    struct error    why = {0};
    enum error_code code = source_item_post(item, network, &intake->arena, &intake->posts[intake->count], &why);
    if (code == ERROR_MEMORY) {
        *error = why;
        return code;
    }
    intake->refused += code != ERROR_NONE;
    if (code)
        return ERROR_NONE;
    intake->wants[intake->count] = UINT_MAX;
    if (intake->posts[intake->count].at_us > intake->newest_us)
        intake->newest_us = intake->posts[intake->count].at_us;
    intake->count++;
    return ERROR_NONE;
}

static enum error_code read_item(struct intake *intake, const struct source_item *item, struct str network, struct error *error)
{
    struct str id = item->post.id;
    if (id.len == 0 && item->op != SOURCE_ACTOR && item->op != SOURCE_ACTOR_DELETE) {
        intake->refused++;
        return ERROR_NONE;
    }
    switch (item->op) {
    case SOURCE_UPSERT:
        intake->seen++;
        intake->private_ones += is_private(item);
        if (!is_private(item))
            return add_post(intake, item, network, error);
        return add_deleted(intake, network, id, (struct str){0}) ? ERROR_NONE : no_memory(error); /* where it was public before */
    case SOURCE_DELETE: return add_deleted(intake, network, id, item->post.author_id) ? ERROR_NONE : no_memory(error);
    case SOURCE_METRICS:
        intake->figures[intake->figure_count] = (struct stream_figures){named(intake, network, id), item->post.metrics};
        return intake->figures[intake->figure_count++].id.ptr ? ERROR_NONE : no_memory(error);
    case SOURCE_ACTOR_DELETE:
        if (item->post.author_id.len)
            intake->authors[intake->author_count++] = item->post.author_id;
        return ERROR_NONE;
    case SOURCE_ACTOR: break; /* posts keep the name that they were written under */
    }
    return ERROR_NONE;
}

enum error_code intake_read(struct intake *intake, struct source_batch *const *batches, size_t count, struct str network, struct error *error)
{
    size_t          most = 1;
    enum error_code code = ERROR_NONE;
    *intake = (struct intake){0};
    for (size_t i = 0; i < count; i++)
        most += batches[i]->count;
    intake->posts = arena_array(&intake->arena, most, sizeof *intake->posts);
    intake->facts = arena_array(&intake->arena, most, sizeof *intake->facts);
    intake->wants = arena_array(&intake->arena, most, sizeof *intake->wants);
    intake->figures = arena_array(&intake->arena, most, sizeof *intake->figures);
    intake->deleted = arena_array(&intake->arena, most, sizeof *intake->deleted);
    intake->deleted_by = arena_array(&intake->arena, most, sizeof *intake->deleted_by);
    intake->authors = arena_array(&intake->arena, most, sizeof *intake->authors);
    if (!intake->posts || !intake->facts || !intake->wants || !intake->figures || !intake->deleted || !intake->deleted_by || !intake->authors)
        return no_memory(error);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; !code && k < batches[i]->count; k++)
            code = read_item(intake, &batches[i]->items[k], network, error);
        if (batches[i]->state.len) {
            intake->state = batches[i]->state;
            intake->has_state = true;
        }
    }
    return code;
}

enum error_code intake_facts(struct intake *intake, size_t post, unsigned want, struct text_analyser *analyser, struct error *error)
{
    unsigned had = intake->wants[post];
    if (had != UINT_MAX && (had & want) == want)
        return ERROR_NONE;
    want |= had == UINT_MAX ? 0 : had;
    enum error_code code =
        text_analyse(analyser, &intake->arena, intake->posts[post].text, intake->posts[post].lang, want, &intake->facts[post], error);
    intake->wants[post] = code ? UINT_MAX : want;
    return code;
}
