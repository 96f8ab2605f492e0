/* Nostr without a relay: keys and names, ids and signatures, places in a thread, filters and state, what is remembered. */
#include "../check.h"

#include "base/clock.h"
#include "source/nostr/memory.h"
#include "source/nostr/reading.h"
#include "source/nostr/wants.h"

/* The examples of NIP-19. */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *name, *hex;
    } rows[] = {
        {"npub", "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg", "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e"},
        {"nsec", "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"},
    };
    unsigned char bytes[32];
    char          name[NOSTR_NAME_BYTES], hex[NOSTR_HEX_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str whole = str_of(rows[i].name);
        check(nostr_read_name(rows[i].kind, whole, bytes), "%s", rows[i].name);
        nostr_to_hex(bytes, 32, hex);
        check_str(str_of(hex), str_of(rows[i].hex), "%s", rows[i].name);
        nostr_name(rows[i].kind, bytes, name);
        check_str(str_of(name), whole, "%s", rows[i].hex);
        for (size_t len = 0; len < whole.len; len++)
            check(!nostr_read_name(rows[i].kind, str_slice(whole.ptr, len), bytes), "cut at %zu", len);
        for (size_t at = 0; at < whole.len; at++) { /* its checksum finds every change of one letter */
            memcpy(name, whole.ptr, whole.len + 1);
            name[at] = name[at] == 'q' ? 'p' : 'q';
            check(!nostr_read_name(rows[i].kind, str_of(name), bytes), "changed at %zu", at);
        }
    }
    check(nostr_read_person(STR("nostr:nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p"),
                            hex), "a profile");
    check_str(str_of(hex), STR("3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"), "a profile");
    check(!nostr_read_person(STR("ann@example.org"), hex) && !nostr_read_person(STR(""), hex) && !nostr_read_event_name(STR(rows[0].name), hex), "no names");
}

/* Vectors 0 and 1 of BIP-340; 0 is also what signing gives, as its auxiliary bytes are zeros. */
static void test_signatures(void **state)
{
    (void)state;
    static const struct {
        const char *pubkey, *id, *sig;
    } rows[] = {
        {"f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9", "0000000000000000000000000000000000000000000000000000000000000000",
         "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca821525f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0"},
        {"dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659", "243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89",
         "6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a"},
    };
    struct nostr_crypto *crypto = nostr_crypto_new();
    struct error         error = {0};
    unsigned char        pubkey[32], id[32], sig[64], made[64];
    for (size_t i = 0; i < 2; i++) {
        assert_true(nostr_from_hex(str_of(rows[i].pubkey), pubkey, 32) && nostr_from_hex(str_of(rows[i].id), id, 32) && nostr_from_hex(str_of(rows[i].sig), sig, 64));
        check(nostr_verify(crypto, sig, id, pubkey), "row %zu", i);
        for (size_t at = 0; at < 64; at += 7) {
            sig[at] ^= 1;
            check(!nostr_verify(crypto, sig, id, pubkey), "row %zu changed at %zu", i, at);
            sig[at] ^= 1;
        }
    }
    check_ok(nostr_take_secret(crypto, STR("0000000000000000000000000000000000000000000000000000000000000003"), &error), error, "3");
    check_str(str_of(nostr_pubkey(crypto)), str_of(rows[0].pubkey), "its key");
    memset(id, 0, 32);
    nostr_sign(crypto, id, made);
    nostr_from_hex(str_of(rows[0].sig), sig, 64);
    assert_memory_equal(made, sig, 64);
    static const char *const broken[] = {"", "0", "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe6",
                                         "0000000000000000000000000000000000000000000000000000000000000000",
                                         "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        check(nostr_take_secret(crypto, str_of(broken[i]), &error) == ERROR_INVALID, "%s", broken[i]);
        check(!broken[i][0] || !broken[i][1] || !strstr(error.message, broken[i]), "a secret in a message");
    }
    nostr_crypto_free(crypto);
    nostr_crypto_free(NULL);
}

static cJSON *make_signed(const char *tags, const char *content, int kind, int64_t at)
{
    struct nostr_crypto *crypto = nostr_crypto_new();
    struct buf           out = {0};
    struct error         error = {0};
    char                 id[NOSTR_HEX_BYTES];
    cJSON               *list = cJSON_Parse(tags);
    assert_non_null(list);
    check_ok(nostr_take_secret(crypto, STR("0000000000000000000000000000000000000000000000000000000000000007"), &error), error, "7");
    nostr_event_make(crypto, &(struct nostr_event){.kind = kind, .created_at = at, .tags = list, .content = str_of(content)}, id, &out);
    cJSON *json = cJSON_ParseWithLength(out.ptr, out.len);
    assert_non_null(json);
    cJSON_Delete(list);
    buf_fini(&out);
    nostr_crypto_free(crypto);
    return json;
}

