/* The index says what the matcher says: random queries over invented posts in every state a post can be in, and over real ones. */
#include "../query/query_random.h"
#include "archive/answer.h"
#include "world.h"

#include <stdlib.h>

/* Which post of the list each document of a snapshot is. */
struct places {
    uint32_t **numbers; /* of each part, of each document; INTERNER_NONE for deleted ones */
    uint32_t   part_count;
};

static void places_find(struct places *places, const struct world *world, const struct archive_snapshot *snapshot)
{
    struct record_reader *reader;
    struct arena          arena = {0};
    struct error          error = {0};
    check_ok(record_reader_new(&reader, &error), error, " ");
    places->part_count = snapshot->part_count;
    places->numbers = calloc(snapshot->part_count + 1, sizeof *places->numbers);
    for (uint32_t part = 0; part < snapshot->part_count; part++) {
        uint32_t docs = segment_count(snapshot->parts[part].segment);
        places->numbers[part] = calloc(docs + 1, sizeof **places->numbers);
        for (uint32_t doc = 0; doc < docs; doc++) {
            struct str id;
            check_ok(answer_id(&snapshot->parts[part], doc, reader, &arena, &id, &error), error, "part %u, document %u", part, doc);
            places->numbers[part][doc] =
                snapshot_is_deleted(&snapshot->parts[part], doc) ? INTERNER_NONE : interner_find(&world->ids, id);
            arena_reset(&arena);
        }
    }
    arena_fini(&arena);
    record_reader_free(reader);
}

static void places_fini(struct places *places)
{
    for (uint32_t part = 0; part < places->part_count; part++)
        free(places->numbers[part]);
    free(places->numbers);
}

static void compare(struct world *world, const struct places *places, struct archive_snapshot *snapshot, const struct query_node *root,
                    unsigned round, size_t *matches)
{
    struct answer answer;
    struct error  error = {0};
    struct buf    text = {0};
    uint8_t      *is_found = calloc(world->ids.count + 1, 1);
    query_print(root, &text);
    check_ok(answer_begin(&answer, snapshot, root, &error), error, "round %u: %.*s\n", round, STR_ARG(buf_str(&text)));
    for (uint32_t part = 0; part < snapshot->part_count; part++) {
        struct document_walk walk;
        uint32_t             doc;
        document_walk_init(&walk, answer.matches[part]);
        while (document_next(&walk, &doc)) {
            check(doc < segment_count(snapshot->parts[part].segment), "round %u: document %u: %.*s\n", round, doc, STR_ARG(buf_str(&text)));
            uint32_t number = places->numbers[part][doc];
            check(number != INTERNER_NONE, "round %u: a deleted post: %.*s\n", round, STR_ARG(buf_str(&text)));
            is_found[number]++;
        }
    }
    answer_end(&answer);
    for (uint32_t i = 0; i < world->ids.count; i++) {
        const struct world_post *post = &world->posts[i];
        bool is_match = post->is_live && query_match(root, &(struct query_doc){&post->post, &post->facts}, world->analyser, &world->scratch);
        arena_reset(&world->scratch);
        check(is_found[i] == is_match, "round %u: the index says %d, the matcher %d\nquery: %.*s\npost %.*s: %.*s\n", round, is_found[i],
              is_match, STR_ARG(buf_str(&text)), STR_ARG(post->post.id), STR_ARG(post->post.text));
        *matches += is_match;
    }
    free(is_found);
    buf_fini(&text);
}

static void compare_random(struct world *world, uint64_t seed, unsigned rounds)
{
    struct archive_snapshot *snapshot = world_snapshot(world);
    struct places            places;
    struct arena             queries = {0};
    struct rng               rng;
    size_t                   doc_count, matches = 0;
    struct query_doc        *docs = world_docs(world, &doc_count);
    places_find(&places, world, snapshot);
    rng_seed(&rng, seed);
    for (unsigned round = 0; round < rounds; round++) {
        struct query_random random = {&rng, docs, doc_count, world->analyser, &queries, false};
        compare(world, &places, snapshot, query_random_tree(&random, round % 5), round, &matches);
        arena_reset(&queries);
    }
    /* Queries that find everything or nothing would prove nothing. */
    check(matches > rounds && matches < (size_t)rounds * doc_count * 19 / 20, "%zu matches in %u rounds over %zu posts\n", matches, rounds, doc_count);
    places_fini(&places);
    free(docs);
    arena_fini(&queries);
    archive_snapshot_release(snapshot);
}

