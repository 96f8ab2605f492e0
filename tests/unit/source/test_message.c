/* Every message of the contract: printed and read back, and what is refused. */
#include "../check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "source/message.h"

static struct str first_line(const struct buf *out)
{
    check(out->len && out->ptr[out->len - 1] == '\n', "a line ends with its break");
    check(!memchr(out->ptr, '\n', out->len - 1), "one line: %.*s", STR_ARG(buf_str(out)));
    return str_slice(out->ptr, out->len - 1);
}

static void read_back(struct buf *out, enum message_kind kind, struct message *message)
{
    struct error error = {0};
    check_ok(message_read(first_line(out), message, &error), error, "%.*s", STR_ARG(buf_str(out)));
    check(message->kind == kind, "kind %d of %.*s", message->kind, STR_ARG(buf_str(out)));
    buf_fini(out);
}

static const struct connector_field fields[] = {
    {.name = "url", .label = "Address", .help = "Where it is", .type = CONNECTOR_URL, .is_required = true},
    {.name = "pages", .label = "Pages", .type = CONNECTOR_NUMBER, .fallback = "3", .least = 1, .most = 9},
    {.name = "wire", .label = "Wire", .type = CONNECTOR_WORD, .fallback = "v2", .words = "v2 v1 firehose"},
    {.name = "deep", .label = "Deep", .type = CONNECTOR_BOOLEAN, .fallback = "true"},
    {.name = "tags", .label = "Tags", .type = CONNECTOR_LIST, .fallback = "a b"},
    {.name = "token", .label = "Token", .type = CONNECTOR_TEXT, .is_secret = true},
    {0},
};

static void check_same(const char *a, const char *b, const char *name)
{
    check((a == NULL) == (b == NULL) && (!a || strcmp(a, b) == 0), "%s: %s, %s", name, a ? a : "(none)", b ? b : "(none)");
}

static void test_hello(void **state)
{
    (void)state;
    struct connector row = {.name = "nostr", .network = "nostr-net", .title = "Nostr relays", .summary = "Reads them.", .evidence = "a relay", .modes = SOURCE_STREAM | SOURCE_THREAD,
                            .acts = SOURCE_REPLY | SOURCE_FETCH, .text_max = 300, .text_unit = SOURCE_BYTES, .is_shareable = true, .echoes_key = true, .fields = fields};
    struct message   message;
    struct buf       out = {0};
    message_print_hello(&row, "1.2", &out);
    read_back(&out, MESSAGE_HELLO, &message);
    const struct connector *got = &message.connector;
    check(message.protocol == 1 && str_equal(message.version, STR("1.2")), "protocol");
    check_same(got->name, row.name, "name");
    check_same(got->network, row.network, "network");
    check_same(got->title, row.title, "title");
    check_same(got->summary, row.summary, "summary");
    check_same(got->evidence, row.evidence, "evidence");
    check(got->modes == row.modes && got->acts == row.acts && got->text_max == 300 && got->text_unit == SOURCE_BYTES && got->is_shareable && got->echoes_key, "what it can");
    for (size_t i = 0; i < COUNT_OF(fields) - 1; i++) {
        const struct connector_field *a = &got->fields[i], *b = &fields[i];
        check_same(a->name, b->name, "field");
        check_same(a->label, b->label, b->name);
        check_same(a->help, b->help, b->name);
        check_same(a->fallback, b->fallback, b->name);
        check_same(a->words, b->words, b->name);
        check(a->type == b->type && a->is_secret == b->is_secret && a->is_required == b->is_required && a->least == b->least && a->most == b->most, "%s", b->name);
    }
    check(!got->fields[COUNT_OF(fields) - 1].name, "the end");
    message_fini(&message);
}

