/* DAG-CBOR and CAR: what is good is read, everything else is refused, whole, cut short and announced too large. */
#include "check.h"

#include "source/bluesky/car.h"
#include "source/bluesky/cbor.h"
#include "source/bluesky/node.h"

#include <sodium.h>

static struct str unhex(const char *hex, char *bytes)
{
    size_t len = 0;
    for (const char *at = hex; *at; at++) {
        if (*at == ' ')
            continue;
        char pair[3] = {at[0], at[1], 0};
        bytes[len++] = (char)strtol(pair, NULL, 16);
        at++;
    }
    return str_slice(bytes, len);
}

/* A copy of its exact size, so that the sanitizer sees a byte read too far. */
static struct str exact(struct str bytes)
{
    char *copy = malloc(bytes.len ? bytes.len : 1);
    assert_non_null(copy);
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    return str_slice(copy, bytes.len);
}

static bool is_valid(struct str bytes)
{
    struct str  copy = exact(bytes);
    struct cbor cbor = cbor_of(copy);
    bool        is_whole = cbor_skip(&cbor) && cbor.at == cbor.end;
    free((void *)(uintptr_t)copy.ptr);
    return is_whole;
}

#define LINK "d8 2a 58 25 00 01 71 12 20 0102030405060708 0102030405060708 0102030405060708 0102030405060708"

static const struct { const char *hex; bool is_good; const char *what; } items[] = {
    {"00", true, "0"}, {"17", true, "23"}, {"18 18", true, "24"}, {"18 17", false, "23, not in its shortest form"},
    {"19 0100", true, "256"}, {"19 00ff", false, "255 in two bytes"}, {"1a 00010000", true, "65536"}, {"1a 0000ffff", false, "65535 in four bytes"},
    {"1b 0000000100000000", true, "2^32"}, {"1b 00000000ffffffff", false, "2^32-1 in eight bytes"}, {"1b ffffffffffffffff", true, "2^64-1"},
    {"20", true, "-1"}, {"3b 7fffffffffffffff", true, "-2^63"}, {"3b 8000000000000000", false, "less than -2^63"},
    {"1c", false, "a reserved length"}, {"1f", false, "an endless number"}, {"40", true, "no bytes"}, {"43 010203", true, "bytes"},
    {"43 0102", false, "bytes cut short"}, {"5f 41 01 ff", false, "bytes of indefinite length"}, {"63 616263", true, "text"},
    {"7f 61 61 ff", false, "text of indefinite length"}, {"80", true, "an empty list"}, {"83 010203", true, "a list"}, {"83 0102", false, "a list cut short"},
    {"9f 01 ff", false, "a list of indefinite length"}, {"a0", true, "an empty map"}, {"a2 6161 01 6162 02", true, "a map"},
    {"a2 6162 01 6161 02", false, "keys out of order"}, {"a2 6161 01 6161 02", false, "a key twice"}, {"a2 6162 01 626161 02", true, "shorter keys first"},
    {"a2 626161 01 6162 02", false, "longer keys first"}, {"a1 01 02", false, "a number as key"}, {"a1 6161", false, "a key without its value"},
    {"bf 6161 01 ff", false, "a map of indefinite length"}, {"f4", true, "false"}, {"f5", true, "true"}, {"f6", true, "null"}, {"f7", false, "undefined"},
    {"f8 20", false, "a simple value"}, {"f9 3c00", false, "a float of 16 bits"}, {"fa 3f800000", false, "a float of 32 bits"},
    {"fb 3ff0000000000000", true, "1.0"}, {"fb 7ff0000000000000", false, "infinity"}, {"fb 7ff8000000000000", false, "not a number"},
    {LINK, true, "a CID"}, {"d8 2a 41 00", false, "an empty CID"}, {"d8 2a 00", false, "a CID that is a number"}, {"c1 00", false, "tag 1"},
    {"d8 2b 00", false, "tag 43"}, {"d9 002a 41 00", false, "tag 42 in two bytes"}, {"ff", false, "a break"}, {"", false, "nothing"},
    {"9b 0000000100000000", false, "five bytes that announce 2^32 items"}, {"9a 3b9aca00", false, "a billion items"},
    {"ba 3b9aca00", false, "a billion pairs"}, {"5b 7fffffffffffffff", false, "2^63 bytes"}, {"7a ffffffff", false, "4 GB of text"},
};

static void strictness(void **state)
{
    (void)state;
    char bytes[256];
    for (size_t i = 0; i < COUNT_OF(items); i++)
        check(is_valid(unhex(items[i].hex, bytes)) == items[i].is_good, "row %zu: %s", i, items[i].what);
}

