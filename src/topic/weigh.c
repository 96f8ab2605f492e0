#include "topic/craft.h"

static enum error_code weigh_one(struct archive_snapshot *snapshot, const struct query_node *only, uint64_t seed, struct arena *arena,
                                 struct str ids[TOPIC_SHOWN_MAX], size_t *shown_out, uint64_t *count_out, struct error *error)
{
    struct str     *drawn = NULL;
    enum error_code code = only ? topic_draw(snapshot, only, INT64_MIN, INT64_MAX, TOPIC_SHOWN_MAX, seed, arena, &drawn, shown_out,
                                             count_out, error)
                                : error_set(error, ERROR_MEMORY, "no memory to weigh a query");
    for (size_t i = 0; !code && i < *shown_out; i++)
        ids[i] = drawn[i];
    return code;
}

enum error_code topic_weigh(struct archive_snapshot *snapshot, const struct query_node *before, const struct query_node *after, uint64_t seed,
                            struct arena *arena, struct topic_weighed *weighed_out, struct error *error)
{
    struct topic_weighed *out = weighed_out;
    *out = (struct topic_weighed){.is_known = true};
    if (!before)
        return weigh_one(snapshot, after, seed, arena, out->won_ids, &out->won_shown, &out->won, error);
    enum error_code code = weigh_one(snapshot, topic_tree_but_not(arena, after, before), seed, arena, out->won_ids, &out->won_shown,
                                     &out->won, error);
    if (!code)
        code = weigh_one(snapshot, topic_tree_but_not(arena, before, after), seed, arena, out->lost_ids, &out->lost_shown, &out->lost, error);
    const struct query_node *both = code ? NULL : topic_tree_and(arena, before, after);
    if (!code && !both)
        code = error_set(error, ERROR_MEMORY, "no memory to weigh a query");
    return code ? code : archive_count(snapshot, both, arena, &out->kept, error);
}
