#include "tool/keep.h"

#include "base/hash.h"

#include <stdlib.h>

uint64_t tool_post_key(struct str post_id)
{
    return hash_str(post_id);
}

/* ---- In ---- */

static enum error_code find_finder(struct record *sightings, struct str label, int64_t *id_out, struct error *error)
{
    struct record_statement *row = record_statement(sightings, "sighting_finder_id");
    record_bind_str(row, ":label", label);
    *id_out = record_step(row) ? record_i64(row, "id") : 0;
    return record_finish(row, error);
}

static enum error_code put_finder(struct record *sightings, struct str label, struct str title, bool knows_when, int64_t *id_out,
                                  struct error *error)
{
    int64_t         count = 0;
    enum error_code code = find_finder(sightings, label, id_out, error);
    if (!code && !*id_out)
        code = tool_count_of(sightings, "sighting_finder_count", &count, error);
    if (!code && count >= TOOL_FINDERS_MAX)
        code = error_set(error, ERROR_TOO_LARGE, "more than %d finders", TOOL_FINDERS_MAX);
    if (code)
        return code;
    struct record_statement *row = record_statement(sightings, "sighting_finder_put");
    record_bind_str(row, ":label", label);
    record_bind_str(row, ":title", title);
    record_bind_bool(row, ":knows_when", knows_when);
    code = record_run(row, error);
    return !code && !*id_out ? find_finder(sightings, label, id_out, error) : code;
}

static enum error_code add(struct record *sightings, struct str finder, struct str title, bool knows_when, int64_t run,
                           const struct tool_sighting *rows, size_t count, struct error *error)
{
    int64_t         id = 0;
    enum error_code code = put_finder(sightings, finder, title, knows_when, &id, error);
    for (size_t i = 0; !code && i < count; i++) {
        struct record_statement *row = record_statement(sightings, "sighting_put");
        record_bind_i64(row, ":post", (int64_t)tool_post_key(rows[i].post_id));
        record_bind_i64(row, ":finder", id);
        record_bind_i64(row, ":seen_us", rows[i].seen_us);
        record_bind_i64(row, ":run", run);
        code = record_run(row, error);
    }
    return code;
}

enum error_code tool_sightings_add(struct record *sightings, struct str finder, struct str title, bool knows_when, int64_t run,
                                   const struct tool_sighting *rows, size_t count, struct error *error)
{
    enum error_code code = tool_check_part("finder", finder, TOOL_FINDER_MAX_BYTES, false, true, error);
    if (!code)
        code = record_begin(sightings, error);
    return code ? code : record_end(sightings, add(sightings, finder, title, knows_when, run, rows, count, error), error);
}

enum error_code tool_sightings_prune(struct record *sightings, int64_t before_us, struct error *error)
{
    enum error_code code = record_begin(sightings, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(sightings, "sighting_prune");
    record_bind_i64(row, ":before_us", before_us);
    return record_end(sightings, record_run(row, error), error);
}

/* ---- Out ---- */

enum error_code tool_finders(struct record *sightings, bool has_figures, struct arena *arena, struct tool_finder **finders_out, size_t *count_out,
                             struct error *error)
{
    void           *finders = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(sightings, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(sightings, "sighting_finders");
    record_bind_bool(row, ":has_figures", has_figures);
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &finders, sizeof(struct tool_finder), count, &capacity);
        if (has_memory)
            ((struct tool_finder *)finders)[count++] = (struct tool_finder){
                .id = record_i64(row, "id"), .label = record_str(row, "label", arena), .title = record_str(row, "title", arena),
                .knows_when = record_bool(row, "knows_when"), .posts = (uint64_t)record_i64(row, "posts"),
                .first_us = record_i64(row, "first_us"), .last_us = record_i64(row, "last_us")};
    }
    code = record_finish(row, error);
    *finders_out = finders;
    *count_out = count;
    return record_end(sightings, !code && !has_memory ? tool_no_memory(error) : code, error);
}

/* The sightings of one post, as they stand side by side. */
struct seen_post {
    int64_t post, finders[TOOL_FINDERS_MAX];
    size_t  count;
};

static struct tool_first *first_of(struct tool_first *firsts, size_t *count, int64_t finder)
{
    for (size_t i = 0; i < *count; i++)
        if (firsts[i].finder == finder)
            return &firsts[i];
    firsts[*count] = (struct tool_first){.finder = finder};
    return &firsts[(*count)++];
}

static void count_post(const struct seen_post *post, struct tool_first *firsts, size_t *count)
{
    for (size_t i = 0; i < post->count; i++) {
        struct tool_first *own = first_of(firsts, count, post->finders[i]);
        own->shared += post->count > 1;
        own->alone += post->count == 1;
        own->first += post->count > 1 && i == 0;
    }
}

