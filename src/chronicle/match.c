#include "chronicle/keep.h"

double chronicle_overlap(size_t shared, size_t a, size_t b)
{
    size_t together = a + b - shared, less = a < b ? a : b;
    if (!shared || !less)
        return 0;
    double jaccard = (double)shared / (double)together, contained = 0.5 * (double)shared / (double)less;
    return jaccard > contained ? jaccard : contained;
}

enum { FIRST_TERMS = 5 };

bool chronicle_is_like(const struct str *a, size_t a_count, const struct str *b, size_t b_count)
{
    size_t shared = 0;
    a_count = a_count < FIRST_TERMS ? a_count : FIRST_TERMS;
    b_count = b_count < FIRST_TERMS ? b_count : FIRST_TERMS;
    size_t wanted = a_count < b_count ? a_count : b_count;
    for (size_t i = 0; i < a_count; i++)
        for (size_t j = 0; j < b_count; j++)
            shared += str_equal(a[i], b[j]);
    return wanted && shared >= (wanted < 2 ? wanted : 2);
}
