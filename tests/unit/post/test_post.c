/* The post's outer and inner form. */
#include "check.h"

#include "base/clock.h"
#include "base/rng.h"
#include "post/post.h"

static const char full[] =
    "{\"id\":\"toot:1\",\"platform\":\"toot\",\"at\":\"2026-03-01T08:00:00.250Z\",\"author\":{\"id\":\"9\",\"handle\":\"mara\",\"name\":\"Mara ⚓\","
    "\"followers\":12},\"text\":\"The ferry is late \\\"again\\\" 😡\",\"lang\":\"en\",\"community\":\"harbour\",\"kind\":\"comment\","
    "\"url\":\"https://toot.example/1\",\"thread\":\"toot:0\",\"reply_to\":\"toot:0\",\"repost_of\":\"toot:7\",\"quote_of\":\"toot:8\","
    "\"links\":[\"https://a.example/x\",\"https://b.example/\"],\"media\":[{\"type\":\"image\",\"url\":\"https://a.example/p.png\",\"alt\":\"a quay\"}],"
    "\"metrics\":{\"likes\":3,\"reposts\":0,\"replies\":2,\"quotes\":1,\"views\":90},\"edited_at\":\"2026-03-01T09:00:00Z\"}";

#define MINIMAL(rest) "{\"id\":\"a:1\",\"platform\":\"a\",\"at\":\"2026-03-01T08:00:00Z\",\"author\":{\"id\":\"x\"}" rest "}"

static void a_full_post_prints_as_it_was_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct buf   out = {0};
    struct post  post;
    check_ok(post_parse(str_of(full), &arena, &post, &error), error, "full");
    post_print(&post, &out);
    check_str(buf_str(&out), str_of(full), "printed");
    check(post.author_followers == 12 && post.metrics.views == 90 && post.media[0].type == MEDIA_IMAGE && post.link_count == 2, "numbers");
    buf_fini(&out);
    arena_fini(&arena);
}

static void the_inner_form_gives_the_same_post_and_notices_every_cut(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct buf   inner = {0}, out = {0};
    struct post  post, again;
    check_ok(post_parse(str_of(full), &arena, &post, &error), error, "full");
    post_encode(&post, &inner);
    check_ok(post_decode(buf_str(&inner), &arena, &again, &error), error, "decode");
    post_print(&again, &out);
    check_str(buf_str(&out), str_of(full), "decoded");
    check(post_content_hash(&post) == post_content_hash(&again), "hash");
    for (size_t cut = 0; cut < inner.len; cut++) {
        char *exact = malloc(cut ? cut : 1); /* so that reading past the cut is seen */
        memcpy(exact, inner.ptr, cut);
        check(post_decode(str_slice(exact, cut), &arena, &again, &error) == ERROR_CORRUPT, "cut at %zu", cut);
        free(exact);
    }
    buf_append_char(&inner, 'x');
    check(post_decode(buf_str(&inner), &arena, &again, &error) == ERROR_CORRUPT, "one byte more");
    buf_fini(&inner);
    buf_fini(&out);
    arena_fini(&arena);
}

