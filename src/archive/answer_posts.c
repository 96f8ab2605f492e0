/* A page of posts. Each part gives at most a page of candidates, best first, without a look into a post; merging them looks into
 * posts only where two parts have posts of the same score and time. Then the page, and nothing else, is unpacked. */
#include "archive/answer.h"
#include "archive/cursor.h"

#include <stdlib.h>

struct hit {
    int64_t  score, at_us;
    uint32_t doc;
};

/* The candidates of one part, best first, and how far merging has come. */
struct lane {
    struct hit *hits;
    size_t      count, at;
    struct str  id; /* of hits[at], once a tie asked for it */
};

struct paging {
    struct answer      answer;
    enum archive_order order;
    size_t             wanted; /* posts of a page, and one more that tells whether there is a next */
    struct cursor      after;
    bool               has_cursor;
    struct lane       *lanes; /* of each part */
    struct arena       arena;
};

/* ---- Candidates of a part ---- */

static int by_score(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->doc > b->doc ? -1 : 1; /* documents are in order of time, then id */
}

/* Documents of one part that are behind the cursor when scores are equal. */
static enum error_code behind_cursor(struct paging *paging, const struct snapshot_part *part, uint32_t *first_out, uint32_t *end_out,
                                     struct error *error)
{
    struct record_reader *reader;
    uint32_t              first, behind;
    *first_out = 0;
    *end_out = segment_count(part->segment);
    if (!paging->has_cursor)
        return ERROR_NONE;
    if (eval_tools_reader(&paging->answer.tools, &reader, error) ||
        answer_place(part, paging->after.at_us, paging->after.id, reader, &first, &behind, error))
        return error->code;
    if (paging->order == ARCHIVE_OLDEST)
        *first_out = behind;
    else
        *end_out = first;
    return ERROR_NONE;
}

static enum error_code fill_by_time(struct paging *paging, const struct snapshot_part *part, roaring_bitmap_t *matches, struct lane *lane,
                                    struct error *error)
{
    struct column times;
    uint32_t      first, end;
    if (segment_column(part->segment, SEGMENT_AT, &times, error) || behind_cursor(paging, part, &first, &end, error))
        return error->code;
    documents_keep_range(matches, first, end);
    uint64_t count = roaring_bitmap_get_cardinality(matches), taken = count < paging->wanted ? count : paging->wanted;
    bool     is_newest = paging->order == ARCHIVE_NEWEST;
    lane->hits = calloc(taken + 1, sizeof *lane->hits);
    uint32_t *docs = calloc(taken + 1, sizeof *docs);
    bool      is_whole = lane->hits && docs && roaring_bitmap_range_uint32_array(matches, is_newest ? count - taken : 0, taken, docs);
    for (size_t i = 0; is_whole && i < taken; i++) {
        uint32_t doc = docs[is_newest ? taken - 1 - i : i];
        lane->hits[lane->count++] = (struct hit){0, column_get_i64(&times, doc), doc};
    }
    free(docs);
    return is_whole ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a page of %zu posts", paging->wanted);
}

/* What counts for ARCHIVE_TOP. Unknown figures count nothing; a sum cannot overflow because it stops at the largest. */
static int64_t score_of(const struct snapshot_part *part, const struct column figures[3], uint32_t doc)
{
    static const enum segment_column which[3] = {SEGMENT_LIKES, SEGMENT_REPOSTS, SEGMENT_REPLIES};
    int64_t                          score = 0;
    for (int i = 0; i < 3; i++) {
        int64_t figure = snapshot_figure(part, which[i], &figures[i], doc);
        if (figure > 0 && __builtin_add_overflow(score, figure, &score))
            score = INT64_MAX;
    }
    return score;
}

static enum error_code fill_by_score(struct paging *paging, const struct snapshot_part *part, const roaring_bitmap_t *matches,
                                     struct lane *lane, struct error *error)
{
    struct column        times, figures[3];
    struct document_walk walk;
    uint32_t             first, end, doc;
    if (segment_column(part->segment, SEGMENT_AT, &times, error) || segment_column(part->segment, SEGMENT_LIKES, &figures[0], error) ||
        segment_column(part->segment, SEGMENT_REPOSTS, &figures[1], error) ||
        segment_column(part->segment, SEGMENT_REPLIES, &figures[2], error) || behind_cursor(paging, part, &first, &end, error))
        return error->code;
    lane->hits = calloc(roaring_bitmap_get_cardinality(matches) + 1, sizeof *lane->hits);
    if (!lane->hits)
        return error_set(error, ERROR_MEMORY, "no memory to put posts in order");
    document_walk_init(&walk, matches);
    while (document_next(&walk, &doc)) {
        int64_t score = score_of(part, figures, doc);
        if (!paging->has_cursor || score < paging->after.score || (score == paging->after.score && doc < end))
            lane->hits[lane->count++] = (struct hit){score, column_get_i64(&times, doc), doc};
    }
    lane->count = top_first(lane->hits, lane->count, sizeof *lane->hits, paging->wanted, by_score);
    return ERROR_NONE;
}

/* ---- Merging ---- */

static enum error_code know_id(struct paging *paging, uint32_t part, struct error *error)
{
    struct lane          *lane = &paging->lanes[part];
    struct record_reader *reader;
    if (lane->id.ptr)
        return ERROR_NONE;
    if (eval_tools_reader(&paging->answer.tools, &reader, error))
        return error->code;
    return answer_id(&paging->answer.snapshot->parts[part], lane->hits[lane->at].doc, reader, &paging->arena, &lane->id, error);
}

