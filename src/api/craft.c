/* Query craft: samples drawn once and blind, labels, and what they come to. */
#include "api/craft.h"

#include "base/clock.h"

#include <math.h>

enum { PEOPLE_MAX = 12 };

/* ---- Drawing ---- */

/* Words that stand out among the matches and are not in the query, for the widened one. */
static enum error_code standing_out(struct api_call *call, struct archive_snapshot *snapshot, const struct query_node *root,
                                    struct str terms[TOPIC_WIDEN_TERMS], size_t *count_out)
{
    struct archive_term *found;
    size_t               count;
    enum error_code code = archive_terms(snapshot, root, (size_t)TOPIC_WIDEN_TERMS * 4, call->arena, &found, &count, &call->error);
    *count_out = 0;
    for (size_t i = 0; !code && i < count && *count_out < TOPIC_WIDEN_TERMS; i++)
        if (found[i].score > 0 && !topic_tree_has_term(root, found[i].term))
            terms[(*count_out)++] = found[i].term;
    return code;
}

/* The language that most matches are in, for stems. */
static enum error_code main_language(struct api_call *call, struct archive_snapshot *snapshot, const struct query_node *root,
                                     char lang[TEXT_LANG_BYTES])
{
    struct archive_value *values;
    size_t                count;
    enum error_code       code = archive_breakdown(snapshot, root, FIELD_LANG, 1, call->arena, &values, &count, &call->error);
    snprintf(lang, TEXT_LANG_BYTES, "%.*s", count && !code ? (int)values[0].value.len : 2, count && !code ? values[0].value.ptr : "en");
    return code;
}

/* What nearly matches: the widened query without the query. */
static enum error_code near_misses(struct api_call *call, struct archive_snapshot *snapshot, struct query_node *root,
                                   struct query_node **near_out)
{
    struct str         terms[TOPIC_WIDEN_TERMS];
    struct query_node *wide;
    size_t             count = 0;
    char               lang[TEXT_LANG_BYTES];
    enum error_code    code = standing_out(call, snapshot, root, terms, &count);
    if (!code)
        code = main_language(call, snapshot, root, lang);
    if (!code)
        code = topic_widen(root, terms, count, call->analyser, lang, call->arena, &wide, &call->error);
    if (!code && !(*near_out = topic_tree_but_not(call->arena, wide, root)))
        code = error_set(&call->error, ERROR_MEMORY, "no memory for a sample");
    return code;
}

static enum error_code printed(struct api_call *call, const struct query_node *node, struct str *text_out)
{
    struct buf text = {0};
    query_print(node, &text);
    *text_out = text.has_failed ? (struct str){0} : arena_str(call->arena, buf_str(&text));
    buf_fini(&text);
    return text_out->ptr ? ERROR_NONE : error_set(&call->error, ERROR_MEMORY, "no memory for a query's text");
}

static enum error_code count_matches(struct api_call *call, struct archive_snapshot *snapshot, const struct query_node *root, int64_t since_us,
                                     int64_t until_us, uint64_t *count_out)
{
    const struct query_node *node = root;
    if (since_us > INT64_MIN)
        node = topic_tree_and(call->arena, node, topic_tree_field(call->arena, FIELD_SINCE, since_us));
    if (node && until_us < INT64_MAX)
        node = topic_tree_and(call->arena, node, topic_tree_field(call->arena, FIELD_UNTIL, until_us));
    return node ? archive_count(snapshot, node, call->arena, count_out, &call->error)
                : error_set(&call->error, ERROR_MEMORY, "no memory for a sample");
}

