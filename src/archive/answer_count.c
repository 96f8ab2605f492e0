/* How many posts match. */
#include "archive/answer.h"

enum error_code archive_count(struct archive_snapshot *snapshot, const struct query_node *root, struct arena *arena, uint64_t *count_out,
                              struct error *error)
{
    struct answer   answer;
    enum error_code code = answer_begin(&answer, snapshot, root, error);
    (void)arena; /* a number needs none; all questions are asked alike */
    *count_out = code ? 0 : answer_match_count(&answer);
    answer_end(&answer);
    return code;
}