static void test_batch(void **state)
{
    (void)state;
    struct source_batch *batch = source_batch_new("s1");
    struct source_item  *item = source_batch_add(batch, SOURCE_UPSERT);
    struct media         media = {MEDIA_VIDEO, STR("https://x/v"), STR("a film")};
    struct str           link = STR("https://x/l");
    int64_t              at_us;
    clock_parse(STR("2026-11-24T10:00:00.123456Z"), &at_us);
    item->post = (struct post){.id = STR("1"), .at_us = at_us, .edited_us = at_us + 1, .author_id = STR("a"), .author_handle = STR("ann"), .author_name = STR("Ann \"A\""),
                               .author_followers = 7, .text = STR("line\nline \xf0\x9f\x8e\x89"), .lang = STR("en"), .community = STR("c"), .kind = STR("comment"), .url = STR("https://x/1"),
                               .thread = STR("t"), .reply_to = STR("r"), .repost_of = STR("p"), .quote_of = STR("q"), .links = &link, .link_count = 1, .media = &media,
                               .media_count = 1, .metrics = {1, 2, 3, 4, POST_COUNT_UNKNOWN}};
    item->visibility = STR("unlisted");
    item->reply_why = STR("threadgate");
    source_batch_add(batch, SOURCE_DELETE)->post.id = STR("2");
    source_batch_add(batch, SOURCE_METRICS)->post.id = STR("3");
    source_batch_add(batch, SOURCE_ACTOR)->post.author_id = STR("b");
    source_batch_add(batch, SOURCE_ACTOR_DELETE)->post.author_id = STR("c");
    batch->state = STR("{\"big\": 12345678901234567890}");
    struct message message;
    struct buf     out = {0};
    message_print_batch(batch, 9, 0, batch->count, true, true, &out);
    read_back(&out, MESSAGE_BATCH, &message);
    struct source_batch *got = message_take_batch(&message);
    check(got->seq == 9 && got->count == 5 && message.refused == 0, "%zu items, %s", got->count, message.reason);
    check_str(got->state, batch->state, "the state, digit by digit");
    const struct post *post = &got->items[0].post;
    check(post_content_hash(post) == post_content_hash(&item->post), "the post");
    check(post->edited_us == at_us + 1 && post->metrics.replies == 3 && post->metrics.views == POST_COUNT_UNKNOWN && post->author_followers == 7, "its counts");
    check(post->media_count == 1 && post->media[0].type == MEDIA_VIDEO, "media");
    check_str(got->items[0].visibility, STR("unlisted"), "visibility");
    check_str(got->items[0].reply_why, STR("threadgate"), "reply_why");
    for (size_t i = 0; i < 5; i++)
        check(got->items[i].op == batch->items[i].op, "op of %zu", i);
    check_str(got->items[4].post.author_id, STR("c"), "actor_delete");
    source_batch_free(got);
    message_fini(&message);
    /* A part of it, without the state; and a state that is no JSON. */
    message_print_batch(batch, 1, 1, 2, false, false, &out);
    read_back(&out, MESSAGE_BATCH, &message);
    check(message.batch->count == 1 && message.batch->state.len == 0, "a part");
    message_fini(&message);
    batch->state = STR("plain, \"words\"");
    message_print_batch(batch, 1, 0, 0, true, false, &out);
    read_back(&out, MESSAGE_BATCH, &message);
    check_str(message.batch->state, STR("\"plain, \\\"words\\\"\""), "as JSON");
    struct buf again = {0};
    message_print_subscribe("s1", SOURCE_STREAM, &(struct source_query){0}, message.batch->state, &again);
    message_fini(&message);
    read_back(&again, MESSAGE_SUBSCRIBE, &message);
    check_str(message.state, batch->state, "and back where it came from");
    message_fini(&message);
    source_batch_free(batch);
}

static void test_connectors_words(void **state)
{
    (void)state;
    struct message message;
    struct buf     out = {0};
    message_print_ready(&(struct source_account){"id", "ann", "Ann", CLOCK_MIN_US}, &out);
    read_back(&out, MESSAGE_READY, &message);
    check(strcmp(message.account.handle, "ann") == 0 && message.account.expires_us == CLOCK_MIN_US, "ready");
    message_fini(&message);
    for (int i = 0; i < 7; i++) {
        message_print_status(&(struct source_status){.sub = "s1", .phase = (enum source_phase)i, .until_us = CLOCK_MIN_US + 5, .from_us = CLOCK_MIN_US, .remaining = 3, .limit = 9, .message = "m"}, &out);
        read_back(&out, MESSAGE_STATUS, &message);
        check(message.status.phase == (enum source_phase)i && message.status.until_us == CLOCK_MIN_US + 5 && message.status.from_us == CLOCK_MIN_US && message.status.remaining == 3 &&
                  message.status.limit == 9 && strcmp(message.status.message, "m") == 0, "status %d", i);
        message_fini(&message);
    }
    for (int i = 0; i < 10; i++) {
        message_print_result(&(struct source_result){.id = "c1", .failure = (enum source_failure)i, .native_id = "n", .native_url = "u", .message = "m", .retry_after_s = 30, .count = 5}, &out);
        read_back(&out, MESSAGE_RESULT, &message);
        check(message.result.failure == (enum source_failure)i && strcmp(message.result.native_id, "n") == 0 && message.result.count == 5 && (i == 0 || message.result.retry_after_s == 30), "result %d", i);
        message_fini(&message);
    }
    message_print_secret(STR("token"), STR("new"), &out);
    read_back(&out, MESSAGE_SECRETS, &message);
    check(message.secret_count == 1, "one");
    check_str(message.secrets[0].name, STR("token"), "name");
    check_str(message.secrets[0].value, STR("new"), "value");
    message_fini(&message);
    message_print_log("warning", STR("words"), &out);
    read_back(&out, MESSAGE_LOG, &message);
    check_str(message.words, STR("words"), "log");
    message_fini(&message);
    message_print_refused("a bad signature", 12, &out);
    read_back(&out, MESSAGE_REFUSED, &message);
    check(message.refused == 12 && strcmp(message.reason, "a bad signature") == 0, "refused");
    message_fini(&message);
}

