/* In how many documents of a set does each term of a range stand? Two ways lead there: through the postings of every term, or through
 * the words of every document. The shorter one is taken. */
#include "archive/answer.h"

#include <stdlib.h>

/* Rough costs in nanoseconds, measured on posts of some fifteen words: opening a posting, a posting's document in an intersection,
 * and a document of the forward index. */
enum { COST_OPEN = 250, COST_POSTED = 1, COST_FORWARD = 120 };

static enum error_code count_by_postings(struct segment *segment, const roaring_bitmap_t *documents, uint32_t first, uint32_t end,
                                         uint32_t *counts, struct error *error)
{
    for (uint32_t term = first; term < end; term++) {
        roaring_bitmap_t *posted = NULL;
        if (segment_postings(segment, term, &posted, error))
            return error->code;
        counts[term - first] += (uint32_t)roaring_bitmap_and_cardinality(posted, documents);
        roaring_bitmap_free(posted);
    }
    return ERROR_NONE;
}

/* latest[term - first] is the last document counted for the term, plus one: a word that stands twice in a post counts once. */
static enum error_code count_document(struct segment *segment, uint32_t doc, uint32_t first, uint32_t end, uint32_t *counts, uint32_t *latest,
                                      struct error *error)
{
    struct forward forward;
    uint32_t       term, position;
    if (segment_forward(segment, doc, &forward, error))
        return error->code;
    while (forward_next(&forward, &term, &position)) {
        uint32_t i = term - first; /* wraps for terms before first */
        if (i < end - first && latest[i] != doc + 1) {
            latest[i] = doc + 1;
            counts[i]++;
        }
    }
    if (forward.has_failed)
        return error_set(error, ERROR_CORRUPT, "%s: the words of document %u are broken", segment_name(segment), doc);
    return ERROR_NONE;
}

static enum error_code count_by_documents(struct segment *segment, const roaring_bitmap_t *documents, uint32_t first, uint32_t end,
                                          uint32_t *counts, struct error *error)
{
    struct document_walk walk;
    uint32_t             doc;
    enum error_code      code = ERROR_NONE;
    uint32_t            *latest = calloc(end - first, sizeof *latest);
    if (!latest)
        return error_set(error, ERROR_MEMORY, "no memory for the counts of %u words", end - first);
    document_walk_init(&walk, documents);
    while (!code && document_next(&walk, &doc))
        code = count_document(segment, doc, first, end, counts, latest, error);
    free(latest);
    return code;
}

enum error_code count_terms(struct segment *segment, const struct segment_terms *terms, const roaring_bitmap_t *documents, uint32_t first,
                            uint32_t end, uint32_t *counts, struct error *error)
{
    uint64_t matches = roaring_bitmap_get_cardinality(documents);
    if (first >= end || matches == 0)
        return ERROR_NONE;
    uint64_t by_documents = matches * COST_FORWARD, by_postings = (uint64_t)(end - first) * COST_OPEN;
    for (uint32_t term = first; term < end && by_postings < by_documents; term++)
        by_postings += column_get(&terms->df, term) * COST_POSTED;
    return by_postings < by_documents ? count_by_postings(segment, documents, first, end, counts, error)
                                      : count_by_documents(segment, documents, first, end, counts, error);
}