static void bad_lines_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char     *line;
        enum error_code code;
        const char     *reason; /* part of the message */
    } rows[] = {
        {"", ERROR_SYNTAX, "empty"},
        {"  ", ERROR_SYNTAX, "empty"},
        {"{\"id\":\"a:1\",", ERROR_SYNTAX, "too early"},
        {"{\"id\":\"a:1\",,}", ERROR_SYNTAX, "at byte"},
        {"[1]", ERROR_SYNTAX, "not an object"},
        {"7", ERROR_SYNTAX, "not an object"},
        {MINIMAL("") "{}", ERROR_SYNTAX, "more text after the object"},
        {"{}", ERROR_INVALID, "at is missing"},
        {"{\"at\":\"2026-03-01\"}", ERROR_INVALID, "id is missing"},
        {"{\"at\":\"2026-03-01\",\"id\":\"1\"}", ERROR_INVALID, "platform is missing"},
        {"{\"at\":\"2026-03-01\",\"id\":\"1\",\"platform\":\"p\"}", ERROR_INVALID, "author.id and author.handle are missing"},
        {"{\"at\":\"2026-03-01\",\"id\":1,\"platform\":\"p\"}", ERROR_INVALID, "id is not a string"},
        {MINIMAL(",\"at\":\"yesterday\""), ERROR_INVALID, "RFC 3339"},
        {MINIMAL(",\"at\":null"), ERROR_NONE, ""}, /* the first one counts */
        {MINIMAL(",\"at\":1425200000"), ERROR_INVALID, "RFC 3339"},
        {MINIMAL(",\"at\":\"1969-01-01T00:00:00Z\""), ERROR_INVALID, "1990 to 2199"},
        {MINIMAL(",\"at\":\"9999-01-01T00:00:00Z\""), ERROR_INVALID, "1990 to 2199"},
        {MINIMAL(",\"edited_at\":\"0001-01-01\""), ERROR_INVALID, "edited_at lies outside"},
        {MINIMAL(",\"id\":\"a\\u0000b\""), ERROR_INVALID, "broken character"},
        {MINIMAL(",\"id\":\"a\\nb\""), ERROR_INVALID, "control character 0x0a"},
        {MINIMAL(",\"id\":\"a\xff\""), ERROR_INVALID, "id is not valid UTF-8"},
        {MINIMAL(",\"author\":{\"id\":\"\\u0000\"}"), ERROR_INVALID, "author.id holds a broken character"},
        {MINIMAL(",\"author\":\"me\""), ERROR_INVALID, "author is not an object"},
        {MINIMAL(",\"text\":5"), ERROR_INVALID, "text is not a string"},
        {MINIMAL(",\"links\":\"x\""), ERROR_INVALID, "links is not an array"},
        {MINIMAL(",\"links\":[1]"), ERROR_INVALID, "an array of strings"},
        {MINIMAL(",\"media\":[1]"), ERROR_INVALID, "array of objects"},
        {MINIMAL(",\"metrics\":{\"likes\":-1}"), ERROR_INVALID, "metrics.likes is -1"},
        {MINIMAL(",\"metrics\":{\"likes\":1e300}"), ERROR_INVALID, "metrics.likes is 1e+300"},
        {MINIMAL(",\"metrics\":{\"likes\":\"many\"}"), ERROR_INVALID, "metrics.likes is not a number"},
        {MINIMAL(",\"author\":{\"followers\":-5}"), ERROR_INVALID, "author.followers is -5"},
        {MINIMAL(",\"surprise\":{\"deep\":[1,2]}"), ERROR_NONE, ""},
        {MINIMAL(",\"text\":null,\"links\":null,\"media\":null,\"metrics\":null"), ERROR_NONE, ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena = {0};
        struct error error = {0};
        struct post  post;
        enum error_code code = post_parse(str_of(rows[i].line), &arena, &post, &error);
        check(code == rows[i].code, "row %zu: %s: %s", i, rows[i].line, error.message);
        check(strstr(error.message, rows[i].reason), "row %zu: %s: %s", i, rows[i].line, error.message);
        arena_fini(&arena);
    }
}

static void texts_are_repaired_not_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *text;
    } rows[] = {
        {MINIMAL(",\"text\":\"a\\u0000b\""), "a\xef\xbf\xbd" "b"},
        {MINIMAL(",\"text\":\"a\\\\u0000b\""), "a\\u0000b"}, /* an escaped backslash, then letters */
        {MINIMAL(",\"text\":\"a\xff\""), "a\xef\xbf\xbd"},
        {MINIMAL(",\"text\":\"\\ud83d\\ude00\""), "😀"},
        {"\xef\xbb\xbf" MINIMAL(",\"text\":\"behind a byte order mark\""), "behind a byte order mark"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena = {0};
        struct error error = {0};
        struct post  post;
        check_ok(post_parse(str_of(rows[i].line), &arena, &post, &error), error, "row %zu", i);
        check_str(post.text, str_of(rows[i].text), "row %zu", i);
        check_str(post.kind, STR("post"), "row %zu", i);
        arena_fini(&arena);
    }
    struct arena arena = {0};
    struct error error = {0};
    struct post  post;
    check(post_parse(STR(MINIMAL(",\"text\":\"a\0b\"")), &arena, &post, &error) == ERROR_SYNTAX, "a raw NUL");
    check(strstr(error.message, "a NUL byte at byte"), "%s", error.message);
    arena_fini(&arena);
}

