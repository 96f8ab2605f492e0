/* The webhook's parts: who a delivery is from, the posts in it, and which deliveries were taken. */
#include "../check.h"

#include "base/clock.h"
#include "net/signing.h"
#include "source/webhook/webhook.h"

static const struct str secret = {"whsec_abc", 9}, body = {"{\"id\":\"1\"}", 10};

static void sign(struct str key, struct str at, struct str text, char out[SIGNING_HEX_BYTES + 3])
{
    const struct str parts[] = {at, STR("."), text};
    memcpy(out, "v1=", 3);
    signing_sign(key, parts, 3, out + 3);
}

static void who_it_is_from(void **state)
{
    static const struct { const char *words, *at; int64_t now_s; struct str key, text; bool is_good; } rows[] = {
        {"now", "1000000", 1000000, {"whsec_abc", 9}, {"{\"id\":\"1\"}", 10}, true},
        {"five minutes old", "999700", 1000000, {"whsec_abc", 9}, {"{\"id\":\"1\"}", 10}, true},
        {"a second more", "999699", 1000000, {"whsec_abc", 9}, {"{\"id\":\"1\"}", 10}, false},
        {"five minutes ahead", "1000300", 1000000, {"whsec_abc", 9}, {"{\"id\":\"1\"}", 10}, true},
        {"a second more ahead", "1000301", 1000000, {"whsec_abc", 9}, {"{\"id\":\"1\"}", 10}, false},
        {"another key", "1000000", 1000000, {"whsec_abd", 9}, {"{\"id\":\"1\"}", 10}, false},
        {"a key cut short", "1000000", 1000000, {"whsec_abc", 8}, {"{\"id\":\"1\"}", 10}, false},
        {"another body", "1000000", 1000000, {"whsec_abc", 9}, {"{\"id\":\"2\"}", 10}, false},
        {"no number", "now", 1000000, {"whsec_abc", 9}, {"{\"id\":\"1\"}", 10}, false},
        {"a number that is too long", "99999999999999999999", 1000000, {"whsec_abc", 9}, {"{\"id\":\"1\"}", 10}, false},
        {"a number below zero", "-1", 1000000, {"whsec_abc", 9}, {"{\"id\":\"1\"}", 10}, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char         signature[SIGNING_HEX_BYTES + 3];
        struct error error = {0};
        sign(rows[i].key, str_of(rows[i].at), rows[i].text, signature);
        enum error_code code = webhook_prove(secret, str_of(rows[i].at), str_of(signature), body, rows[i].now_s * CLOCK_SECOND_US, &error);
        check(code == (rows[i].is_good ? ERROR_NONE : ERROR_DENIED), "%s: %s", rows[i].words, error.message);
    }
    /* Every signature that is one byte off, and every length, is refused. */
    char good[SIGNING_HEX_BYTES + 3];
    sign(secret, STR("1000000"), body, good);
    for (size_t i = 0; i < strlen(good); i++) {
        char bad[SIGNING_HEX_BYTES + 3];
        memcpy(bad, good, sizeof bad);
        bad[i] ^= 1;
        check(webhook_prove(secret, STR("1000000"), str_of(bad), body, 1000000 * CLOCK_SECOND_US, NULL) == ERROR_DENIED, "byte %zu", i);
        check(webhook_prove(secret, STR("1000000"), str_slice(good, i), body, 1000000 * CLOCK_SECOND_US, NULL) == ERROR_DENIED, "cut at %zu", i);
    }
    check(webhook_prove(STR(""), STR("1000000"), str_of(good), body, 1000000 * CLOCK_SECOND_US, NULL) == ERROR_DENIED, "no secret lets nobody in");
}

#define POST(id) "{\"id\":\"" id "\",\"at\":\"2026-11-24T18:00:00Z\",\"author\":{\"handle\":\"ada\"},\"text\":\"hello\"}"

static void what_is_in_it(void **state)
{
    static const struct { const char *text; size_t posts; uint64_t refused; enum error_code code; } rows[] = {
        {POST("1"), 1, 0, ERROR_NONE},
        {POST("1") "\n" POST("2") "\r\n\n", 2, 0, ERROR_NONE},
        {" [" POST("1") "," POST("2") "] ", 2, 0, ERROR_NONE},
        {POST("1") "\n{", 1, 1, ERROR_NONE},
        {POST("1") " x\n" POST("2"), 1, 1, ERROR_NONE},
        {"[7," POST("2") "]", 1, 1, ERROR_NONE},
        {"{\"op\":\"delete\",\"id\":\"1\"}", 1, 0, ERROR_NONE},
        {"{\"op\":\"dance\",\"id\":\"1\"}", 0, 1, ERROR_NONE},
        {"{\"at\":\"2026-11-24T18:00:00Z\"}", 0, 1, ERROR_NONE},
        {"", 0, 0, ERROR_SYNTAX},
        {"\n \n", 0, 0, ERROR_SYNTAX},
        {"[]", 0, 0, ERROR_SYNTAX},
        {"[" POST("1"), 0, 0, ERROR_SYNTAX},
        {"7", 0, 1, ERROR_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct source_batch *batches[WEBHOOK_BATCHES_MAX];
        size_t               count, posts = 0;
        uint64_t             refused = 0;
        struct error         why = {0};
        enum error_code      code = webhook_read(str_of(rows[i].text), STR("forum"), "s", 500, batches, &count, &refused, &why);
        for (size_t b = 0; b < count; b++) {
            posts += batches[b]->count;
            for (size_t k = 0; k < batches[b]->count; k++)
                check(str_starts_with(batches[b]->items[k].post.id, STR("forum/")), "row %zu: %.*s", i, STR_ARG(batches[b]->items[k].post.id));
            source_batch_free(batches[b]);
        }
        check(code == rows[i].code && posts == rows[i].posts && refused == rows[i].refused, "row %zu (%s): %d, %zu posts, %llu refused: %s", i, rows[i].text, code,
              posts, (unsigned long long)refused, why.message);
    }
}

static void more_than_a_batch(void **state)
{
    struct source_batch *batches[WEBHOOK_BATCHES_MAX];
    size_t               count, posts = 0;
    uint64_t             refused = 0;
    struct error         why = {0};
    struct buf           text = {0};
    (void)state;
    for (int i = 0; i < 3 * WEBHOOK_BATCHES_MAX + 5; i++)
        buf_append_str(&text, STR(POST("1") "\n"));
    check(webhook_read(buf_str(&text), STR(""), "s", 3, batches, &count, &refused, &why) == ERROR_NONE && count == WEBHOOK_BATCHES_MAX && refused == 5,
          "%zu batches, %llu refused", count, (unsigned long long)refused);
    for (size_t b = 0; b < count; b++) {
        posts += batches[b]->count;
        check(str_equal(batches[b]->items[0].post.id, STR("1")), "without a prefix the id is as it came");
        source_batch_free(batches[b]);
    }
    check(posts == 3 * WEBHOOK_BATCHES_MAX, "%zu posts", posts);
    buf_fini(&text);
}

static void names_are_remembered(void **state)
{
    static struct webhook_names names, again; /* large */
    struct buf                  text = {0};
    char                        name[32];
    (void)state;
    names.count = 0;
    check(!webhook_names_have(&names, STR("a")), "nothing is known at first");
    webhook_names_add(&names, STR("a"), 1000);
    webhook_names_add(&names, STR("b"), 1000 + 2 * WEBHOOK_WINDOW_S);
    check(webhook_names_have(&names, STR("a")) && webhook_names_have(&names, STR("b")), "both are known for twice the window");
    webhook_names_print(&names, &text);
    webhook_names_read(buf_str(&text), &again);
    check(again.count == 2 && webhook_names_have(&again, STR("a")) && again.rows[1].at_s == 1000 + 2 * WEBHOOK_WINDOW_S, "a state is read as it was printed");
    webhook_names_add(&names, STR("c"), 1001 + 2 * WEBHOOK_WINDOW_S);
    check(!webhook_names_have(&names, STR("a")) && webhook_names_have(&names, STR("b")), "what is older than that is forgotten");
    for (int i = 0; i < WEBHOOK_NAMES_MAX + 10; i++) {
        snprintf(name, sizeof name, "n%d", i);
        webhook_names_add(&names, str_of(name), 2000);
    }
    check(names.count == WEBHOOK_NAMES_MAX && webhook_names_have(&names, str_of(name)) && !webhook_names_have(&names, STR("n5")), "the oldest go: %zu", names.count);
    buf_clear(&text);
    webhook_names_print(&names, &text);
    check(text.len <= SOURCE_STATE_MAX_BYTES, "a full memory fits a state: %zu bytes", text.len);
    for (size_t cut = 0; cut < 60; cut++) {
        webhook_names_read(str_slice(text.ptr, cut), &again);
        check(again.count == cut / 24, "cut at %zu: %zu", cut, again.count);
    }
    webhook_names_read(STR("zzzzzzzzzzzzzzzzzzzzzzzz"), &again);
    check(again.count == 0, "what is no state is none");
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_it_is_from), cmocka_unit_test(what_is_in_it), cmocka_unit_test(more_than_a_batch),
                                       cmocka_unit_test(names_are_remembered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
