#include "topic/craft.h"
#include "topic/keep.h"

#include <inttypes.h>

static enum error_code put_posts(struct record *record, int64_t sample, const struct str *ids, size_t count, struct error *error)
{
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; !code && i < count; i++) {
        struct record_statement *row = record_statement(record, "topic_sample_post_insert");
        record_bind_i64(row, ":sample_id", sample);
        record_bind_i64(row, ":place", (int64_t)i);
        record_bind_str(row, ":post_id", ids[i]);
        code = record_run(row, error);
    }
    return code;
}

static enum error_code put(struct record *record, const struct topic_change *change, struct topic_sample *sample, const struct str *ids,
                           size_t count, struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_sample_insert");
    record_bind_i64(row, ":topic_id", sample->topic_id);
    record_bind_text(row, ":kind", topic_sample_kinds[sample->kind]);
    record_bind_i64(row, ":version", sample->version);
    record_bind_str(row, ":query", sample->query);
    record_bind_i64(row, ":since_us", sample->since_us);
    record_bind_i64(row, ":until_us", sample->until_us);
    record_bind_i64(row, ":seed", (int64_t)sample->seed);
    record_bind_i64(row, ":population", (int64_t)sample->population);
    record_bind_i64(row, ":matches", (int64_t)sample->matches);
    record_bind_i64(row, ":drawn_us", change->now_us);
    record_bind_i64(row, ":member_id", change->actor.member);
    record_bind_str(row, ":member_name", change->actor.name);
    enum error_code code = record_run(row, error);
    if (code)
        return code;
    sample->id = record_last_id(record);
    sample->drawn_us = change->now_us;
    sample->by = (struct topic_person){change->actor.member, change->actor.name};
    code = put_posts(record, sample->id, ids, count, error);
    return code ? code : record_audit(record, change->actor, "draw", "sample", sample->id, (struct str){0},
                                      str_of(topic_sample_kinds[sample->kind]), error);
}

enum error_code topic_sample_put(struct record *record, const struct topic_change *change, struct topic_sample *sample_io,
                                 const struct str *post_ids, size_t count, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, put(record, change, sample_io, post_ids, count, error), error);
}

enum error_code topic_sample_newest(struct record *record, int64_t topic_id, enum topic_sample_kind kind, int64_t version,
                                    struct arena *arena, struct topic_sample *sample_out, bool *is_there_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_sample_newest");
    record_bind_i64(row, ":topic_id", topic_id);
    record_bind_text(row, ":kind", topic_sample_kinds[kind]);
    record_bind_i64(row, ":version", version);
    *sample_out = (struct topic_sample){0};
    if ((*is_there_out = record_step(row)))
        *sample_out = (struct topic_sample){
            .id = record_i64(row, "id"), .topic_id = topic_id, .kind = kind, .version = record_i64(row, "version"),
            .query = record_str(row, "query", arena), .since_us = record_i64(row, "since_us"), .until_us = record_i64(row, "until_us"),
            .seed = (uint64_t)record_i64(row, "seed"), .population = (uint64_t)record_i64(row, "population"),
            .matches = (uint64_t)record_i64(row, "matches"), .drawn_us = record_i64(row, "drawn_us"),
            .by = {record_i64(row, "member_id"), record_str(row, "member_name", arena)}};
    return record_end(record, record_finish(row, error), error);
}

enum error_code topic_sample_posts(struct record *record, int64_t sample_id, int64_t member, struct arena *arena,
                                   struct topic_sample_post **posts_out, size_t *count_out, struct error *error)
{
    void           *posts = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_sample_posts");
    record_bind_i64(row, ":sample_id", sample_id);
    record_bind_i64(row, ":member_id", member);
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &posts, sizeof(struct topic_sample_post), count, &capacity);
        if (has_memory)
            ((struct topic_sample_post *)posts)[count++] =
                (struct topic_sample_post){record_str(row, "post_id", arena), (enum topic_label)record_i64(row, "label")};
    }
    code = record_finish(row, error);
    *posts_out = posts;
    *count_out = count;
    return record_end(record, !code && !has_memory ? topic_no_memory(error) : code, error);
}

enum error_code topic_sample_labels(struct record *record, int64_t sample_id, struct arena *arena, struct topic_labelled **labels_out,
                                    size_t *count_out, struct error *error)
{
    void           *labels = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_sample_labels");
    record_bind_i64(row, ":sample_id", sample_id);
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &labels, sizeof(struct topic_labelled), count, &capacity);
        if (has_memory)
            ((struct topic_labelled *)labels)[count++] =
                (struct topic_labelled){record_str(row, "post_id", arena), {record_i64(row, "member_id"), record_str(row, "member_name", arena)},
                                        (enum topic_label)record_i64(row, "label")};
    }
    code = record_finish(row, error);
    *labels_out = labels;
    *count_out = count;
    return record_end(record, !code && !has_memory ? topic_no_memory(error) : code, error);
}

enum error_code topic_tally_newest(struct record *record, int64_t topic_id, int64_t version, struct arena *arena,
                                   struct topic_tally *tally_out, int64_t *version_out, struct error *error)
{
    struct topic_sample    sample;
    struct topic_labelled *labels;
    size_t                 count;
    bool                   is_there;
    *tally_out = (struct topic_tally){0};
    *version_out = 0;
    enum error_code code = topic_sample_newest(record, topic_id, TOPIC_SAMPLE_MATCHES, version, arena, &sample, &is_there, error);
    if (code || !is_there)
        return code;
    code = topic_sample_labels(record, sample.id, arena, &labels, &count, error);
    if (!code) {
        *tally_out = topic_tally_of(labels, count);
        *version_out = sample.version;
    }
    return code;
}

static void bind_label(struct record_statement *row, const struct topic_change *change, int64_t topic_id, struct str post_id)
{
    record_bind_i64(row, ":topic_id", topic_id);
    record_bind_str(row, ":post_id", post_id);
    record_bind_i64(row, ":member_id", change->actor.member);
}

static enum error_code label(struct record *record, const struct topic_change *change, int64_t topic_id, struct str post_id,
                             enum topic_label said, enum topic_label *before_out, struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_sample_holds");
    record_bind_i64(row, ":topic_id", topic_id);
    record_bind_str(row, ":post_id", post_id);
    bool            is_there = record_step(row);
    enum error_code code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "no sample of topic %" PRId64 " holds a post '%.*s'", topic_id,
                         (int)(post_id.len < 200 ? post_id.len : 200), post_id.ptr);
    if (code)
        return code;
    row = record_statement(record, "topic_label_of");
    bind_label(row, change, topic_id, post_id);
    *before_out = record_step(row) ? (enum topic_label)record_i64(row, "label") : TOPIC_UNLABELLED;
    code = record_finish(row, error);
    if (code || said == *before_out)
        return code;
    row = record_statement(record, said == TOPIC_UNLABELLED ? "topic_label_delete" : "topic_label_put");
    bind_label(row, change, topic_id, post_id);
    if (said != TOPIC_UNLABELLED) {
        record_bind_str(row, ":member_name", change->actor.name);
        record_bind_i64(row, ":label", said);
        record_bind_i64(row, ":at_us", change->now_us);
    }
    code = record_run(row, error);
    return code ? code : record_audit(record, change->actor, "label", "topic", topic_id, str_of(topic_label_names[*before_out]),
                                      str_of(topic_label_names[said]), error);
}

enum error_code topic_label_put(struct record *record, const struct topic_change *change, int64_t topic_id, struct str post_id,
                                enum topic_label said, enum topic_label *before_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, label(record, change, topic_id, post_id, said, before_out, error), error);
}
