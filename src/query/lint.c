#include "query/query.h"
enum error_code query_lint(const struct query *query, struct arena *arena, struct query_remark **remarks_out, size_t *count_out,
                           struct error *error)
{
    (void)query; (void)arena; (void)error;
    *remarks_out = NULL;
    *count_out = 0;
    return ERROR_NONE;
}