static enum error_code draw(struct api_call *call, const struct topic *topic, struct topic_sample *sample, size_t size, struct str **ids_out,
                            size_t *count_out)
{
    struct archive_snapshot *snapshot;
    struct query             query;
    struct query_node       *from;
    enum error_code          code = api_query_text(call, topic->text.query, &query);
    if (!code)
        code = api_snapshot(call, &snapshot);
    from = query.root;
    if (!code && sample->kind == TOPIC_SAMPLE_NEAR)
        code = near_misses(call, snapshot, query.root, &from);
    if (!code)
        code = sample->kind == TOPIC_SAMPLE_NEAR ? printed(call, from, &sample->query) : ERROR_NONE;
    if (!code)
        code = topic_draw(snapshot, from, sample->since_us, sample->until_us, size, sample->seed, call->arena, ids_out, count_out,
                          &sample->population, &call->error);
    if (!code)
        code = count_matches(call, snapshot, query.root, sample->since_us, sample->until_us, &sample->matches);
    if (!code && *count_out == 0) {
        error_set(&call->error, ERROR_INVALID, sample->kind == TOPIC_SAMPLE_NEAR ? "nothing in the archive nearly matches this topic"
                                                                                  : "no post in the archive matches this topic");
        return error_hint(&call->error, "widen the time range, or let posts arrive first");
    }
    return code;
}

/* ---- A sample, told ---- */

void craft_put_sample(struct json *json, const struct topic_sample *sample)
{
    json_put_i64(json, "id", sample->id);
    json_put_str(json, "kind", str_of(topic_sample_kinds[sample->kind]));
    json_put_i64(json, "version", sample->version);
    json_put_str(json, "query", sample->query);
    json_put_i64(json, "population", sample->population);
    json_put_i64(json, "matches", sample->matches);
    json_put_time(json, "drawn_at", sample->drawn_us);
    topics_put_person(json, "drawn_by", sample->by);
    json_key(json, "since");
    sample->since_us > INT64_MIN ? json_time(json, sample->since_us) : json_null(json);
    json_key(json, "until");
    sample->until_us < INT64_MAX ? json_time(json, sample->until_us) : json_null(json);
}

static enum error_code read_kind(struct api_call *call, struct str word, enum topic_sample_kind *kind_out)
{
    for (int kind = 0; kind < 2; kind++)
        if (str_equal(word, str_of(topic_sample_kinds[kind]))) {
            *kind_out = (enum topic_sample_kind)kind;
            return ERROR_NONE;
        }
    return error_set(&call->error, ERROR_INVALID, "kind: expected matches or near, found '%.*s'", (int)(word.len < 40 ? word.len : 40), word.ptr);
}

static enum error_code answer_sample(struct api_call *call, const struct topic_sample *sample)
{
    json_object(&call->json);
    craft_put_sample(&call->json, sample);
    json_end(&call->json);
    return ERROR_NONE;
}

static enum error_code sample_new(struct api_call *call)
{
    struct topic_change change = {.actor = api_actor(call), .now_us = call->now_us};
    struct topic_sample sample = {.since_us = INT64_MIN, .until_us = INT64_MAX}, newest;
    struct topic        topic;
    struct str          kind, *ids;
    int64_t             size = TOPIC_SAMPLE_USUAL;
    size_t              count;
    bool                is_there = false, is_again = false;
    enum error_code     code = topics_find(call, &topic);
    if (!code)
        code = api_body_str(call, "kind", 20, true, &kind);
    if (!code)
        code = read_kind(call, kind, &sample.kind);
    if (!code)
        code = api_body_i64(call, "size", TOPIC_SAMPLE_LEAST, TOPIC_SAMPLE_MOST, false, &size);
    if (!code)
        code = api_body_time(call, "since", false, &sample.since_us);
    if (!code)
        code = api_body_time(call, "until", false, &sample.until_us);
    if (!code)
        code = api_body_bool(call, "again", false, &is_again);
    if (!code)
        code = topic_sample_newest(call->workspace->records, topic.id, sample.kind, 0, call->arena, &newest, &is_there, &call->error);
    if (code)
        return code;
    if (is_there && !is_again && newest.version == topic.version) /* two people who begin together label the same posts */
        return answer_sample(call, &newest);
    sample.topic_id = topic.id;
    sample.version = topic.version;
    sample.query = topic.text.query;
    sample.seed = topics_seed(call, topic.id);
    code = draw(call, &topic, &sample, (size_t)size, &ids, &count);
    if (!code)
        code = topic_sample_put(call->workspace->records, &change, &sample, ids, count, &call->error);
    if (code)
        return code;
    topics_tell(call, topic.id);
    return answer_sample(call, &sample);
}