enum error_code tool_firsts(struct record *sightings, int64_t since_us, struct arena *arena, struct tool_first **firsts_out, size_t *count_out,
                            struct error *error)
{
    struct seen_post  *post = arena_alloc(arena, sizeof *post);
    struct tool_first *firsts = arena_array(arena, TOOL_FINDERS_MAX, sizeof *firsts);
    *firsts_out = firsts;
    *count_out = 0;
    if (!post || !firsts)
        return tool_no_memory(error);
    enum error_code code = record_begin(sightings, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(sightings, "sighting_timed_since");
    record_bind_i64(row, ":since_us", since_us);
    while (record_step(row)) {
        int64_t key = record_i64(row, "post");
        if (key != post->post || post->count == TOOL_FINDERS_MAX) {
            count_post(post, firsts, count_out);
            post->count = 0;
        }
        post->post = key;
        post->finders[post->count++] = record_i64(row, "finder");
    }
    count_post(post, firsts, count_out);
    return record_end(sightings, record_finish(row, error), error);
}

enum error_code tool_seen_by(struct record *sightings, struct str post_id, struct arena *arena, struct tool_seen **seen_out, size_t *count_out,
                             struct error *error)
{
    void           *seen = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(sightings, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(sightings, "sighting_of_post");
    record_bind_i64(row, ":post", (int64_t)tool_post_key(post_id));
    while (has_memory && record_step(row)) {
        if (!record_bool(row, "knows_when"))
            continue;
        has_memory = arena_grow(arena, &seen, sizeof(struct tool_seen), count, &capacity);
        if (has_memory)
            ((struct tool_seen *)seen)[count++] = (struct tool_seen){record_i64(row, "finder"), record_i64(row, "seen_us")};
    }
    code = record_finish(row, error);
    *seen_out = seen;
    *count_out = count;
    return record_end(sightings, !code && !has_memory ? tool_no_memory(error) : code, error);
}

/* ---- For a comparison ---- */

struct finder_side {
    int64_t finder;
    size_t  side;
};

static enum error_code read_sides(struct record *sightings, const struct tool_side *sides, size_t side_count, struct finder_side *finders,
                                  size_t *count_out, struct error *error)
{
    *count_out = 0;
    for (size_t i = 0; i < side_count; i++) {
        struct str rest = sides[i].labels, label;
        while (str_next_field(&rest, '\n', &label)) {
            int64_t         id = 0;
            enum error_code code = label.len && *count_out < TOOL_FINDERS_MAX ? find_finder(sightings, label, &id, error) : ERROR_NONE;
            if (code)
                return code;
            if (id)
                finders[(*count_out)++] = (struct finder_side){id, i};
        }
    }
    return ERROR_NONE;
}

static void see(struct tool_find *find, size_t side, int64_t seen_us, int64_t times, bool knows_when)
{
    int64_t *known = &find->by[side].seen_us;
    bool     is_timed = *known != INT64_MAX && *known != INT64_MIN;
    if (knows_when && (!is_timed || seen_us < *known))
        *known = seen_us;
    else if (*known == INT64_MAX)
        *known = INT64_MIN;
    find->by[side].times += (uint32_t)(times < UINT16_MAX ? times : UINT16_MAX);
}

static enum error_code look_up(struct record *sightings, const struct finder_side *finders, size_t finder_count, struct tool_find *find,
                               struct error *error)
{
    struct record_statement *row = record_statement(sightings, "sighting_of_post");
    record_bind_i64(row, ":post", (int64_t)find->post);
    while (record_step(row)) {
        int64_t finder = record_i64(row, "finder");
        for (size_t i = 0; i < finder_count; i++)
            if (finders[i].finder == finder)
                see(find, finders[i].side, record_i64(row, "seen_us"), record_i64(row, "times"), record_bool(row, "knows_when"));
    }
    return record_finish(row, error);
}

enum error_code tool_find_sightings(struct record *sightings, const struct tool_side *sides, size_t side_count, struct tool_find *finds, size_t count,
                                    struct error *error)
{
    struct finder_side *finders = calloc(TOOL_FINDERS_MAX, sizeof *finders);
    size_t              finder_count;
    enum error_code     code = finders ? record_begin(sightings, error) : tool_no_memory(error);
    if (code) {
        free(finders);
        return code;
    }
    code = read_sides(sightings, sides, side_count, finders, &finder_count, error);
    for (size_t i = 0; !code && i < count; i++) {
        for (size_t side = 0; side < TOOL_COMPARED_MAX; side++) {
            finds[i].by[side].seen_us = INT64_MAX;
            finds[i].by[side].times = 0;
        }
        code = look_up(sightings, finders, finder_count, &finds[i], error);
    }
    free(finders);
    return record_end(sightings, code, error);
}