/* *is_before_out: the head of lane a comes before the head of lane b. */
static enum error_code compare_lanes(struct paging *paging, uint32_t a, uint32_t b, bool *is_before_out, struct error *error)
{
    const struct hit *x = &paging->lanes[a].hits[paging->lanes[a].at], *y = &paging->lanes[b].hits[paging->lanes[b].at];
    bool              is_oldest = paging->order == ARCHIVE_OLDEST;
    if (x->score != y->score)
        *is_before_out = x->score > y->score;
    else if (x->at_us != y->at_us)
        *is_before_out = (x->at_us > y->at_us) != is_oldest;
    else {
        if (know_id(paging, a, error) || know_id(paging, b, error))
            return error->code;
        *is_before_out = (str_compare(paging->lanes[a].id, paging->lanes[b].id) > 0) != is_oldest;
    }
    return ERROR_NONE;
}

/* The part whose head is next; part_count when all are through. */
static enum error_code next_lane(struct paging *paging, uint32_t *next_out, struct error *error)
{
    uint32_t parts = paging->answer.snapshot->part_count, best = parts;
    for (uint32_t i = 0; i < parts; i++) {
        bool is_before = best == parts;
        if (paging->lanes[i].at == paging->lanes[i].count)
            continue;
        if (best != parts && compare_lanes(paging, i, best, &is_before, error))
            return error->code;
        if (is_before)
            best = i;
    }
    *next_out = best;
    return ERROR_NONE;
}

static enum error_code take(struct paging *paging, uint32_t part, struct arena *arena, struct archive_page *page, struct error *error)
{
    struct lane          *lane = &paging->lanes[part];
    struct record_reader *reader;
    if (eval_tools_reader(&paging->answer.tools, &reader, error) ||
        snapshot_post(&paging->answer.snapshot->parts[part], lane->hits[lane->at].doc, reader, arena, &page->posts[page->count], error))
        return error->code;
    paging->after = (struct cursor){paging->order, lane->hits[lane->at].score, lane->hits[lane->at].at_us, page->posts[page->count].id};
    page->count++;
    lane->at++;
    lane->id = (struct str){0};
    return ERROR_NONE;
}

static enum error_code merge(struct paging *paging, struct arena *arena, struct archive_page *page, struct error *error)
{
    uint32_t parts = paging->answer.snapshot->part_count;
    size_t   most = 0;
    for (uint32_t i = 0; i < parts; i++)
        most += paging->lanes[i].count;
    most = most < paging->wanted ? most : paging->wanted;
    page->posts = arena_array(arena, most, sizeof *page->posts);
    if (!page->posts)
        return error_set(error, ERROR_MEMORY, "no memory for a page of %zu posts", most);
    for (;;) {
        uint32_t part = 0;
        if (next_lane(paging, &part, error))
            return error->code;
        if (part == parts)
            return ERROR_NONE;
        if (page->count + 1 == paging->wanted)
            return cursor_print(&paging->after, arena, &page->next_cursor, error);
        if (take(paging, part, arena, page, error))
            return error->code;
    }
}

/* ---- The question ---- */

static enum error_code fill_and_merge(struct paging *paging, struct arena *arena, struct archive_page *page, struct error *error)
{
    struct archive_snapshot *snapshot = paging->answer.snapshot;
    paging->lanes = calloc((size_t)snapshot->part_count + 1, sizeof *paging->lanes);
    if (!paging->lanes)
        return error_set(error, ERROR_MEMORY, "no memory for a page of posts");
    for (uint32_t i = 0; i < snapshot->part_count; i++) {
        enum error_code code =
            paging->order == ARCHIVE_TOP
                ? fill_by_score(paging, &snapshot->parts[i], paging->answer.matches[i], &paging->lanes[i], error)
                : fill_by_time(paging, &snapshot->parts[i], paging->answer.matches[i], &paging->lanes[i], error);
        if (code)
            return code;
    }
    return merge(paging, arena, page, error);
}

enum error_code archive_posts(struct archive_snapshot *snapshot, const struct query_node *root, enum archive_order order, size_t limit,
                              struct str cursor, struct arena *arena, struct archive_page *page_out, struct error *error)
{
    struct paging paging = {.order = order, .wanted = limit + 1, .has_cursor = cursor.len > 0};
    error = error ? error : &(struct error){0};
    *page_out = (struct archive_page){0};
    if (limit == 0 || limit > ARCHIVE_MAX_PAGE)
        return error_set(error, ERROR_INVALID, "a page has 1 to %d posts, not %zu", ARCHIVE_MAX_PAGE, limit);
    enum error_code code = paging.has_cursor ? cursor_parse(cursor, order, &paging.arena, &paging.after, error) : ERROR_NONE;
    if (!code) {
        code = answer_begin(&paging.answer, snapshot, root, error);
        if (!code)
            code = fill_and_merge(&paging, arena, page_out, error);
        for (uint32_t i = 0; paging.lanes && i < snapshot->part_count; i++)
            free(paging.lanes[i].hits);
        free(paging.lanes);
        answer_end(&paging.answer);
    }
    arena_fini(&paging.arena);
    if (code)
        *page_out = (struct archive_page){0};
    return code;
}
