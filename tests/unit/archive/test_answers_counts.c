/* Counts, timelines, breakdowns and terms, held against plain loops over the matching posts. */
#include "../query/query_random.h"
#include "base/clock.h"
#include "world.h"

#include <math.h>
#include <stdlib.h>

/* Counts by value, by definition. */
struct plain_tally {
    struct interner names;
    uint64_t       *counts;
};

static void plain_add(struct plain_tally *tally, struct str name)
{
    uint32_t before = tally->names.count, number = interner_add(&tally->names, name);
    if (number == before) {
        tally->counts = realloc(tally->counts, (before + 1) * sizeof *tally->counts);
        assert_non_null(tally->counts);
        tally->counts[number] = 0;
    }
    tally->counts[number]++;
}

static void plain_fini(struct plain_tally *tally)
{
    interner_fini(&tally->names);
    free(tally->counts);
}

/* Each value once a post. */
struct value_set {
    struct str values[512];
    size_t     count;
};

static void put_value(struct value_set *set, struct str value)
{
    if (value.len == 0)
        return;
    for (size_t i = 0; i < set->count; i++)
        if (str_equal(set->values[i], value))
            return;
    assert_true(set->count < 512);
    set->values[set->count++] = value;
}

static void keys_of_kind(struct value_set *set, const struct text_facts *facts, enum token_kind kind)
{
    for (uint32_t i = 0; i < facts->token_count; i++)
        if (facts->tokens[i].kind == kind)
            put_value(set, str_slice(facts->tokens[i].key.ptr + 1, facts->tokens[i].key.len - 1));
}

static void values_of(struct world *world, const struct query_doc *doc, enum query_field field, struct value_set *set)
{
    const struct post *post = doc->post;
    struct str        *links;
    size_t             count;
    set->count = 0;
    switch (field) {
    case FIELD_AUTHOR: put_value(set, text_fold(world->analyser, &world->scratch, post_author_name(post))); break;
    case FIELD_PLATFORM: put_value(set, text_fold(world->analyser, &world->scratch, post->platform)); break;
    case FIELD_COMMUNITY: put_value(set, text_fold(world->analyser, &world->scratch, post->community)); break;
    case FIELD_KIND: put_value(set, text_fold(world->analyser, &world->scratch, post->kind)); break;
    case FIELD_LANG: put_value(set, str_of(doc->facts->lang)); break;
    case FIELD_TAG: keys_of_kind(set, doc->facts, TOKEN_TAG); break;
    case FIELD_MENTION: keys_of_kind(set, doc->facts, TOKEN_MENTION); break;
    case FIELD_THREAD: put_value(set, post_thread(post)); break;
    case FIELD_HAS:
        for (size_t i = 0; i < HAS_COUNT; i++)
            if (query_has_bits(post, doc->facts) & query_has_flags[i].bit)
                put_value(set, str_of(query_has_flags[i].name));
        break;
    default:
        assert_true(query_post_links(post, doc->facts, &world->scratch, &links, &count));
        for (size_t i = 0; i < count; i++)
            put_value(set, field == FIELD_LINK ? links[i] : text_link_host(links[i]));
    }
}

static void check_breakdown(struct world *world, struct archive_snapshot *snapshot, const struct query_node *root, enum query_field field,
                            const struct query_doc *matching, size_t matches, struct str name)
{
    struct plain_tally    tally = {0};
    struct archive_value *values, *few;
    size_t                count, few_count, top = 3;
    struct error          error = {0};
    struct arena          arena = {0};
    for (size_t i = 0; i < matches; i++) {
        struct value_set set;
        values_of(world, &matching[i], field, &set);
        for (size_t j = 0; j < set.count; j++)
            plain_add(&tally, set.values[j]);
        arena_reset(&world->scratch);
    }
    check_ok(archive_breakdown(snapshot, root, field, 100000, &arena, &values, &count, &error), error, "%.*s", STR_ARG(name));
    check(count == tally.names.count, "%s of %.*s: %zu values, not %u\n", query_fields[field].name, STR_ARG(name), count, tally.names.count);
    for (size_t i = 0; i < count; i++) {
        uint32_t number = interner_find(&tally.names, values[i].value);
        check(number != INTERNER_NONE && tally.counts[number] == values[i].count, "%s of %.*s: %.*s has %llu\n", query_fields[field].name,
              STR_ARG(name), STR_ARG(values[i].value), (unsigned long long)values[i].count);
        bool is_in_order = i == 0 || values[i - 1].count > values[i].count ||
                           (values[i - 1].count == values[i].count &&
                            (field == FIELD_THREAD || str_compare(values[i - 1].value, values[i].value) < 0));
        check(is_in_order, "%s of %.*s: place %zu\n", query_fields[field].name, STR_ARG(name), i);
    }
    check_ok(archive_breakdown(snapshot, root, field, top, &arena, &few, &few_count, &error), error, "%.*s", STR_ARG(name));
    check(few_count == (count < top ? count : top), "%zu of %zu\n", few_count, count);
    for (size_t i = 0; i < few_count; i++)
        check(str_equal(few[i].value, values[i].value) && few[i].count == values[i].count, "%s of %.*s: place %zu of the first few\n",
              query_fields[field].name, STR_ARG(name), i);
    arena_fini(&arena);
    plain_fini(&tally);
}