static void a_line_cut_at_any_length_is_refused(void **state)
{
    (void)state;
    for (size_t cut = 0; cut + 1 < sizeof full; cut++) {
        struct arena arena = {0};
        struct error error = {0};
        struct post  post;
        char        *exact = malloc(cut ? cut : 1);
        memcpy(exact, full, cut);
        check(post_parse(str_slice(exact, cut), &arena, &post, &error) == ERROR_SYNTAX, "cut at %zu", cut);
        free(exact);
        arena_fini(&arena);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct buf   line = {0};
    struct post  post;
    static const size_t sizes[] = {POST_TEXT_MAX_BYTES, POST_TEXT_MAX_BYTES + 1, 1000000, POST_LINE_MAX_BYTES};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        buf_clear(&line);
        buf_append_str(&line, STR("{\"id\":\"a:1\",\"platform\":\"a\",\"at\":\"2026-03-01\",\"author\":{\"id\":\"x\"},\"text\":\""));
        for (size_t k = 0; k < sizes[i]; k++)
            buf_append_char(&line, 'w');
        buf_append_str(&line, STR("\"}"));
        enum error_code code = post_parse(buf_str(&line), &arena, &post, &error);
        check(code == (i == 0 ? ERROR_NONE : ERROR_TOO_LARGE), "%zu bytes: %s", sizes[i], error.message);
    }
    buf_clear(&line);
    for (int i = 0; i < 100000; i++)
        buf_append_char(&line, '[');
    check(post_parse(buf_str(&line), &arena, &post, &error) == ERROR_SYNTAX, "a deep nest");
    buf_fini(&line);
    arena_fini(&arena);
}

/* Found by fuzzing: the second array was written behind the first one's count. */
static void a_member_twice_counts_once(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct post  post;
    struct str   line = STR("{\"id\":\"a:1\",\"platform\":\"a\",\"at\":\"2026-03-01\",\"author\":{\"id\":\"x\"},"
                            "\"links\":[\"a\",\"b\",\"c\"],\"links\":[\"d\"],\"media\":[{\"url\":\"e\"},{}],\"media\":[{\"url\":\"f\"}]}");
    check_ok(post_parse(line, &arena, &post, &error), error, "links and media twice");
    check(post.link_count == 1 && str_equal(post.links[0], STR("d")), "%u links", post.link_count);
    check(post.media_count == 1 && str_equal(post.media[0].url, STR("f")), "%u media", post.media_count);
    arena_fini(&arena);
}

/* Found by fuzzing: a name of broken bytes was let in at 512 bytes, and then three times as long. */
static void limits_hold_after_repair(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct post  post = {.id = STR("a:1"), .platform = STR("a"), .at_us = CLOCK_MIN_US, .author_id = STR("x")};
    char         name[POST_NAME_MAX_BYTES / 2];
    memset(name, 0xff, sizeof name);
    post.author_name = str_slice(name, sizeof name);
    check(post_check(&post, &arena, &error) == ERROR_TOO_LARGE, "%zu bytes: %s", post.author_name.len, error.message);
    arena_fini(&arena);
}

