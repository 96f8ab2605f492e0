/* Every match in order of time, then id, with its facts: what feeds trends from history. Each part has its own reader, so that its
 * blocks of posts are unpacked once each, however the parts' times overlap. */
#include "archive/answer.h"

#include <stdlib.h>

struct lane {
    struct document_walk  walk;
    struct record_reader *reader;
    struct column         times, langs;
    struct dictionary     lang_values;
    uint32_t              doc;
    int64_t               at_us;
    bool                  is_done;
    struct buf            id; /* of doc, once a tie asked for it; empty else */
};

struct scan {
    struct answer answer;
    struct lane  *lanes;
    struct arena  arena; /* reset after each visit */
    struct buf    lang;
};

static void move_on(struct lane *lane)
{
    lane->is_done = !document_next(&lane->walk, &lane->doc);
    lane->at_us = lane->is_done ? INT64_MAX : column_get_i64(&lane->times, lane->doc);
    buf_clear(&lane->id);
}

static enum error_code open_lane(struct scan *scan, uint32_t part, int64_t since_us, int64_t until_us, struct error *error)
{
    struct lane    *lane = &scan->lanes[part];
    struct segment *segment = scan->answer.snapshot->parts[part].segment;
    uint32_t        first, end;
    if (segment_time_range(segment, since_us, until_us, &first, &end, error))
        return error->code;
    documents_keep_range(scan->answer.matches[part], first, end);
    if (record_reader_new(&lane->reader, error) || segment_column(segment, SEGMENT_AT, &lane->times, error) ||
        segment_column(segment, SEGMENT_LANG, &lane->langs, error) ||
        segment_dictionary(segment, SEGMENT_LANG, &lane->lang_values, error))
        return error->code;
    document_walk_init(&lane->walk, scan->answer.matches[part]);
    move_on(lane);
    return ERROR_NONE;
}

/* ---- Which part is next ---- */

static enum error_code know_id(struct scan *scan, uint32_t part, struct error *error)
{
    struct lane *lane = &scan->lanes[part];
    struct str   id;
    if (lane->id.len)
        return ERROR_NONE;
    enum error_code code = answer_id(&scan->answer.snapshot->parts[part], lane->doc, lane->reader, &scan->arena, &id, error);
    if (!code && !buf_append_str(&lane->id, id))
        code = error_set(error, ERROR_MEMORY, "no memory for an id");
    arena_reset(&scan->arena);
    return code;
}

static enum error_code next_lane(struct scan *scan, uint32_t *next_out, struct error *error)
{
    uint32_t parts = scan->answer.snapshot->part_count, best = parts;
    for (uint32_t i = 0; i < parts; i++) {
        if (scan->lanes[i].is_done)
            continue;
        bool is_before = best == parts || scan->lanes[i].at_us < scan->lanes[best].at_us;
        if (best != parts && scan->lanes[i].at_us == scan->lanes[best].at_us) {
            if (know_id(scan, i, error) || know_id(scan, best, error))
                return error->code;
            is_before = str_compare(buf_str(&scan->lanes[i].id), buf_str(&scan->lanes[best].id)) < 0;
        }
        if (is_before)
            best = i;
    }
    *next_out = best;
    return ERROR_NONE;
}

/* ---- One visit ---- */

/* The stored language stands in for the author's claim: it was decided when the post came in, and is not guessed anew. */
static enum error_code visit_head(struct scan *scan, uint32_t part, unsigned want, archive_visit_fn visit, void *context, bool *goes_on_out,
                                  struct error *error)
{
    struct lane          *lane = &scan->lanes[part];
    struct text_analyser *analyser;
    struct post           post;
    struct text_facts     facts;
    struct str            lang;
    if (eval_tools_analyser(&scan->answer.tools, &analyser, error) ||
        snapshot_post_view(&scan->answer.snapshot->parts[part], lane->doc, lane->reader, &scan->arena, &post, error) ||
        dictionary_value(&lane->lang_values, (uint32_t)column_get(&lane->langs, lane->doc), &scan->lang, &lang, error) ||
        text_analyse(analyser, &scan->arena, post.text, lang, want & ~(unsigned)TEXT_WANT_LANGUAGE, &facts, error))
        return error->code;
    *goes_on_out = visit(context, &post, &facts);
    arena_reset(&scan->arena);
    return ERROR_NONE;
}

static enum error_code visit_all(struct scan *scan, unsigned want, archive_visit_fn visit, void *context, struct error *error)
{
    bool goes_on = true;
    while (goes_on) {
        uint32_t part = 0;
        if (next_lane(scan, &part, error))
            return error->code;
        if (part == scan->answer.snapshot->part_count)
            break;
        if (visit_head(scan, part, want, visit, context, &goes_on, error))
            return error->code;
        move_on(&scan->lanes[part]);
    }
    return ERROR_NONE;
}

enum error_code archive_scan(struct archive_snapshot *snapshot, const struct query_node *root, int64_t since_us, int64_t until_us, unsigned want,
                             archive_visit_fn visit, void *context, struct error *error)
{
    struct scan scan = {0};
    error = error ? error : &(struct error){0};
    enum error_code code = answer_begin(&scan.answer, snapshot, root, error);
    if (!code && !(scan.lanes = calloc((size_t)snapshot->part_count + 1, sizeof *scan.lanes)))
        code = error_set(error, ERROR_MEMORY, "no memory for a scan");
    for (uint32_t i = 0; !code && i < snapshot->part_count; i++)
        code = open_lane(&scan, i, since_us, until_us, error);
    if (!code)
        code = visit_all(&scan, want, visit, context, error);
    for (uint32_t i = 0; scan.lanes && i < snapshot->part_count; i++) {
        record_reader_free(scan.lanes[i].reader);
        buf_fini(&scan.lanes[i].id);
    }
    free(scan.lanes);
    buf_fini(&scan.lang);
    arena_fini(&scan.arena);
    answer_end(&scan.answer);
    return code;
}