static void check_timeline(struct archive_snapshot *snapshot, const struct query_node *root, int64_t width_us, const struct query_doc *matching,
                           size_t matches, struct str name)
{
    struct archive_bucket *buckets;
    size_t                 count, at = 0;
    struct error           error = {0};
    struct arena           arena = {0};
    check_ok(archive_timeline(snapshot, root, width_us, &arena, &buckets, &count, &error), error, "%.*s", STR_ARG(name));
    check((count == 0) == (matches == 0), "%.*s: %zu buckets for %zu posts\n", STR_ARG(name), count, matches);
    for (size_t i = 0; i < count; i++) {
        uint64_t wanted = 0;
        for (; at < matches && matching[at].post->at_us < buckets[i].at_us + width_us; at++)
            wanted += matching[at].post->at_us >= buckets[i].at_us;
        check(buckets[i].count == wanted, "%.*s by %lld: bucket %zu has %llu, not %llu\n", STR_ARG(name), (long long)width_us, i,
              (unsigned long long)buckets[i].count, (unsigned long long)wanted);
        check(buckets[i].at_us % width_us == 0 && (i == 0 || buckets[i].at_us == buckets[i - 1].at_us + width_us), "bucket %zu\n", i);
    }
    check(at == matches, "%.*s: %zu of %zu posts are in a bucket\n", STR_ARG(name), at, matches);
    if (count)
        check(buckets[0].count && buckets[count - 1].count, "%.*s: an empty bucket at an end\n", STR_ARG(name));
    arena_fini(&arena);
}

/* ---- Terms ---- */

static void count_keys(const struct query_doc *docs, size_t count, struct plain_tally *tally, double *total)
{
    for (size_t i = 0; i < count; i++) {
        struct value_set set = {.count = 0};
        for (uint32_t j = 0; j < docs[i].facts->token_count; j++)
            if (docs[i].facts->tokens[j].kind != TOKEN_LINK)
                put_value(&set, docs[i].facts->tokens[j].key);
        for (size_t j = 0; j < set.count; j++)
            plain_add(tally, set.values[j]);
        *total += (double)set.count;
    }
}

static double plain_score(double y, double t, double n, double N)
{
    double rest_y = t - y, rest_n = N - n, delta = log((y + t) / (n + N - y - t)) - log((rest_y + t) / (rest_n + N - rest_y - t));
    return delta / sqrt(1 / (y + t) + 1 / (rest_y + t));
}

static void check_terms(struct archive_snapshot *snapshot, const struct query_node *root, const struct query_doc *docs, size_t doc_count,
                        const struct query_doc *matching, size_t matches, struct str name)
{
    struct plain_tally   inside = {0}, whole = {0};
    double               n = 0, N = 0;
    struct archive_term *terms, *few;
    size_t               count, few_count, top = 5, worth = 0;
    struct error         error = {0};
    struct arena         arena = {0};
    count_keys(matching, matches, &inside, &n);
    count_keys(docs, doc_count, &whole, &N);
    check_ok(archive_terms(snapshot, root, 1000, &arena, &terms, &count, &error), error, "%.*s", STR_ARG(name));
    for (size_t i = 0; i < count; i++) {
        uint32_t in = interner_find(&inside.names, terms[i].term), all = interner_find(&whole.names, terms[i].term);
        check(in != INTERNER_NONE && inside.counts[in] == terms[i].count, "%.*s: %.*s\n", STR_ARG(name), STR_ARG(terms[i].term));
        double score = matches == doc_count ? 0 : plain_score((double)inside.counts[in], (double)whole.counts[all], n, N);
        check(fabs(score - terms[i].score) < 1e-9 * (1 + fabs(score)), "%.*s: %.*s has %.17g, not %.17g\n", STR_ARG(name), STR_ARG(terms[i].term),
              terms[i].score, score);
        check(!text_is_stop_word(terms[i].term, "en"), "%.*s: the stop word %.*s\n", STR_ARG(name), STR_ARG(terms[i].term));
        check(i == 0 || terms[i - 1].score >= terms[i].score, "%.*s: place %zu\n", STR_ARG(name), i);
    }
    /* Nothing strong is missing: longer words that are no stop words anywhere here. */
    static const char *const sure[] = {"harbour", "ferry", "coffee", "#fleek", "東京", "@harbour_ferry", "lateness", "fleet's"};
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++) {
        uint32_t in = interner_find(&inside.names, str_of(sure[i])), all = interner_find(&whole.names, str_of(sure[i]));
        bool     is_there = false, should = in != INTERNER_NONE && inside.counts[in] >= 2;
        should = should && (matches == doc_count || plain_score((double)inside.counts[in], (double)whole.counts[all], n, N) > 1e-9);
        for (size_t j = 0; j < count; j++)
            is_there |= str_equal(terms[j].term, str_of(sure[i]));
        worth += should;
        check(is_there || !should, "%.*s: %s is missing\n", STR_ARG(name), sure[i]);
    }
    check_ok(archive_terms(snapshot, root, top, &arena, &few, &few_count, &error), error, "%.*s", STR_ARG(name));
    check(few_count == (count < top ? count : top), "%zu of %zu\n", few_count, count);
    for (size_t i = 0; i < few_count; i++)
        check(str_equal(few[i].term, terms[i].term), "%.*s: place %zu of the first few is %.*s, not %.*s\n", STR_ARG(name), i, STR_ARG(few[i].term),
              STR_ARG(terms[i].term));
    arena_fini(&arena);
    plain_fini(&inside);
    plain_fini(&whole);
}