static void cut_at_every_length(void **state)
{
    (void)state;
    char       bytes[512];
    struct str whole = unhex("a5 6161 01 6162 83 01 02 a1 6178 f6 6163 63 616263 6164 fb 3ff0000000000000 626565 " LINK, bytes);
    check(is_valid(whole), "the whole");
    for (size_t len = 0; len < whole.len; len++)
        check(!is_valid(str_slice(whole.ptr, len)), "%zu of %zu bytes", len, whole.len);
}

static void nesting(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    char *bytes = malloc(DEEP + 1);
    assert_non_null(bytes);
    for (size_t depth = 1; depth < 80; depth++) {
        memset(bytes, (char)0x81, depth);
        bytes[depth] = 0;
        check(is_valid(str_slice(bytes, depth + 1)) == (depth <= CBOR_LEVELS_MAX), "%zu levels", depth);
    }
    memset(bytes, (char)0x81, DEEP);
    check(!is_valid(str_slice(bytes, DEEP)), "a hundred thousand levels");
    free(bytes);
}

static void reader_of_both(void **state)
{
    (void)state;
    char             bytes[256];
    struct arena     arena = {0};
    const struct str sources[] = {STR(" { \"a\" : -7 , \"b\" : [ \"x\" , true , {\"c\":[1,2,{}]} ] , \"cc\" : \"\\u00e9\\n\" } "),
                                  unhex("a3 6161 26 6162 83 6178 f5 a1 6163 83 01 02 a0 626363 63 c3a90a", bytes)};
    for (size_t i = 0; i < 2; i++) {
        struct node     node = i ? node_cbor(sources[i]) : node_json(sources[i], &arena);
        struct node_map map, list;
        struct str      key, text = {0}, word = {0};
        int64_t         number = 0;
        bool            flag = false;
        check(node_map(&node, &map), "row %zu", i);
        check(node_key(&node, &map, &key) && str_equal(key, STR("a")) && node_number(&node, &number), "row %zu", i);
        check(node_key(&node, &map, &key) && str_equal(key, STR("b")) && node_list(&node, &list), "row %zu", i);
        check(node_item(&node, &list) && node_text(&node, &word) && node_item(&node, &list) && node_flag(&node, &flag), "row %zu", i);
        check(node_item(&node, &list) && !node_text(&node, &text), "row %zu: a map is no text", i);
        check(!node_item(&node, &list) && node_key(&node, &map, &key) && node_text(&node, &text), "row %zu", i);
        check(!node_key(&node, &map, &key) && node_is_at_end(&node), "row %zu", i);
        check(number == -7 && flag, "row %zu: %lld", i, (long long)number);
        check_str(word, STR("x"), "row %zu", i);
        check_str(text, STR("\xc3\xa9\n"), "row %zu", i);
    }
    arena_fini(&arena);
}

static const struct { const char *json; const char *text; } strings[] = {
    {"\"\"", ""}, {"\"abc\"", "abc"}, {"\"a\\\"b\"", "a\"b"}, {"\"\\\\\"", "\\"}, {"\"\\u0041\"", "A"}, {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
    {"\"\\ud83d\"", "\xef\xbf\xbd"}, {"\"\\ude00x\"", "\xef\xbf\xbdx"}, {"\"\\u0000\"", "\xef\xbf\xbd"}, {"\"a\\/b\\tc\"", "a/b\tc"},
    {"\"\\x\"", NULL}, {"\"\\u12g4\"", NULL}, {"\"\\u12\"", NULL}, {"\"abc", NULL}, {"\"\\\"", NULL}, {"\"\\\\\\\"", NULL},
};

static void json_strings(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        struct str  copy = exact(str_of(strings[i].json)), text = {0};
        struct node node = node_json(copy, &arena);
        bool        is_read = node_text(&node, &text) && node_is_at_end(&node);
        check(is_read == (strings[i].text != NULL), "row %zu: %s", i, strings[i].json);
        if (is_read)
            check_str(text, str_of(strings[i].text), "row %zu: %s", i, strings[i].json);
        free((void *)(uintptr_t)copy.ptr);
    }
    arena_fini(&arena);
}

static const struct { const char *json; bool is_good; } skips[] = {
    {"{}", true}, {"[]", true}, {"[1,2,[3,{\"a\":null}]]", true}, {"{\"a\":{\"b\":[\"]}\"]}}", true}, {"{", false}, {"[", false}, {"[}", false},
    {"{]", false}, {"{\"a\":}x", false}, {"nul", false}, {"tru", false}, {"1e5", true}, {"-", false}, {"", false}, {"\"a", false}, {"[1}", false},
};