static void test_hosts_words(void **state)
{
    (void)state;
    struct message message;
    struct buf     out = {0};
    message_print_init(STR("{\"a\": [1, {\"b\":\"}\"}], \"n\":0.10}"), STR(""), 4, 500, true, &out);
    read_back(&out, MESSAGE_INIT, &message);
    check_str(message.config, STR("{\"a\": [1, {\"b\":\"}\"}], \"n\":0.10}"), "config as it was");
    check_str(message.secret_object, STR("{}"), "no secrets");
    check(message.protocol == 1 && message.max_inflight == 4 && message.max_items == 500 && message.allows_private, "init");
    message_fini(&message);
    struct str          any[] = {STR("acme"), STR("ac me")}, lang = STR("en");
    struct source_query query = {.any = any, .any_count = 2, .langs = &lang, .lang_count = 1, .since_us = CLOCK_MIN_US, .until_us = CLOCK_MIN_US + 1};
    static const enum source_mode modes[] = {SOURCE_STREAM, SOURCE_POLL, SOURCE_SEARCH, SOURCE_FILL, SOURCE_THREAD};
    static const struct {
        const char *given, *got;
    } states[] = {{"", ""}, {"{\"x\":1}", "{\"x\":1}"}, {"17", "17"}, {"\"s\"", "s"}, {"not json", "not json"}, {"1,\"t\":2", "1,\"t\":2"}, {"null", ""}};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < COUNT_OF(states); j++) {
            message_print_subscribe("s1", modes[i], &query, str_of(states[j].given), &out);
            read_back(&out, MESSAGE_SUBSCRIBE, &message);
            check(message.mode == modes[i] && message.query.any_count == 2 && message.query.lang_count == 1 && message.query.until_us == CLOCK_MIN_US + 1, "mode %zu", i);
            check_str(message.query.any[1], any[1], "any");
            check_str(message.state, str_of(states[j].got), "state %zu", j);
            message_fini(&message);
        }
    message_print_sub(MESSAGE_UNSUBSCRIBE, "s1", &out);
    read_back(&out, MESSAGE_UNSUBSCRIBE, &message);
    check(strcmp(message.sub, "s1") == 0, "unsubscribe");
    message_print_ack("s1", 77, &out);
    read_back(&out, MESSAGE_ACK, &message);
    check(message.seq == 77, "ack");
    for (unsigned bit = 1; bit <= SOURCE_DELIVER; bit <<= 1) {
        struct source_command command = {.id = "c1", .key = "k-1", .act = (enum source_act)bit, .target_id = STR("t"), .target_root = STR("r"), .target_author = STR("a"),
                                         .text = STR("hi"), .lang = STR("en"), .visibility = STR("public"), .deadline_us = CLOCK_MIN_US, .ordered_us = CLOCK_MIN_US + 7, .proof = {STR("1795514400"), STR("sha256=00")}};
        message_print_command(&command, &out);
        read_back(&out, MESSAGE_COMMAND, &message);
        check(message.command.act == command.act && message.command.deadline_us == CLOCK_MIN_US && strcmp(message.command.key, "k-1") == 0, "act %u", bit);
        check_str(message.command.target_root, STR("r"), "root");
        check_str(message.command.visibility, STR("public"), "visibility");
        check_str(message.command.proof.signature, STR("sha256=00"), "signature");
        check_str(message.command.proof.timestamp, STR("1795514400"), "timestamp");
        check(message.command.ordered_us == CLOCK_MIN_US + 7, "ordered_at");
        message_fini(&message);
    }
    message_print_stored(false, &out);
    read_back(&out, MESSAGE_STORED, &message);
    check(!message.is_stored, "not stored");
    message_print_shutdown(3, &out);
    read_back(&out, MESSAGE_SHUTDOWN, &message);
    check(message.grace_s == 3, "shutdown");
    static const enum message_kind bare[] = {MESSAGE_CHECK, MESSAGE_PING, MESSAGE_PONG};
    for (size_t i = 0; i < 3; i++) {
        message_print_bare(bare[i], &out);
        read_back(&out, bare[i], &message);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char     *line;
        enum error_code code;
        const char     *message;
    } rows[] = {
        {"", ERROR_SYNTAX, "empty, not a JSON object"},
        {"[]", ERROR_SYNTAX, "JSON, but not an object"},
        {"{\"t\":\"ping\"} x", ERROR_SYNTAX, "broken JSON at byte 13"},
        {"{\"t\":\"log\",\"msg\":\"\xff\"}", ERROR_SYNTAX, "not valid UTF-8"},
        {"{\"t\":\"batch\",\"sub\":\"s\",\"seq\":1,\"state\":{\"since\":\n1}}", ERROR_SYNTAX, "a line break within a line"},
        {"{}", ERROR_INVALID, "t is missing"},
        {"{\"t\":1}", ERROR_INVALID, "t is missing"},
        {"{\"t\":\"later\",\"x\":1}", ERROR_NONE, ""},
        {"{\"t\":\"hello\",\"protocol\":1,\"name\":\"a b\",\"network\":\"x\"}", ERROR_INVALID, "hello: name is not of a-z, 0-9, - _ . (at most 64)"},
        {"{\"t\":\"batch\",\"seq\":1}", ERROR_INVALID, "batch: sub is missing"},
        {"{\"t\":\"batch\",\"sub\":\"s\"}", ERROR_INVALID, "batch: seq is missing"},
        {"{\"t\":\"batch\",\"sub\":\"s\",\"seq\":1,\"items\":{}}", ERROR_INVALID, "batch: items is not a list"},
        {"{\"t\":\"batch\",\"sub\":\"0123456789012345678901234567890123\",\"seq\":1}", ERROR_TOO_LARGE,
         "batch: sub has more than 31 bytes: 0123456789012345678901234567890123..."},
        {"{\"t\":\"status\"}", ERROR_INVALID, "status: phase is missing"},
        {"{\"t\":\"status\",\"phase\":\"asleep\"}", ERROR_INVALID, "status: phase is 'asleep', not a word of the contract"},
        {"{\"t\":\"result\",\"ok\":true}", ERROR_INVALID, "result: id is missing"},
        {"{\"t\":\"secrets\",\"set\":{\"a\":1}}", ERROR_INVALID, "secrets: the secret a is not a text"},
        {"{\"t\":\"subscribe\",\"sub\":\"s\"}", ERROR_INVALID, "subscribe: mode is missing"},
        {"{\"t\":\"subscribe\",\"sub\":\"s\",\"mode\":\"poll\",\"query\":{\"since\":\"soon\"}}", ERROR_INVALID, "subscribe: since is not an RFC 3339 time: soon"},
        {"{\"t\":\"command\",\"id\":\"c\",\"do\":\"dance\"}", ERROR_INVALID, "command: do is 'dance', not a word of the contract"},
        {"{\"t\":\"shutdown\",\"grace_s\":-1}", ERROR_INVALID, "shutdown: grace_s is -1, not within 0 and 86400"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct message message;
        struct error   error = {0};
        check(message_read(str_of(rows[i].line), &message, &error) == rows[i].code, "row %zu: %s", i, error.message);
        check_str(str_of(error.message), str_of(rows[i].message), "row %zu", i);
        check(rows[i].code || message.kind == MESSAGE_UNKNOWN, "row %zu", i);
        message_fini(&message);
    }
}

