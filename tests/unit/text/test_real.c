/* Posts by real people, where they are at hand: nothing may be out of place, and a second look must see the same. */
#include "text_fixture.h"

#include "base/hash.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <zstd.h>

#ifndef SOURCE_ROOT
#define SOURCE_ROOT "."
#endif

/* The decompressed file, or nothing where it is not at hand. */
static struct buf read_posts(const char *name)
{
    char        path[512];
    const char *shared = getenv("BELLWETHER_SHARED");
    struct buf  out = {0};
    snprintf(path, sizeof path, "%s/data/%s", shared ? shared : SOURCE_ROOT "/../shared", name);
    FILE         *file = fopen(path, "rb");
    ZSTD_DStream *stream = file ? ZSTD_createDStream() : NULL;
    char          packed[64 * 1024];
    for (size_t len; stream && (len = fread(packed, 1, sizeof packed, file)) > 0;)
        for (ZSTD_inBuffer in = {packed, len, 0}; in.pos < in.size;) {
            buf_reserve(&out, 1024 * 1024);
            ZSTD_outBuffer room = {out.ptr + out.len, out.capacity - out.len, 0};
            if (ZSTD_isError(ZSTD_decompressStream(stream, &room, &in)))
                fail_msg("%s does not decompress", path);
            out.len += room.pos;
        }
    ZSTD_freeDStream(stream);
    if (file)
        fclose(file);
    else
        print_message("skipped: there is no %s (set BELLWETHER_SHARED)\n", path);
    return out;
}

static uint64_t facts_hash(const struct text_facts *facts)
{
    uint64_t hash = hash_mix(facts->copy_hash, facts->simhash) ^ hash_bytes(facts->lang, TEXT_LANG_BYTES);
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        hash = hash_mix(hash, hash_str(token->key) ^ hash_str(token->stem));
        hash = hash_mix(hash, hash_mix(token->start, token->len) ^ hash_mix(token->position, token->kind));
    }
    return hash;
}

struct counts {
    unsigned posts, english, kinds[TOKEN_EMOJI + 1];
};

/* The key of a word, looked at as a text, must be that word: queries are read that way. */
static void check_words_read_back(struct fixture *fixture, const struct text_facts *facts)
{
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        bool                is_sigil_word = i > 0 && token->position == facts->tokens[i - 1].position;
        if (token->kind == TOKEN_LINK || is_sigil_word)
            continue;
        struct text_facts again = facts_of(fixture, token->key, "", 0);
        if (again.token_count == 0 || !str_equal(again.tokens[0].key, token->key) || again.position_count != 1)
            fail_msg("\"%.*s\" reads back as \"%s\"", STR_ARG(token->key), tokens_line(fixture, &again));
    }
}

static struct counts look_at(struct fixture *fixture, const char *name)
{
    struct buf    file = read_posts(name);
    struct str    rest = buf_str(&file), line;
    struct counts counts = {0};
    struct text_analyser *second;
    assert_int_equal(text_analyser_new(&second, NULL), ERROR_NONE);
    while (str_next_field(&rest, '\n', &line)) {
        cJSON      *post = line.len ? cJSON_ParseWithLength(line.ptr, line.len) : NULL;
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(post, "text"));
        if (text) {
            struct text_facts facts = facts_of(fixture, str_of(text), "", TEXT_WANT_ALL), again;
            check_facts(&facts);
            check_words_read_back(fixture, &facts);
            assert_int_equal(text_analyse(second, &fixture->arena, str_of(text), STR(""), TEXT_WANT_ALL, &again, NULL),
                             ERROR_NONE);
            if (facts_hash(&facts) != facts_hash(&again))
                fail_msg("a second analyser sees another \"%s\"", text);
            counts.posts++;
            counts.english += strcmp(facts.lang, "en") == 0;
            for (uint32_t i = 0; i < facts.token_count; i++)
                counts.kinds[facts.tokens[i].kind]++;
        }
        cJSON_Delete(post);
        arena_reset(&fixture->arena);
    }
    text_analyser_free(second);
    buf_fini(&file);
    return counts;
}

static void test_airline_posts(void **state)
{
    struct counts counts = look_at(*state, "airlines-2015-02.jsonl.zst");
    if (!counts.posts)
        skip();
    assert_int_equal(counts.posts, 14640);
    assert_true(counts.english > counts.posts / 100 * 95); /* they all are; the rest is too short to tell */
    assert_true(counts.kinds[TOKEN_MENTION] >= counts.posts);
    assert_true(counts.kinds[TOKEN_LINK] > 1000 && counts.kinds[TOKEN_TAG] > 2000 && counts.kinds[TOKEN_EMOJI] > 500);
}

static void test_boxing_posts(void **state)
{
    struct counts counts = look_at(*state, "boxing-2017-08.jsonl.zst");
    if (!counts.posts)
        skip();
    assert_int_equal(counts.posts, 12118);
    assert_true(counts.kinds[TOKEN_EMOJI] > counts.posts); /* the set was chosen for them */
    assert_true(counts.kinds[TOKEN_TAG] > counts.posts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_airline_posts),
        cmocka_unit_test(test_boxing_posts),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