static void test_canonical_form(void **state)
{
    (void)state;
    /* Seven letters are escaped, other control characters and everything above stand as they are. */
    cJSON             *tags = cJSON_Parse("[[\"t\",\"a\\\"b\"],[],[\"\"]]");
    struct nostr_event event = {.pubkey = STR("ab"), .created_at = 12, .kind = 1, .tags = tags, .content = STR("\n\"\\\r\t\b\f\x01/\xc3\xbc\x7f")};
    struct buf         out = {0};
    nostr_event_serialise(&event, &out);
    check_str(buf_str(&out), STR("[0,\"ab\",12,1,[[\"t\",\"a\\\"b\"],[],[\"\"]],\"\\n\\\"\\\\\\r\\t\\b\\f\x01/\xc3\xbc\x7f\"]"), "canonical");
    buf_fini(&out);
    cJSON_Delete(tags);
}

static void test_verify(void **state)
{
    (void)state;
    static const struct {
        const char *member, *value; /* JSON; NULL: taken out */
        const char *why;
    } rows[] = {
        {NULL, NULL, NULL},
        {"content", "\"other\"", "whose id is not its own"},
        {"tags", "[[\"t\",\"b\"]]", "whose id is not its own"},
        {"created_at", "1700000001", "whose id is not its own"},
        {"sig", "\"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\"", "forged"},
        {"sig", "\"abc\"", "without an id, an author or a signature"},
        {"id", NULL, "without an id"},
        {"pubkey", "\"5CBDF0646E5DB4EAA398F365F2EA7A0E3D419B7E0330E39CE92BDDEDCAC4F9BC\"", "without an id"},
        {"created_at", "1.5", "without a time"},
        {"created_at", "-1", "without a time"},
        {"created_at", "1e300", "without a time"},
        {"kind", "\"1\"", "without a time or a kind"},
        {"kind", "70000", "without a time or a kind"},
        {"tags", "[\"t\"]", "another form"},
        {"tags", "[[1]]", "another form"},
        {"content", "null", "another form"},
    };
    struct nostr_crypto *crypto = nostr_crypto_new();
    struct buf           scratch = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON             *json = make_signed("[[\"t\",\"a\"]]", "hi \"there\"\n", 1, 1700000000);
        struct nostr_event event;
        if (rows[i].member)
            cJSON_DeleteItemFromObject(json, rows[i].member);
        if (rows[i].value)
            cJSON_AddItemToObject(json, rows[i].member, cJSON_Parse(rows[i].value));
        const char *why = nostr_event_read(json, &event);
        why = why ? why : nostr_event_verify(crypto, &event, &scratch);
        check(rows[i].why ? why && strstr(why, rows[i].why) : !why, "row %zu: %s", i, why ? why : "good");
        cJSON_Delete(json);
    }
    buf_fini(&scratch);
    nostr_crypto_free(crypto);
}

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static void test_places(void **state)
{
    (void)state;
    static const struct {
        int         kind;
        const char *tags, *root, *parent, *quote;
    } rows[] = {
        {1, "[]", "", "", ""},
        {1, "[[\"e\",\"" A "\",\"\",\"root\"]]", A, A, ""},
        {1, "[[\"e\",\"" A "\",\"\",\"root\"],[\"e\",\"" B "\",\"\",\"reply\"]]", A, B, ""},
        {1, "[[\"e\",\"" B "\",\"\",\"reply\"]]", B, B, ""},
        {1, "[[\"e\",\"" C "\",\"\",\"mention\"],[\"e\",\"" A "\",\"\",\"root\"]]", A, A, ""},
        {1, "[[\"e\",\"" C "\",\"\",\"mention\"]]", "", "", ""},
        {1, "[[\"e\",\"" A "\"]]", A, A, ""},
        {1, "[[\"e\",\"" A "\"],[\"e\",\"" C "\"],[\"e\",\"" B "\"]]", A, B, ""},
        {1, "[[\"e\",\"short\",\"\",\"root\"],[\"e\"]]", "", "", ""},
        {1, "[[\"q\",\"x\"],[\"q\",\"" C "\"]]", "", "", C},
        {1111, "[[\"E\",\"" A "\"],[\"e\",\"" B "\"],[\"K\",\"1\"]]", A, B, ""},
        {1111, "[[\"I\",\"https://example.org\"]]", "", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON             *tags = cJSON_Parse(rows[i].tags);
        struct nostr_event event = {.kind = rows[i].kind, .tags = tags};
        struct nostr_place place = nostr_place_of(&event);
        check_str(place.root, str_of(rows[i].root), "row %zu root", i);
        check_str(place.parent, str_of(rows[i].parent), "row %zu parent", i);
        check_str(place.quote, str_of(rows[i].quote), "row %zu quote", i);
        cJSON_Delete(tags);
    }
}

static void test_posts(void **state)
{
    (void)state;
    static const struct {
        const char *content, *tags, *text, *links, *media, *lang;
    } rows[] = {
        {"plain", "[]", "plain", "", "", ""},
        {"hi nostr:npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg!", "[]", "hi @npub10elfcs4f!", "", "", ""},
        {"nostr:naddr1zzz nostr: nostr:npub1", "[]", "nostr:naddr1zzz nostr: nostr:npub1", "", "", ""},
        {"a #Brand", "[[\"t\",\"brand\"],[\"t\",\"other\"],[\"t\",\"\"],[\"t\",\"a b\"]]", "a #Brand\n\n#other", "", "", ""},
        {"", "[[\"t\",\"one\"],[\"t\",\"two\"]]", "#one #two", "", "", ""},
        {"x", "[[\"r\",\"https://a.org\"],[\"r\",\"javascript:alert(1)\"]]", "x", "https://a.org", "", ""},
        {"x", "[[\"imeta\",\"url https://a.org/1.png\",\"m image/png\",\"alt a cat\"],[\"imeta\",\"url data:x\"]]", "x", "", "https://a.org/1.png 0 a cat", ""},
        {"x", "[[\"l\",\"en\",\"ISO-639-1\"],[\"l\",\"xx-long\",\"ISO-639-1\"]]", "x", "", "", "en"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON              *json = make_signed(rows[i].tags, rows[i].content, 1, 1700000000);
        struct nostr_event  event;
        struct arena        arena = {0};
        struct source_item  item = {0};
        char                media[256] = "";
        assert_null(nostr_event_read(json, &event));
        assert_true(nostr_read_post(&event, STR("https://v/"), &arena, &item));
        check_str(item.post.text, str_of(rows[i].text), "row %zu", i);
        check_str(item.post.link_count ? item.post.links[0] : STR(""), str_of(rows[i].links), "row %zu", i);
        check_str(item.post.lang, str_of(rows[i].lang), "row %zu", i);
        if (item.post.media_count)
            snprintf(media, sizeof media, "%.*s %d %.*s", STR_ARG(item.post.media[0].url), item.post.media[0].type, STR_ARG(item.post.media[0].alt));
        check_str(str_of(media), str_of(rows[i].media), "row %zu", i);
        check(item.post.at_us == 1700000000 * CLOCK_SECOND_US && str_starts_with(item.post.url, STR("https://v/note1")), "row %zu", i);
        arena_fini(&arena);
        cJSON_Delete(json);
    }
}

static void test_wants(void **state)
{
    (void)state;
    struct str         words[] = {STR("acme")}, tags[] = {STR("#Brand"), STR("x\"y")}, people[] = {STR(A), STR("nobody@example.org")}, urls[] = {STR(B)};
    const struct source_query hash = {.hashtags = tags, .hashtag_count = 2}, both = {.hashtags = tags, .hashtag_count = 1, .accounts = people, .account_count = 2},
                              text = {.any = words, .any_count = 1, .hashtags = tags, .hashtag_count = 1}, thread = {.urls = urls, .url_count = 1}, none = {0};
    const struct {
        const struct source_query *query;
        enum source_mode           mode;
        const char                *filters; /* joined by blanks */
        size_t                     past;
    } rows[] = {
        {&none, SOURCE_STREAM, "{\"kinds\":[1,1111,5,62] ", 1},
        {&text, SOURCE_STREAM, "{\"kinds\":[1,1111,5,62] ", 1},
        {&hash, SOURCE_STREAM, "{\"kinds\":[1,1111],\"#t\":[\"brand\",\"x\\\"y\"] {\"kinds\":[5,62] ", 2},
        {&both, SOURCE_STREAM, "{\"kinds\":[1,1111],\"#t\":[\"brand\"] {\"kinds\":[1,1111],\"authors\":[\"" A "\"] {\"kinds\":[1,1111],\"#p\":[\"" A "\"] {\"kinds\":[5,62] ", 4},
        {&text, SOURCE_SEARCH, "{\"kinds\":[1,1111],\"search\":\"acme\" {\"kinds\":[1,1111],\"#t\":[\"brand\"] ", 2},
        {&none, SOURCE_FILL, "{\"kinds\":[1,1111] ", 1},
        {&thread, SOURCE_THREAD, "{\"kinds\":[1,1111],\"ids\":[\"" B "\"] {\"kinds\":[1,1111],\"#e\":[\"" B "\"] {\"kinds\":[1,1111],\"#E\":[\"" B "\"] ", 3},
        {&none, SOURCE_THREAD, "", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena       arena = {0};
        struct nostr_wants wants;
        struct buf         joined = {0};
        assert_true(nostr_wants_read(rows[i].query, rows[i].mode, &arena, &wants));
        for (size_t k = 0; k < wants.count; k++)
            buf_printf(&joined, "%.*s ", STR_ARG(wants.filters[k]));
        check_str(buf_str(&joined), str_of(rows[i].filters), "row %zu", i);
        check(wants.past_count == rows[i].past, "row %zu: %zu", i, wants.past_count);
        check(wants.unread == (rows[i].query == &both), "row %zu: %u", i, wants.unread);
        buf_fini(&joined);
        arena_fini(&arena);
    }
}

static void test_state(void **state)
{
    (void)state;
    const char *const      urls[] = {"wss://a", "wss://b\"", "wss://c"};
    const struct nostr_far fars[] = {{100, 300, 500}, {7, 0, 0}, {0, 0, 0}};
    struct buf             out = {0};
    nostr_state_print(urls, fars, 3, &out);
    for (size_t i = 0; i < 3; i++) {
        struct nostr_far far;
        check(nostr_state_read(buf_str(&out), urls[i], &far) == (fars[i].since > 0), "relay %zu", i);
        check(memcmp(&far, &fars[i], sizeof far) == 0, "relay %zu", i);
    }
    static const char *const broken[] = {"", "{", "[]", "{\"relays\":{\"wss://a\":{\"since\":-1}}}", "{\"relays\":{\"wss://a\":{\"since\":\"1\"}}}", "{\"relays\":{\"wss://a\":{\"until\":1,\"head\":2}}}"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct nostr_far far;
        check(!nostr_state_read(str_of(broken[i]), "wss://a", &far) && !far.since && !far.until, "%s", broken[i]);
    }
    buf_fini(&out);
}

static void test_memory(void **state)
{
    (void)state;
    struct recent recent = {0};
    uint64_t      value;
    assert_false(recent_find(&recent, 1, &value));
    for (uint64_t key = 1; key <= 3 * RECENT_MOST; key++) {
        assert_true(recent_add(&recent, key, key * 2));
        uint64_t old = key > RECENT_MOST - 1 ? key - (RECENT_MOST - 1) : 1;
        assert_true(recent_find(&recent, old, &value) && value == old * 2);
    }
    assert_false(recent_find(&recent, 1, NULL));
    recent_fini(&recent);
    struct profiles profiles = {0};
    for (unsigned i = 0; i < 3 * PROFILE_ROWS * PROFILE_ROW_MOST; i++) {
        char hex[NOSTR_HEX_BYTES];
        snprintf(hex, sizeof hex, "%064x", i);
        struct profile *profile = profiles_of(&profiles, str_of(hex));
        check(profile && profile->state == PROFILE_UNKNOWN, "%u", i);
        profile->state = PROFILE_ASKED;
        check(profiles_of(&profiles, str_of(hex))->state == PROFILE_ASKED, "%u", i);
    }
    struct profile     *profile = profiles_of(&profiles, STR(A));
    struct nostr_event  event = {.created_at = 5, .content = STR("{\"name\":\" ann\\n\",\"display_name\":\"Ann \xf0\x9f\x90\xa6\"}")};
    assert_true(profiles_take(profile, &event));
    assert_string_equal(profile->handle, "ann");
    assert_string_equal(profile->name, "Ann \xf0\x9f\x90\xa6");
    event = (struct nostr_event){.created_at = 4, .content = STR("{\"name\":\"older\"}")};
    assert_false(profiles_take(profile, &event));
    event = (struct nostr_event){.created_at = 6, .content = STR("no json")};
    assert_true(profiles_take(profile, &event) && !profile->handle[0]);
    profiles_fini(&profiles);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names), cmocka_unit_test(test_signatures), cmocka_unit_test(test_canonical_form), cmocka_unit_test(test_verify),
        cmocka_unit_test(test_places), cmocka_unit_test(test_posts), cmocka_unit_test(test_wants), cmocka_unit_test(test_state), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