/* ---- Labelling ---- */

/* A post as a labeller sees it: what was said, where, when and by whom; no figures that would sway. */
static void put_blind(struct json *json, const struct post *post, enum topic_label label)
{
    json_object(json);
    json_put_str(json, "id", post->id);
    json_put_str(json, "platform", post->platform);
    json_put_time(json, "at", post->at_us);
    json_put_str(json, "author", post_author_name(post));
    json_put_str(json, "text", post->text);
    json_put_str(json, "lang", post->lang);
    json_put_str(json, "community", post->community);
    json_put_str(json, "url", post->url);
    json_put_bool(json, "is_reply", post->reply_to.len > 0);
    json_put_bool(json, "is_repost", post->repost_of.len > 0);
    json_put_str(json, "label", str_of(topic_label_names[label]));
    json_end(json);
}

static enum error_code sample_posts(struct api_call *call)
{
    struct archive_snapshot  *snapshot;
    struct topic_sample       sample;
    struct topic_sample_post *posts = NULL;
    enum topic_sample_kind    kind = 0;
    struct topic              topic;
    struct json              *json = &call->json;
    size_t                    count = 0;
    uint64_t                  gone = 0;
    bool                      is_there = false;
    enum error_code           code = topics_find(call, &topic);
    if (!code)
        code = read_kind(call, api_name(call), &kind);
    if (!code)
        code = topic_sample_newest(call->workspace->records, topic.id, kind, 0, call->arena, &sample, &is_there, &call->error);
    if (!code && is_there)
        code = topic_sample_posts(call->workspace->records, sample.id, call->caller.member.id, call->arena, &posts, &count, &call->error);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    json_object(json);
    json_key(json, "sample");
    if (is_there) {
        json_object(json);
        craft_put_sample(json, &sample);
        json_end(json);
    } else {
        json_null(json);
    }
    json_key(json, "posts");
    json_array(json);
    for (size_t i = 0; !code && i < count; i++) {
        struct post post;
        code = archive_post(snapshot, posts[i].id, call->arena, &post, &call->error);
        if (!code) {
            put_blind(json, &post, posts[i].label);
        } else if (code == ERROR_NOT_FOUND) { /* deleted at the platform: gone here too */
            gone++;
            code = ERROR_NONE;
        }
    }
    json_end(json);
    json_put_i64(json, "gone", gone);
    json_end(json);
    return code;
}

