/* Terms that stand out in the matching posts.
 *
 * For a term in y of the matching posts and in t of all live posts, with n and N the sums of those over all terms, the log-odds ratio
 * with an informative Dirichlet prior (Monroe, Colaresi, Quinn 2008, "Fightin' Words", eq. 16 to 22) is, with the archive itself as
 * prior (alpha = t, alpha_0 = N) and the rest as the other side (t - y of N - n):
 *
 *     delta = log((y + t) / (n + N - y - t)) - log((2t - y) / (2N - n - 2t + y))
 *     z     = delta / sqrt(1 / (y + t) + 1 / (2t - y))
 *
 * y comes from the forward index of the matches. t would need every part's dictionary merged, so it is looked up only for terms that can
 * still get to the top. Two facts bound them: z is highest where t = y, and then grows with y (bound_y); and with t - y fixed, z grows
 * with y (can_get_in).
 */
#include "archive/answer.h"

#include <math.h>
#include <stdlib.h>

enum { MIN_POSTS = 2, MAX_LANGS = 4 };

/* One part: how many matching documents, and how many deleted ones, hold each term. */
struct part_counts {
    struct segment_terms terms;
    uint32_t            *matching, *deleted; /* deleted: NULL where nothing is */
};

struct standing {
    struct str term; /* in the seen table */
    double     strength;
    uint64_t   count;
};

struct standout {
    struct answer       answer;
    struct part_counts *parts;
    double              n, N;
    bool                has_rest; /* else everything matches, and terms are ranked by how many posts hold them */
    char                langs[MAX_LANGS][TEXT_LANG_BYTES]; /* of the matches: whose stop words are left out */
    size_t              lang_count;
    struct interner     seen; /* terms that were looked up */
    struct standing    *top;  /* in order: strongest first */
    size_t              top_count, top_wanted;
    uint64_t            least_y; /* of a term that can still get in */
    struct buf          scratch;
};

/* ---- Strength ---- */

static double strength_of(const struct standout *standout, double y, double t)
{
    if (!standout->has_rest)
        return y;
    double inside = y + t, outside = 2 * t - y;
    double delta = log(inside / (standout->n + standout->N - inside)) - log(outside / (2 * standout->N - standout->n - outside));
    return delta / sqrt(1 / inside + 1 / outside);
}