static void check_all(struct world *world, struct archive_snapshot *snapshot, const struct query_node *root, const struct query_doc *docs,
                      size_t doc_count)
{
    static const enum query_field fields[] = {FIELD_AUTHOR, FIELD_PLATFORM, FIELD_COMMUNITY, FIELD_KIND, FIELD_LANG, FIELD_TAG,
                                              FIELD_MENTION, FIELD_LINK, FIELD_SITE, FIELD_THREAD, FIELD_HAS};
    static const int64_t          widths[] = {CLOCK_MINUTE_US, 7 * CLOCK_MINUTE_US, CLOCK_HOUR_US, CLOCK_DAY_US, 365 * CLOCK_DAY_US};
    struct query_doc *matching = calloc(doc_count + 1, sizeof *matching);
    struct buf        text = {0};
    struct arena      arena = {0};
    struct error      error = {0};
    uint64_t          count;
    query_print(root, &text);
    size_t matches = world_matching(world, root, docs, doc_count, matching);
    check_ok(archive_count(snapshot, root, &arena, &count, &error), error, "%.*s", STR_ARG(buf_str(&text)));
    check(count == matches, "%.*s: %llu, not %zu\n", STR_ARG(buf_str(&text)), (unsigned long long)count, matches);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        check_timeline(snapshot, root, widths[i], matching, matches, buf_str(&text));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        check_breakdown(world, snapshot, root, fields[i], matching, matches, buf_str(&text));
    check_terms(snapshot, root, docs, doc_count, matching, matches, buf_str(&text));
    arena_fini(&arena);
    buf_fini(&text);
    free(matching);
}

static void invented_posts(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 4; seed++) {
        struct world world;
        struct rng   rng;
        struct arena queries = {0};
        size_t       doc_count;
        world_init(&world, NULL);
        rng_seed(&rng, seed + 40);
        world_fill(&world, &rng, seed * 150);
        struct query_doc        *docs = world_docs(&world, &doc_count);
        struct archive_snapshot *snapshot = world_snapshot(&world);
        check_all(&world, snapshot, world_query(&world, "*"), docs, doc_count);
        check_all(&world, snapshot, world_query(&world, "harbour OR ferry OR 東京"), docs, doc_count);
        for (unsigned round = 0; round < 25; round++) {
            struct query_random random = {&rng, docs, doc_count, world.analyser, &queries, false};
            check_all(&world, snapshot, query_random_tree(&random, 2), docs, doc_count);
            arena_reset(&queries);
        }
        archive_snapshot_release(snapshot);
        arena_fini(&queries);
        free(docs);
        world_fini(&world);
    }
}

static void questions_that_cannot_be_answered(void **state)
{
    struct world           world;
    struct rng             rng;
    struct archive_value  *values;
    struct archive_bucket *buckets;
    size_t                 count;
    struct error           error = {0};
    (void)state;
    world_init(&world, NULL);
    rng_seed(&rng, 9);
    struct archive_snapshot *empty = world_snapshot(&world);
    static const enum query_field fields[] = {FIELD_URL, FIELD_LIKES, FIELD_FOLLOWERS, FIELD_SINCE, FIELD_ID, FIELD_COUNT};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        assert_int_equal(archive_breakdown(empty, world_query(&world, "*"), fields[i], 5, &world.scratch, &values, &count, &error), ERROR_INVALID);
        assert_non_null(strstr(error.message, "no values to list"));
    }
    archive_snapshot_release(empty);
    world_fill(&world, &rng, 60);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    assert_int_equal(archive_timeline(snapshot, world_query(&world, "*"), 0, &world.scratch, &buckets, &count, &error), ERROR_INVALID);
    assert_int_equal(archive_timeline(snapshot, world_query(&world, "*"), -5, &world.scratch, &buckets, &count, &error), ERROR_INVALID);
    assert_int_equal(archive_timeline(snapshot, world_query(&world, "*"), 1, &world.scratch, &buckets, &count, &error), ERROR_TOO_LARGE);
    assert_int_equal(archive_timeline(snapshot, world_query(&world, "*"), INT64_MAX, &world.scratch, &buckets, &count, &error), ERROR_NONE);
    assert_int_equal(count, 1);
    archive_snapshot_release(snapshot);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invented_posts),
        cmocka_unit_test(questions_that_cannot_be_answered),
    };
    return cmocka_run_group_tests_name("archive answers: counts", tests, NULL, NULL);
}
