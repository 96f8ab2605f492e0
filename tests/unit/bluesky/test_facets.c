/* Links, mentions and tags in a text of ours, by UTF-8 bytes; the limit by graphemes; record keys out of keys of deeds. */
#include "check.h"

#include "source/bluesky/facets.h"
#include "source/bluesky/tid.h"

static const struct { const char *text, *found; } rows[] = { /* found: kind, value and span of each */
    {"", ""},
    {"no facet here", ""},
    {"#ferry is late", "#ferry[0,6) "},
    {"so late #ferry!", "#ferry[8,14) "},
    {"\xf0\x9f\x98\x80 #f\xc3\xa4hre, \xc3\xa9t\xc3\xa9 #two", "#f\xc3\xa4hre[5,12) #two[20,24) "},
    {"we are #1 and #2 but #2nd", "#2nd[21,25) "},
    {"#", ""}, {"##x", ""}, {"a#b", ""},
    {"see https://harbour.example/a.", "Lhttps://harbour.example/a[4,29) "},
    {"(https://harbour.example/a_(b))", "Lhttps://harbour.example/a_(b))[1,31) "},
    {"HTTP://HARBOUR.EXAMPLE", "LHTTP://HARBOUR.EXAMPLE[0,22) "},
    {"https://", ""},
    {"thanks @alice.test, and @bob", "@alice.test[7,18) "},
    {"@alice.test.", "@alice.test[0,11) "},
    {"mail a@b.example", ""}, {"@-a.test", ""}, {"@a..test", ""}, {"@a.1", ""},
};

static void found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct facet facets[FACETS_MAX];
        char         words[512] = "";
        size_t       count = facets_find(str_of(rows[i].text), facets), len = 0;
        for (size_t at = 0; at < count; at++)
            len += (size_t)snprintf(words + len, sizeof words - len, "%c%.*s[%zu,%zu) ", "L@#"[facets[at].kind], STR_ARG(facets[at].value), facets[at].from, facets[at].to);
        check(strcmp(words, rows[i].found) == 0, "row %zu: '%s': '%s', wanted '%s'", i, rows[i].text, words, rows[i].found);
    }
}

static void many(void **state)
{
    (void)state;
    struct facet facets[FACETS_MAX];
    char         text[3000];
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "#a ", 3);
    check(facets_find(str_slice(text, 2997), facets) == FACETS_MAX, "the first %d", FACETS_MAX);
}

static void printed(void **state)
{
    (void)state;
    struct facet facets[FACETS_MAX];
    struct buf   out = {0};
    struct json  json = json_writer(&out);
    size_t       count = facets_find(STR("@alice.test @nobody.test #x"), facets);
    snprintf(facets[0].did, sizeof facets[0].did, "did:plc:a");
    json_object(&json);
    facets_print(facets, count, &json);
    json_end(&json);
    check_str(buf_str(&out), STR("{\"facets\":[{\"index\":{\"byteStart\":0,\"byteEnd\":11},\"features\":[{\"$type\":\"app.bsky.richtext.facet#mention\",\"did\":\"did:plc:a\"}]},"
                                 "{\"index\":{\"byteStart\":25,\"byteEnd\":27},\"features\":[{\"$type\":\"app.bsky.richtext.facet#tag\",\"tag\":\"x\"}]}]}"), "who has no DID is no mention");
    buf_fini(&out);
}

static const struct { const char *text; size_t graphemes; } counts[] = {
    {"", 0}, {"abc", 3}, {"e\xcc\x81t\xc3\xa9", 3}, {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 1}, {"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 1}, {"\r\n", 1},
};

static void counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        check(facets_graphemes(str_of(counts[i].text)) == counts[i].graphemes, "row %zu: %zu", i, facets_graphemes(str_of(counts[i].text)));
}

static void keys(void **state)
{
    (void)state;
    char first[TID_BYTES], again[TID_BYTES], other[TID_BYTES];
    tid_of_key(STR("did:plc:a"), STR("k1"), first);
    tid_of_key(STR("did:plc:a"), STR("k1"), again);
    tid_of_key(STR("did:plc:a"), STR("k2"), other);
    check(strcmp(first, again) == 0 && strcmp(first, other) != 0, "%s %s %s", first, again, other);
    tid_of_key(STR("did:plc:b"), STR("k1"), other);
    check(strcmp(first, other) != 0, "another account, another record");
    check(strlen(first) == 13 && strchr("234567abcdefghij", first[0]), "%s is shaped like a TID", first);
    tid_print(INT64_C(1672531200000000), 0, other); /* of the year 2023, all of them */
    check(strcmp(first, other) > 0, "%s is before 2023 (%s)", first, other);
    tid_print(INT64_C(1704067200000000), 0, other);
    check(strcmp(first, other) < 0, "%s is after 2023 (%s)", first, other);
    tid_print(0, 0, other);
    check(strcmp(other, "2222222222222") == 0, "%s", other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(found), cmocka_unit_test(many), cmocka_unit_test(printed), cmocka_unit_test(counted), cmocka_unit_test(keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