/* An item that is none is left out and counted; the rest of its batch stands. */
static void test_items(void **state)
{
    (void)state;
    static const struct {
        const char *item, *reason;
    } rows[] = {
        {"1", "an item is not an object"},
        {"{}", "op is missing"},
        {"{\"op\":\"sing\"}", "op is 'sing', not a word of the contract"},
        {"{\"op\":\"delete\"}", "id is missing"},
        {"{\"op\":\"upsert\",\"id\":\"1\"}", "created_at is missing"},
        {"{\"op\":\"upsert\",\"id\":1}", "id is not a text"},
        {"{\"op\":\"upsert\",\"id\":\"1\",\"created_at\":\"2026-01-01T00:00:00Z\"}", "author has neither id nor handle"},
        {"{\"op\":\"upsert\",\"id\":\"1\",\"created_at\":\"2026-13-01\"}", "created_at is not an RFC 3339 time: 2026-13-01"},
        {"{\"op\":\"metrics\",\"id\":\"1\",\"metrics\":{\"likes\":-1}}", "likes is -1, not within 0 and 9007199254740992"},
        {"{\"op\":\"actor_delete\"}", "author.id is missing"},
        {"{\"op\":\"actor_delete\",\"id\":\"who\"}", NULL},
        {"{\"op\":\"upsert\",\"id\":\"1\",\"seen_at\":\"2026-01-01T00:00:00Z\",\"author\":{\"handle\":\"h\"},\"later\":{}}", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct message message;
        struct error   error = {0};
        char           line[512], reason[64];
        snprintf(line, sizeof line, "{\"t\":\"batch\",\"sub\":\"s\",\"seq\":1,\"items\":[{\"op\":\"delete\",\"id\":\"0\"},%s]}", rows[i].item);
        check_ok(message_read(str_of(line), &message, &error), error, "row %zu", i);
        check(message.batch->count == (rows[i].reason ? 1 : 2), "row %zu: %zu", i, message.batch->count);
        check(message.refused == (rows[i].reason ? 1 : 0), "row %zu", i);
        snprintf(reason, sizeof reason, "not of the contract: %.40s", rows[i].reason ? rows[i].reason : "");
        check_str(str_of(message.reason), str_of(rows[i].reason ? reason : ""), "row %zu", i);
        message_fini(&message);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct message message;
    struct error   error = {0};
    struct buf     line = {0};
    buf_append_str(&line, STR("{\"t\":\"batch\",\"sub\":\"s\",\"seq\":1,\"items\":["));
    for (int i = 0; i < 501; i++)
        buf_printf(&line, "%s{\"op\":\"delete\",\"id\":\"%d\"}", i ? "," : "", i);
    buf_append_str(&line, STR("]}"));
    check(message_read(buf_str(&line), &message, &error) == ERROR_TOO_LARGE, "501 items: %s", error.message);
    message_fini(&message);
    buf_clear(&line);
    buf_append_str(&line, STR("{\"t\":\"batch\",\"sub\":\"s\",\"seq\":1,\"state\":\""));
    for (int i = 0; i < SOURCE_STATE_MAX_BYTES; i++)
        buf_append_char(&line, 'x');
    buf_append_str(&line, STR("\"}"));
    check(message_read(buf_str(&line), &message, &error) == ERROR_TOO_LARGE, "a large state: %s", error.message);
    message_fini(&message);
    buf_clear(&line);
    buf_append_str(&line, STR("{\"t\":\"log\",\"msg\":\""));
    while (line.len < SOURCE_LINE_MAX_BYTES - 3)
        buf_append_char(&line, 'x');
    buf_append_str(&line, STR("\"}"));
    check(line.len == SOURCE_LINE_MAX_BYTES - 1, "with its line break exactly");
    check_ok(message_read(buf_str(&line), &message, &error), error, "the longest");
    message_fini(&message);
    check(message_read(str_slice(line.ptr, line.len + 1), &message, &error) == ERROR_TOO_LARGE, "one more");
    message_fini(&message);
    buf_fini(&line);
}

/* Cut anywhere, a line is broken, and nothing is read behind its end. */
static void test_cut(void **state)
{
    (void)state;
    static const char whole[] = "{\"t\":\"batch\",\"sub\":\"s\",\"seq\":1,\"items\":[{\"op\":\"upsert\",\"id\":\"\\u00e91\",\"created_at\":\"2026-01-01T00:00:00Z\",\"author\":{\"id\":\"a\"},"
                                "\"links\":[\"x\"],\"media\":[{\"type\":\"image\",\"url\":\"u\"}],\"metrics\":{\"likes\":1}}],\"state\":{\"a\":[1,\"]\",{}]}}";
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        struct message message;
        char          *copy = malloc(len ? len : 1);
        memcpy(copy, whole, len);
        check(message_read(str_slice(copy, len), &message, NULL) == ERROR_SYNTAX, "cut at %zu", len);
        message_slice(str_slice(copy, len), "state");
        message_fini(&message);
        free(copy);
    }
    check_str(message_slice(STR(whole), "state"), STR("{\"a\":[1,\"]\",{}]}"), "whole");
    check_str(message_slice(STR("{ \"a\" : \"x\\\"}\" , \"state\" : -1e5 }"), "state"), STR("-1e5"), "with blanks");
    check(message_slice(STR("{\"a\":{\"state\":1}}"), "state").ptr == NULL, "not of an inner object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello),   cmocka_unit_test(test_batch), cmocka_unit_test(test_connectors_words), cmocka_unit_test(test_hosts_words),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_items), cmocka_unit_test(test_limits),           cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