static enum error_code label_put(struct api_call *call)
{
    struct topic_change change = {.actor = api_actor(call), .now_us = call->now_us};
    struct str          post, word = {0};
    enum topic_label    label = TOPIC_UNLABELLED, before;
    enum error_code     code = api_body_str(call, "post", POST_ID_MAX_BYTES, true, &post);
    if (!code)
        code = api_body_str(call, "label", 20, false, &word);
    if (!code && word.len && !topic_label_parse(word, &label))
        code = error_set(&call->error, ERROR_INVALID, "label: expected relevant, not or unsure, found '%.*s'", STR_ARG(word));
    if (!code)
        code = topic_label_put(call->workspace->records, &change, api_id(call), post, label, &before, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_put_str(&call->json, "post", post);
    json_put_str(&call->json, "label", str_of(topic_label_names[label]));
    json_put_str(&call->json, "before", str_of(topic_label_names[before]));
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- What the labels come to ---- */

struct measured {
    struct topic_sample    sample;
    struct topic_labelled *labels;
    struct topic_tally     tally;
    size_t                 label_count, size, mine;
    bool                   is_there;
};

static enum error_code measure(struct api_call *call, int64_t topic, enum topic_sample_kind kind, struct measured *out)
{
    struct record            *records = call->workspace->records;
    struct topic_sample_post *posts;
    *out = (struct measured){0};
    enum error_code code = topic_sample_newest(records, topic, kind, 0, call->arena, &out->sample, &out->is_there, &call->error);
    if (code || !out->is_there)
        return code;
    code = topic_sample_labels(records, out->sample.id, call->arena, &out->labels, &out->label_count, &call->error);
    if (!code)
        code = topic_sample_posts(records, out->sample.id, call->caller.member.id, call->arena, &posts, &out->size, &call->error);
    for (size_t i = 0; !code && i < out->size; i++)
        out->mine += posts[i].label != TOPIC_UNLABELLED;
    if (!code)
        out->tally = topic_tally_of(out->labels, out->label_count);
    return code;
}

static void put_measured(struct json *json, const char *name, const struct measured *measured)
{
    json_key(json, name);
    if (!measured->is_there) {
        json_null(json);
        return;
    }
    json_object(json);
    craft_put_sample(json, &measured->sample);
    json_put_i64(json, "size", measured->size);
    json_put_i64(json, "labelled_by_me", measured->mine);
    json_put_i64(json, "relevant", measured->tally.relevant);
    json_put_i64(json, "not", measured->tally.not_relevant);
    json_put_i64(json, "unsure", measured->tally.unsure);
    json_put_i64(json, "split", measured->tally.split);
    json_end(json);
}

static uint64_t sure(const struct measured *measured)
{
    return measured->tally.relevant + measured->tally.not_relevant;
}

static void put_recall(struct json *json, const struct measured *matches, const struct measured *near)
{
    bool is_one_version = matches->is_there && near->is_there && matches->sample.version == near->sample.version &&
                          matches->sample.since_us == near->sample.since_us && matches->sample.until_us == near->sample.until_us;
    bool is_enough = sure(matches) >= TOPIC_LEAST_SURE && sure(near) >= TOPIC_LEAST_NEAR;
    json_key(json, "recall");
    if (!is_one_version || !is_enough) {
        json_null(json);
        return;
    }
    struct topic_recall recall = topic_recall_of(matches->tally.relevant, sure(matches), near->sample.matches, near->tally.relevant, sure(near),
                                                 near->sample.population);
    json_object(json);
    json_key(json, "value");
    json_double(json, recall.share.value, 4);
    json_key(json, "low");
    json_double(json, recall.share.low, 4);
    json_key(json, "high");
    json_double(json, recall.share.high, 4);
    json_key(json, "wanted_taken");
    json_double(json, recall.wanted_taken, 0);
    json_key(json, "wanted_missed");
    json_double(json, recall.wanted_missed, 0);
    json_end(json);
}

struct people {
    struct topic_person person[PEOPLE_MAX];
    uint64_t            labelled[PEOPLE_MAX];
    size_t              count;
};

static size_t person_of(struct people *people, struct topic_person person)
{
    for (size_t i = 0; i < people->count; i++)
        if (people->person[i].id == person.id)
            return i;
    if (people->count == PEOPLE_MAX)
        return PEOPLE_MAX;
    people->person[people->count] = person;
    return people->count++;
}

/* Labels stand post by post: within each post, every two people who labelled it meet once. */
static void meet(struct people *people, const struct measured *measured, uint64_t counts[PEOPLE_MAX][PEOPLE_MAX][TOPIC_LABELS][TOPIC_LABELS])
{
    for (size_t i = 0; i < measured->label_count; i++) {
        size_t a = person_of(people, measured->labels[i].by);
        if (a == PEOPLE_MAX)
            continue;
        people->labelled[a]++;
        for (size_t k = i + 1; k < measured->label_count && str_equal(measured->labels[k].post_id, measured->labels[i].post_id); k++) {
            size_t b = person_of(people, measured->labels[k].by);
            if (b == PEOPLE_MAX)
                continue;
            int said_a = measured->labels[i].label - 1, said_b = measured->labels[k].label - 1;
            a < b ? counts[a][b][said_a][said_b]++ : counts[b][a][said_b][said_a]++;
        }
    }
}

static enum error_code put_people(struct api_call *call, const struct measured *matches, const struct measured *near)
{
    struct json  *json = &call->json;
    struct people people = {0};
    uint64_t(*counts)[PEOPLE_MAX][TOPIC_LABELS][TOPIC_LABELS] = arena_array(call->arena, PEOPLE_MAX, sizeof *counts);
    if (!counts)
        return error_set(&call->error, ERROR_MEMORY, "no memory for agreement");
    meet(&people, matches, counts);
    meet(&people, near, counts);
    json_key(json, "people");
    json_array(json);
    for (size_t i = 0; i < people.count; i++) {
        json_object(json);
        json_put_i64(json, "id", people.person[i].id);
        json_put_str(json, "name", people.person[i].name);
        json_put_i64(json, "labelled", people.labelled[i]);
        json_end(json);
    }
    json_end(json);
    json_key(json, "agreement");
    json_array(json);
    for (size_t a = 0; a < people.count; a++)
        for (size_t b = a + 1; b < people.count; b++) {
            struct topic_agreement agreement = topic_agreement_of((const uint64_t(*)[TOPIC_LABELS])counts[a][b]);
            bool                   is_enough = agreement.both >= TOPIC_LEAST_BOTH;
            if (agreement.both == 0)
                continue;
            json_object(json);
            topics_put_person(json, "first", people.person[a]);
            topics_put_person(json, "second", people.person[b]);
            json_put_i64(json, "both", agreement.both);
            json_put_i64(json, "same", agreement.same);
            json_put_double(json, "raw", is_enough ? agreement.raw : NAN, 4);
            json_put_double(json, "kappa", is_enough ? agreement.kappa : NAN, 4);
            json_end(json);
        }
    json_end(json);
    return ERROR_NONE;
}

static enum error_code state(struct api_call *call)
{
    struct measured matches = {0}, near = {0};
    struct topic    topic;
    struct json    *json = &call->json;
    enum error_code code = topics_find(call, &topic);
    if (!code)
        code = measure(call, topic.id, TOPIC_SAMPLE_MATCHES, &matches);
    if (!code)
        code = measure(call, topic.id, TOPIC_SAMPLE_NEAR, &near);
    if (code)
        return code;
    json_object(json);
    json_put_i64(json, "version", topic.version);
    put_measured(json, "matches", &matches);
    put_measured(json, "near", &near);
    topics_put_interval(json, "precision", topic_wilson(matches.tally.relevant, sure(&matches), TOPIC_Z_95), matches.tally.relevant,
                        sure(&matches), TOPIC_LEAST_SURE);
    put_recall(json, &matches, &near);
    json_key(json, "least");
    json_object(json);
    json_put_i64(json, "sure", TOPIC_LEAST_SURE);
    json_put_i64(json, "near", TOPIC_LEAST_NEAR);
    json_put_i64(json, "both", TOPIC_LEAST_BOTH);
    json_end(json);
    code = put_people(call, &matches, &near);
    json_end(json);
    return code;
}

/* ---- Rows ---- */

#define SAMPLE_MEMBERS                                                                                                          \
    "\"id\":{\"type\":\"integer\"},\"kind\":{\"enum\":[\"matches\",\"near\"]},\"version\":{\"type\":\"integer\"},\"query\":{\"type\":\"string\"}," \
    "\"population\":" TOPICS_COUNT ",\"matches\":" TOPICS_COUNT ",\"drawn_at\":{\"type\":\"string\",\"format\":\"date-time\"},\"drawn_by\":" \
    TOPICS_PERSON
#define SAMPLE_REQUIRED "\"id\",\"kind\",\"version\",\"query\",\"population\",\"matches\",\"drawn_at\",\"drawn_by\",\"since\",\"until\""
#define STATE                                                                                                                   \
    "{\"type\":[\"object\",\"null\"],\"required\":[" SAMPLE_REQUIRED ",\"size\",\"labelled_by_me\",\"relevant\",\"not\",\"unsure\",\"split\"]," \
    "\"properties\":{" SAMPLE_MEMBERS "}}"

const struct api_route api_craft_routes[] = {
    {HTTP_GET, "/topics/{id}/craft", API_CLIENT, ROLE_VIEWER, "craft", "how good a topic's query is, by the labels of its newest samples",
     "Precision: of the posts that were labelled relevant or not (unsure left out), the share that is relevant, with Wilson's 95 % interval; null "
     "below 20. Several people's labels of a post count once, by majority; a post on which they are split counts as unsure. Recall: sampled, "
     "against near misses alone, so an upper estimate of the recall over everything; null below 30 sure near misses, "
     "and where the two samples are not of one version and one stretch of time. Agreement: raw, and Cohen's "
     "kappa, for two people who labelled 10 posts or more in common.",
     NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"version\",\"matches\",\"near\",\"precision\",\"recall\",\"least\",\"people\",\"agreement\"],\"properties\":{"
     "\"version\":{\"type\":\"integer\"},\"matches\":" STATE ",\"near\":" STATE ",\"precision\":" TOPICS_SHARE
     ",\"recall\":{\"type\":[\"object\",\"null\"],\"required\":[\"value\",\"low\",\"high\",\"wanted_taken\",\"wanted_missed\"]},\"people\":{\"type\":"
     "\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"labelled\"]}},\"agreement\":{\"type\":\"array\",\"items\":{\"type\":"
     "\"object\",\"required\":[\"first\",\"second\",\"both\",\"same\",\"raw\",\"kappa\"]}}}}",
     NULL, 0, state},
    {HTTP_POST, "/topics/{id}/samples", API_CLIENT, ROLE_LEARNER, "craft_sample_new", "draw a sample to be labelled",
     "matches: posts that the topic takes, each as likely as the other. near: posts that a widened query takes and the topic does not. A sample is "
     "drawn once and kept: for the same version of the topic the same one is given, unless again is true.",
     NULL,
     "{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{\"kind\":{\"enum\":[\"matches\",\"near\"]},\"size\":{\"type\":\"integer\",\"minimum\":10,"
     "\"maximum\":500},\"since\":{\"type\":\"string\"},\"until\":{\"type\":\"string\"},\"again\":{\"type\":\"boolean\"}}}",
     "{\"type\":\"object\",\"required\":[" SAMPLE_REQUIRED "],\"properties\":{" SAMPLE_MEMBERS "}}", NULL, 201, sample_new},
    {HTTP_GET, "/topics/{id}/samples/{name}", API_CLIENT, ROLE_VIEWER, "craft_sample", "the newest sample of a kind (matches, near), to be labelled",
     "In its own random order, with the caller's own labels and nobody else's, and without figures of posts and authors. gone: posts that were "
     "deleted since.",
     NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"sample\",\"posts\",\"gone\"],\"properties\":{\"sample\":{\"type\":[\"object\",\"null\"],\"required\":["
     SAMPLE_REQUIRED "]},\"posts\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"platform\",\"at\",\"author\",\"text\",\"label\"]}},"
     "\"gone\":" TOPICS_COUNT "}}",
     NULL, 0, sample_posts},
    {HTTP_PUT, "/topics/{id}/labels", API_CLIENT, ROLE_LEARNER, "craft_label", "what the caller thinks of a post of a sample",
     "The last word counts; an empty label takes it back. before is what the caller had said.", NULL,
     "{\"type\":\"object\",\"required\":[\"post\"],\"properties\":{\"post\":{\"type\":\"string\"},\"label\":{\"enum\":[\"relevant\",\"not\",\"unsure\",\"\"]}}}",
     "{\"type\":\"object\",\"required\":[\"post\",\"label\",\"before\"]}", NULL, 0, label_put},
    {0}};