/* The least y whose highest possible strength is more than that of the last in a full list. */
static uint64_t bound_y(const struct standout *standout)
{
    if (standout->top_count < standout->top_wanted)
        return MIN_POSTS;
    double   wanted = standout->top[standout->top_count - 1].strength;
    uint64_t low = MIN_POSTS, high = UINT32_MAX;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        double   y = (double)middle;
        /* More posts than there are: cannot be less than strong enough. Not a number at the very edge counts as strong enough, too. */
        if (y < standout->n && strength_of(standout, y, y) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- Counting ---- */

static bool is_wanted_kind(uint64_t kind)
{
    return kind != TOKEN_LINK && kind < SEGMENT_TERM_LINK;
}

static enum error_code count_part(struct standout *standout, uint32_t part, struct error *error)
{
    struct part_counts         *counts = &standout->parts[part];
    const struct snapshot_part *source = &standout->answer.snapshot->parts[part];
    const roaring_bitmap_t     *deleted = snapshot_deleted(source);
    if (segment_terms(source->segment, &counts->terms, error))
        return error->code;
    uint32_t terms = counts->terms.keys.count;
    counts->matching = calloc((size_t)terms + 1, sizeof *counts->matching);
    if (deleted && !roaring_bitmap_is_empty(deleted))
        counts->deleted = calloc((size_t)terms + 1, sizeof *counts->deleted);
    else
        deleted = NULL;
    if (!counts->matching || (deleted && !counts->deleted))
        return error_set(error, ERROR_MEMORY, "no memory for the counts of %u words", terms);
    if (count_terms(source->segment, &counts->terms, standout->answer.matches[part], 0, terms, counts->matching, error))
        return error->code;
    if (deleted && count_terms(source->segment, &counts->terms, deleted, 0, terms, counts->deleted, error))
        return error->code;
    uint64_t matching = 0, all = 0;
    for (uint32_t term = 0; term < terms; term++) {
        uint64_t is_wanted = is_wanted_kind(column_get(&counts->terms.kind, term));
        matching += is_wanted * counts->matching[term];
        all += is_wanted * (column_get(&counts->terms.df, term) - (counts->deleted ? counts->deleted[term] : 0));
    }
    standout->n += (double)matching;
    standout->N += (double)all;
    return ERROR_NONE;
}

/* The languages that at least one in twenty matches is in: their stop words carry no topic here. */
static enum error_code find_langs(struct standout *standout, struct error *error)
{
    struct archive_snapshot *snapshot = standout->answer.snapshot;
    struct tally             tally = {0};
    uint64_t                 matches = answer_match_count(&standout->answer);
    enum error_code          code = ERROR_NONE;
    for (uint32_t i = 0; !code && i < snapshot->part_count; i++) {
        struct column        langs;
        struct dictionary    values;
        struct document_walk walk;
        struct str           lang;
        uint32_t             doc, *counts = NULL;
        code = segment_column(snapshot->parts[i].segment, SEGMENT_LANG, &langs, error);
        if (!code)
            code = segment_dictionary(snapshot->parts[i].segment, SEGMENT_LANG, &values, error);
        if (!code && !(counts = calloc((size_t)values.count + 1, sizeof *counts)))
            code = error_set(error, ERROR_MEMORY, "no memory for the counts of languages");
        if (!code) {
            document_walk_init(&walk, standout->answer.matches[i]);
            while (document_next(&walk, &doc))
                counts[column_get(&langs, doc)]++;
        }
        for (uint32_t value = 0; !code && value < values.count; value++) {
            if (counts[value] == 0)
                continue;
            code = dictionary_value(&values, value, &standout->scratch, &lang, error);
            if (!code && lang.len < TEXT_LANG_BYTES)
                code = tally_add(&tally, lang, counts[value], error);
        }
        free(counts);
    }
    for (uint32_t i = 0; !code && i < tally.names.count && standout->lang_count < MAX_LANGS; i++)
        if (tally.counts[i] * 20 >= matches && tally.names.strings[i].len)
            memcpy(standout->langs[standout->lang_count++], tally.names.strings[i].ptr, tally.names.strings[i].len);
    tally_fini(&tally);
    return code;
}

/* ---- Which terms are worth showing ---- */

/* One letter of an alphabet (not of a script where one sign is a word), or digits alone. */
static bool is_too_little(struct str term)
{
    bool has_other = false;
    for (size_t i = 0; i < term.len; i++)
        has_other |= !((term.ptr[i] >= '0' && term.ptr[i] <= '9') || term.ptr[i] == '.' || term.ptr[i] == ',');
    size_t letter_bytes = (unsigned char)term.ptr[0] < 0x80 ? 1 : (unsigned char)term.ptr[0] < 0xE0 ? 2 : SIZE_MAX;
    return !has_other || term.len == letter_bytes;
}

static bool is_worth_showing(const struct standout *standout, struct str term, uint64_t kind)
{
    if (kind != TOKEN_WORD)
        return true;
    if (is_too_little(term) || text_is_stop_word(term, ""))
        return false;
    for (size_t i = 0; i < standout->lang_count; i++)
        if (text_is_stop_word(term, standout->langs[i]))
            return false;
    return true;
}

/* ---- Ranking ---- */

static int compare_standing(const void *left, const void *right)
{
    const struct standing *a = left, *b = right;
    if (a->strength != b->strength)
        return a->strength > b->strength ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return str_compare(a->term, b->term);
}

/* Keeps the list in order: it is short, and few terms get in. */
static void enter(struct standout *standout, struct standing standing)
{
    size_t at = standout->top_count;
    while (at > 0 && compare_standing(&standing, &standout->top[at - 1]) < 0)
        at--;
    if (at == standout->top_wanted)
        return;
    if (standout->top_count < standout->top_wanted)
        standout->top_count++;
    memmove(standout->top + at + 1, standout->top + at, (standout->top_count - 1 - at) * sizeof *standout->top);
    standout->top[at] = standing;
    standout->least_y = bound_y(standout);
}

/* The exact counts of a term over all parts. */
static enum error_code sum_term(struct standout *standout, struct str term, uint64_t *y_out, uint64_t *t_out, struct error *error)
{
    *y_out = *t_out = 0;
    for (uint32_t i = 0; i < standout->answer.snapshot->part_count; i++) {
        const struct part_counts *counts = &standout->parts[i];
        uint32_t                  number;
        if (dictionary_find(&counts->terms.keys, term, &number, error))
            return error->code;
        if (number == DICTIONARY_NONE)
            continue;
        *y_out += counts->matching[number];
        *t_out += column_get(&counts->terms.df, number) - (counts->deleted ? counts->deleted[number] : 0);
    }
    return ERROR_NONE;
}

static enum error_code consider(struct standout *standout, const struct part_counts *counts, uint32_t number, struct error *error)
{
    struct str term;
    uint64_t   y, t;
    uint32_t   before = standout->seen.count;
    if (dictionary_value(&counts->terms.keys, number, &standout->scratch, &term, error))
        return error->code;
    if (term.len == 0 || !is_worth_showing(standout, term, column_get(&counts->terms.kind, number)))
        return ERROR_NONE;
    uint32_t seen = interner_add(&standout->seen, term);
    if (seen == INTERNER_NONE)
        return error_set(error, ERROR_MEMORY, "no memory for terms");
    if (seen < before)
        return ERROR_NONE;
    term = standout->seen.strings[seen];
    if (sum_term(standout, term, &y, &t, error))
        return error->code;
    double strength = strength_of(standout, (double)y, (double)t);
    if (y >= MIN_POSTS && strength > 0)
        enter(standout, (struct standing){term, strength, y});
    return ERROR_NONE;
}

/* Looks first where the chances are best: at the terms with the most matching documents for their documents in this part. It only
 * makes the bound high early; what it leaves out comes in rank_all. */
static enum error_code rank_likely(struct standout *standout, const struct part_counts *counts, struct error *error)
{
    struct segment_terms   terms = counts->terms;
    struct { uint32_t term; double strength; } likely[64] = {0};
    const size_t           most = sizeof likely / sizeof *likely;
    for (uint32_t term = 0; term < terms.keys.count; term++) {
        uint32_t y = counts->matching[term];
        if (y < MIN_POSTS || !is_wanted_kind(column_get(&terms.kind, term)))
            continue;
        double strength = standout->has_rest ? y / sqrt((double)column_get(&terms.df, term)) : y;
        if (strength <= likely[0].strength)
            continue;
        /* A heap with the weakest at its root. */
        size_t at = 0;
        for (;;) {
            size_t child = 2 * at + 1;
            if (child + 1 < most && likely[child + 1].strength < likely[child].strength)
                child++;
            if (child >= most || likely[child].strength >= strength)
                break;
            likely[at] = likely[child];
            at = child;
        }
        likely[at].term = term;
        likely[at].strength = strength;
    }
    for (size_t i = 0; i < most; i++)
        if (likely[i].strength > 0 && consider(standout, counts, likely[i].term, error))
            return error->code;
    return ERROR_NONE;
}

/* Could a term get in that has y of t posts in this part, and no other part with more matching posts of it? Over all parts it has at most
 * y in each; and what the others add makes it strongest where every post that they add matches. */
static bool can_get_in(const struct standout *standout, uint32_t y, uint64_t t)
{
    double parts = standout->answer.snapshot->part_count, most = y * parts;
    if (most < (double)standout->least_y)
        return false;
    if (standout->top_count < standout->top_wanted)
        return true;
    return !(strength_of(standout, most, (double)t + most - y) < standout->top[standout->top_count - 1].strength);
}

/* Every term that gets in passes can_get_in in the part where it has most matching posts. */
static enum error_code rank_all(struct standout *standout, struct error *error)
{
    for (uint32_t i = 0; i < standout->answer.snapshot->part_count; i++) {
        const struct part_counts *counts = &standout->parts[i];
        for (uint32_t term = 0; term < counts->terms.keys.count; term++) {
            uint32_t y = counts->matching[term];
            if (y == 0 || !is_wanted_kind(column_get(&counts->terms.kind, term)))
                continue;
            uint64_t t = column_get(&counts->terms.df, term) - (counts->deleted ? counts->deleted[term] : 0);
            if (can_get_in(standout, y, t) && consider(standout, counts, term, error))
                return error->code;
        }
    }
    return ERROR_NONE;
}

static enum error_code rank(struct standout *standout, struct error *error)
{
    uint32_t parts = standout->answer.snapshot->part_count;
    standout->parts = calloc((size_t)parts + 1, sizeof *standout->parts);
    standout->top = calloc(standout->top_wanted + 1, sizeof *standout->top);
    if (!standout->parts || !standout->top)
        return error_set(error, ERROR_MEMORY, "no memory for %zu terms", standout->top_wanted);
    for (uint32_t i = 0; i < parts; i++)
        if (count_part(standout, i, error))
            return error->code;
    standout->has_rest = answer_match_count(&standout->answer) < standout->answer.snapshot->posts;
    if (find_langs(standout, error))
        return error->code;
    for (uint32_t i = 0; i < parts; i++)
        if (rank_likely(standout, &standout->parts[i], error))
            return error->code;
    return rank_all(standout, error);
}

/* ---- The question ---- */

static enum error_code hand_over(const struct standout *standout, struct arena *arena, struct archive_term **terms_out, size_t *count_out,
                                 struct error *error)
{
    struct archive_term *terms = arena_array(arena, standout->top_count, sizeof *terms);
    for (size_t i = 0; terms && i < standout->top_count; i++) {
        const struct standing *standing = &standout->top[i];
        terms[i] = (struct archive_term){arena_str(arena, standing->term), standing->count, standout->has_rest ? standing->strength : 0};
        if (!terms[i].term.ptr)
            terms = NULL;
    }
    if (!terms)
        return error_set(error, ERROR_MEMORY, "no memory for %zu terms", standout->top_count);
    *terms_out = terms;
    *count_out = standout->top_count;
    return ERROR_NONE;
}

static void standout_fini(struct standout *standout)
{
    for (uint32_t i = 0; standout->parts && i < standout->answer.snapshot->part_count; i++) {
        free(standout->parts[i].matching);
        free(standout->parts[i].deleted);
    }
    free(standout->parts);
    free(standout->top);
    interner_fini(&standout->seen);
    buf_fini(&standout->scratch);
    answer_end(&standout->answer);
}

enum error_code archive_terms(struct archive_snapshot *snapshot, const struct query_node *root, size_t top, struct arena *arena,
                              struct archive_term **terms_out, size_t *count_out, struct error *error)
{
    struct standout standout = {.top_wanted = top < ARCHIVE_MAX_TERMS ? top : ARCHIVE_MAX_TERMS, .least_y = MIN_POSTS};
    error = error ? error : &(struct error){0};
    *terms_out = NULL;
    *count_out = 0;
    enum error_code code = answer_begin(&standout.answer, snapshot, root, error);
    if (!code && top > 0)
        code = rank(&standout, error);
    if (!code && top > 0)
        code = hand_over(&standout, arena, terms_out, count_out, error);
    standout_fini(&standout);
    return code;
}