static void random_posts_survive_both_forms(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 11);
    for (int round = 0; round < 2000; round++) {
        struct arena arena = {0};
        struct error error = {0};
        struct buf   line = {0}, again = {0}, inner = {0};
        char         bytes[64];
        struct post  post, parsed, decoded;
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)rng_next(&rng);
        post = (struct post){.id = STR("p:1"), .platform = STR("p"), .author_id = STR("x"), .at_us = 1700000000000000 + round,
                             .author_name = str_slice(bytes, rng_below(&rng, 20)), .text = str_slice(bytes, rng_below(&rng, 64)),
                             .author_followers = (int64_t)rng_below(&rng, 5) - 1, .community = str_slice(bytes + 7, rng_below(&rng, 9)),
                             .metrics = {-1, (int64_t)rng_below(&rng, 1000), -1, 0, 1}};
        check_ok(post_check(&post, &arena, &error), error, "round %d", round);
        post_print(&post, &line);
        check_ok(post_parse(buf_str(&line), &arena, &parsed, &error), error, "round %d: %.*s", round, STR_ARG(buf_str(&line)));
        post_print(&parsed, &again);
        check_str(buf_str(&again), buf_str(&line), "round %d", round);
        post_encode(&post, &inner);
        check_ok(post_decode(buf_str(&inner), &arena, &decoded, &error), error, "round %d", round);
        check(post_content_hash(&decoded) == post_content_hash(&parsed), "round %d", round);
        buf_fini(&line);
        buf_fini(&again);
        buf_fini(&inner);
        arena_fini(&arena);
    }
}

static void broken_inner_forms_never_crash(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct buf   inner = {0};
    struct post  post;
    struct rng   rng;
    size_t       refused = 0;
    rng_seed(&rng, 5);
    check_ok(post_parse(str_of(full), &arena, &post, &error), error, "full");
    post_encode(&post, &inner);
    char *broken = malloc(inner.len);
    for (int round = 0; round < 20000; round++) {
        memcpy(broken, inner.ptr, inner.len);
        for (uint64_t flips = 1 + rng_below(&rng, 4); flips--;)
            broken[rng_below(&rng, inner.len)] = (char)rng_next(&rng);
        struct arena scratch = {0};
        refused += post_decode(str_slice(broken, inner.len), &scratch, &post, &error) == ERROR_CORRUPT;
        arena_fini(&scratch);
    }
    check(refused > 0, "some were noticed");
    free(broken);
    buf_fini(&inner);
    arena_fini(&arena);
}

static void who_speaks_and_where(void **state)
{
    (void)state;
    struct post a = {.platform = STR("x"), .author_id = STR("1"), .author_handle = STR("mara"), .id = STR("x:1")};
    struct post b = a, c = a;
    b.author_handle = STR("renamed");
    c.platform = STR("y");
    check(post_author_key(&a) == post_author_key(&b), "a new handle is the same voice");
    check(post_author_key(&a) != post_author_key(&c), "another platform is another voice");
    check_str(post_author_name(&a), STR("mara"), "handle first");
    check_str(post_thread(&a), STR("x:1"), "its own thread");
    a.reply_to = STR("x:0");
    check_str(post_thread(&a), STR("x:0"), "the post it answers");
    a.thread = STR("x:root");
    check_str(post_thread(&a), STR("x:root"), "the root");
    b = a;
    b.metrics.likes = 5;
    b.author_followers = 7;
    check(post_content_hash(&a) == post_content_hash(&b), "figures are not content");
    b.text = STR("other");
    check(post_content_hash(&a) != post_content_hash(&b), "text is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_post_prints_as_it_was_read),
        cmocka_unit_test(the_inner_form_gives_the_same_post_and_notices_every_cut),
        cmocka_unit_test(bad_lines_are_refused_with_a_reason),
        cmocka_unit_test(texts_are_repaired_not_refused),
        cmocka_unit_test(a_line_cut_at_any_length_is_refused),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(a_member_twice_counts_once),
        cmocka_unit_test(limits_hold_after_repair),
        cmocka_unit_test(random_posts_survive_both_forms),
        cmocka_unit_test(broken_inner_forms_never_crash),
        cmocka_unit_test(who_speaks_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