static void invented_posts(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 6; seed++) {
        struct world world;
        struct rng   rng;
        world_init(&world, NULL);
        rng_seed(&rng, seed);
        world_fill(&world, &rng, seed == 1 ? 12 : 300);
        compare_random(&world, seed * 100, 700);
        world_seal(&world);
        compare_random(&world, seed * 101, 300);
        world_fini(&world);
    }
}

/* What random trees seldom make. */
static void chosen_queries(void **state)
{
    static const char *const sources[] = {
        "*", "NOT *", "late NOT late", "harbour since:2015-02-22T12:00:00Z until:2015-02-22T11:00:00Z", "link:news.example", "link:www.news.example",
        "link:w*", "link:http://news.example/2015", "site:news.example", "site:example", "site:*.example", "author:handle3", "author:id3",
        "author:ID*", "author:*3", "tag:fleek", "tag:f*", "#f*", "@harbour*", "mention:harbour_ferry", "$hbr", "*a*", "h?rbour",
        "\"the f* ferry\"", "\"late again\"", "late NEAR/0 again", "late NEAR/2f (ferry OR harbour)", "freq:2:late", "freq:3:l*", "freq:2:\"late late\"",
        "case:LATE", "case:\"LATE again\"", "case:Late", "raw:\"50% off!\"", "raw:\" late \"", "raw:\"late ferry late\"", "raw:%", "raw:\"&amp;\"",
        "url:twitter.example", "url:*reddit*", "thread:twitter:3", "id:reddit:5", "lang:de", "kind:post", "community:straße", "community:t*",
        "likes:>2", "likes:0", "reposts:1..2", "followers:<10", "has:link", "has:question NOT has:tag", "(東京 OR タワー)", "มิตร OR ประเทศไทย",
        "NOT (late OR NOT (harbour NOT case:Late))", "raw:a raw:e raw:i", "url:x OR raw:late OR late",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "raw:\"the aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa on\"",
    };
    struct world world;
    struct rng   rng;
    (void)state;
    world_init(&world, NULL);
    rng_seed(&rng, 77);
    world_fill(&world, &rng, 1500);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    struct places            places;
    size_t                   matches = 0;
    places_find(&places, &world, snapshot);
    for (unsigned i = 0; i < sizeof sources / sizeof *sources; i++)
        compare(&world, &places, snapshot, world_query(&world, sources[i]), i, &matches);
    places_fini(&places);
    archive_snapshot_release(snapshot);
    world_fini(&world);
}

static void real_posts(void **state)
{
    struct world world;
    struct buf   lines;
    struct str   line;
    unsigned     count = 0;
    (void)state;
    if (!world_real_posts("airlines-2015-02", &lines))
        skip();
    world_init(&world, NULL);
    struct str rest = buf_str(&lines);
    while (str_next_field(&rest, '\n', &line)) {
        struct post  post;
        struct error error = {0};
        if (line.len == 0)
            continue;
        check_ok(post_parse(line, &world.scratch, &post, &error), error, "line %u", count);
        world_add(&world, &post);
        arena_reset(&world.scratch);
        if (++count % 5000 == 0)
            world_seal(&world);
    }
    world_commit(&world);
    for (uint32_t i = 7; i < world.ids.count; i += 97)
        world_delete(&world, world.posts[i].post.id);
    world_commit(&world);
    compare_random(&world, 2015, 600);
    world_fini(&world);
    buf_fini(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_queries),
        cmocka_unit_test(invented_posts),
        cmocka_unit_test(real_posts),
    };
    return cmocka_run_group_tests_name("archive answers: index equals matcher", tests, NULL, NULL);
}