static void json_skipping(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT_OF(skips); i++) {
        struct str  copy = exact(str_of(skips[i].json));
        struct node node = node_json(copy, &arena);
        node_skip(&node);
        check(node_is_at_end(&node) == skips[i].is_good, "row %zu: %s", i, skips[i].json);
        free((void *)(uintptr_t)copy.ptr);
    }
    char deep[4096];
    memset(deep, '[', sizeof deep);
    struct node node = node_json(str_slice(deep, sizeof deep), &arena);
    node_skip(&node);
    check(node.bytes.is_broken, "four thousand levels");
    arena_fini(&arena);
}

/* ---- CAR ---- */

struct made { /* an envelope of blocks as a server makes it */
    char       bytes[4096];
    size_t     len;
    char       cids[8][CID_BYTES];
    size_t     count;
};

static void append(struct made *made, const void *bytes, size_t len)
{
    memcpy(made->bytes + made->len, bytes, len);
    made->len += len;
}

static void begin(struct made *made)
{
    char       header[64];
    struct str bytes = unhex("a2 65 726f6f7473 80 67 76657273696f6e 01", header);
    char       len = (char)bytes.len;
    append(made, &len, 1);
    append(made, bytes.ptr, bytes.len);
}

static void add_block(struct made *made, const char *data)
{
    char *cid = made->cids[made->count++];
    memcpy(cid, "\x01\x71\x12\x20", 4);
    crypto_hash_sha256((unsigned char *)cid + 4, (const unsigned char *)data, strlen(data));
    char len = (char)(CID_BYTES + strlen(data));
    append(made, &len, 1);
    append(made, cid, CID_BYTES);
    append(made, data, strlen(data));
}

static void car_blocks(void **state)
{
    (void)state;
    struct made  made = {0};
    struct arena arena = {0};
    struct car   car;
    bool         is_false;
    begin(&made);
    add_block(&made, "one");
    add_block(&made, "two");
    add_block(&made, "three");
    size_t ends[4] = {made.len, 0, 0, 0};
    ends[1] = ends[0] - 1 - CID_BYTES - 5, ends[2] = ends[1] - 1 - CID_BYTES - 3, ends[3] = ends[2] - 1 - CID_BYTES - 3;
    check(car_open(str_slice(made.bytes, made.len), &arena, &car) && car.count == 3, "%zu blocks", car.count);
    check_str(car_find(&car, str_slice(made.cids[1], CID_BYTES), &is_false), STR("two"), "the second");
    made.cids[0][20] ^= 1;
    check(!car_find(&car, str_slice(made.cids[0], CID_BYTES), &is_false).ptr && !is_false, "nobody's CID");
    for (size_t len = 0; len <= made.len; len++) {
        struct str copy = exact(str_slice(made.bytes, len));
        bool       is_end = len == ends[0] || len == ends[1] || len == ends[2] || len == ends[3];
        check(car_open(copy, &arena, &car) == is_end, "%zu of %zu bytes", len, made.len);
        free((void *)(uintptr_t)copy.ptr);
    }
    made.bytes[made.len - 1] ^= 1;
    check(car_open(str_slice(made.bytes, made.len), &arena, &car), "its form is good");
    check(!car_find(&car, str_slice(made.cids[2], CID_BYTES), &is_false).ptr && is_false, "a block that is not what its CID says");
    arena_fini(&arena);
}

static void cid_texts(void **state)
{
    (void)state;
    char bytes[64], text[CID_TEXT_BYTES];
    /* The empty map as DAG-CBOR, a CID that every library knows. */
    struct str cid = unhex("01711220 ca5f6d20 a2c3aee0 1a6f2ca2 a5d8bb7d 5f4d39fb 2e3f4d7d 9a90ab45 0b2fdb8c", bytes);
    cid_print(cid, text);
    check(strlen(text) == 59 && strncmp(text, "bafyrei", 7) == 0, "%s", text);
    cid_print(STR("short"), text);
    check(text[0] == '\0', "%s", text);
    unsigned char digest[32];
    crypto_hash_sha256(digest, (const unsigned char *)"\xa0", 1);
    memcpy(bytes, "\x01\x71\x12\x20", 4);
    memcpy(bytes + 4, digest, 32);
    cid_print(str_slice(bytes, CID_BYTES), text);
    check(strcmp(text, "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua") == 0, "%s", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strictness), cmocka_unit_test(cut_at_every_length), cmocka_unit_test(nesting), cmocka_unit_test(reader_of_both),
        cmocka_unit_test(json_strings), cmocka_unit_test(json_skipping), cmocka_unit_test(car_blocks), cmocka_unit_test(cid_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
