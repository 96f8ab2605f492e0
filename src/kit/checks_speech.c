/* Checks that need no platform: how it begins, what it does with lines that are none, how it ends. */
#include "kit/inside.h"

#include "base/clock.h"

#include <cjson/cJSON.h>

enum { ANSWER_MS = 30000, GRACE_S = 3 };

/* Until it answers a ping; false: finding has failed. */
static bool answers_ping(struct kit *kit, struct session *session, const char *during)
{
    unsigned before = session->pongs;
    int64_t  until_us = clock_monotonic_us() + ANSWER_MS * INT64_C(1000);
    session_say_text(session, "{\"t\":\"ping\"}");
    while (session->pongs == before && clock_monotonic_us() < until_us && !kit_is_stopped(kit)) {
        enum heard heard = session_step(kit, session, NULL, ACK_AT_ONCE, 100);
        if (heard == HEARD_END || heard == HEARD_BROKEN) {
            kit_fail_session(kit, session, during);
            return false;
        }
    }
    if (session->pongs == before)
        kit_fail(kit, "no pong within 30 s %s", during);
    return session->pongs > before;
}

void check_hello(struct kit *kit)
{
    struct session session;
    if (session_start(kit, &session, (struct str){0}, 2, 1)) {
        const struct connector *row = &session.hello.connector;
        unsigned                modes = row->modes & (SOURCE_STREAM | SOURCE_POLL | SOURCE_SEARCH | SOURCE_FILL);
        for (unsigned bit = 1; bit <= SOURCE_FILL && !kit->mode; bit <<= 1)
            if (modes & bit)
                kit->mode = (enum source_mode)bit;
        if (!modes)
            kit_fail(kit, "listen names none of stream, poll, search, backfill: no posts would ever come");
        else if (!(row->modes & kit->mode))
            kit_fail(kit, "it does not listen in the mode that is asked for");
        else {
            kit->hello = session.hello;
            session.hello = (struct message){0};
            kit->has_hello = true;
            kit_ok(kit, "protocol 1, name %s, network %s, version %.*s", kit->hello.connector.name, kit->hello.connector.network, STR_ARG(kit->hello.version));
        }
    }
    session_fini(&session);
}

void check_check(struct kit *kit)
{
    struct session session;
    int64_t        until_us = clock_monotonic_us() + ANSWER_MS * INT64_C(1000);
    if (session_start(kit, &session, kit->secrets, 2, 1)) {
        session_say_text(&session, "{\"t\":\"check\"}");
        enum heard heard = HEARD_NOTHING;
        while (!session.ready && !session.result_count && clock_monotonic_us() < until_us && heard != HEARD_END && heard != HEARD_BROKEN && !kit_is_stopped(kit))
            heard = session_step(kit, &session, NULL, ACK_AT_ONCE, 100);
        kit->is_ready = session.ready > 0;
        if (kit->is_ready)
            kit_ok(kit, "ready");
        else if (session.result_count)
            kit_fail(kit, "%s: %s", source_failures[session.results[0].failure], session.results[0].message);
        else if (heard == HEARD_END || heard == HEARD_BROKEN)
            kit_fail_session(kit, &session, "at check");
        else
            kit_fail(kit, "neither ready nor an end within 30 s");
    }
    session_fini(&session);
}

void check_unknown(struct kit *kit)
{
    struct session session;
    if (session_start(kit, &session, kit->secrets, 2, 1)) {
        session_say_text(&session, "{\"t\":\"of_a_later_version\",\"x\":[1,{\"y\":null}]}");
        session_say_text(&session, "{\"t\":\"ack\",\"sub\":\"nobody\",\"seq\":1,\"of_a_later_version\":true}");
        if (answers_ping(kit, &session, "after a message of an unknown kind"))
            kit_ok(kit, "it goes on");
    }
    session_fini(&session);
}

/* Fed with line, it goes on, or ends by its own choice with a number that makes the host start it again. */
static bool lives_with(struct kit *kit, struct str line, const char *what, unsigned *went_on)
{
    struct session session;
    struct buf     text = {0};
    bool           is_good = session_start(kit, &session, kit->secrets, 2, 1);
    if (is_good) {
        buf_append_str(&text, line);
        buf_append_char(&text, '\n');
        session_say(&session, &text);
        session_say_text(&session, "{\"t\":\"ping\"}");
        int64_t    until_us = clock_monotonic_us() + ANSWER_MS * INT64_C(1000);
        enum heard heard = HEARD_NOTHING;
        while (!session.pongs && heard != HEARD_END && heard != HEARD_BROKEN && clock_monotonic_us() < until_us && !kit_is_stopped(kit))
            heard = session_step(kit, &session, NULL, ACK_AT_ONCE, 100);
        int status = session.pongs ? 0 : session_wait(&session, 2000);
        *went_on += session.pongs > 0;
        is_good = session.pongs || (status > 0 && status < 128 && status != 2 && status != 3);
        if (!is_good && heard == HEARD_BROKEN)
            kit_fail(kit, "fed with %s it broke the contract: %s", what, session.broken);
        else if (!is_good && status < 0)
            kit_fail(kit, "fed with %s it answers nothing any more", what);
        else if (!is_good)
            kit_fail(kit, "fed with %s it %s %d", what, status >= 128 ? "crashed by signal" : "ended with", status >= 128 ? status - 128 : status);
    }
    buf_fini(&text);
    session_fini(&session);
    return is_good;
}

void check_broken(struct kit *kit)
{
    struct buf over = {0}, deep = {0};
    unsigned   went_on = 0;
    buf_append_str(&over, STR("{\"t\":\"ping\",\"x\":\""));
    while (over.len < SOURCE_LINE_MAX_BYTES)
        buf_append_char(&over, 'x');
    buf_append_str(&over, STR("\"}"));
    for (int i = 0; i < 10000; i++)
        buf_append_char(&deep, '[');
    const struct {
        struct str  line;
        const char *what;
    } rows[] = {{buf_str(&over), "a line of more than 1 MiB"},
                {STR("{\"t\":\"ping\",\"x\":\"\xc3\x28\xff\"}"), "a line that is not UTF-8"},
                {STR("{\"t\":\"ping\""), "half a line"},
                {STR("Segmentation fault"), "a line that is no JSON"},
                {STR("[1,2]"), "a line that is no object"},
                {buf_str(&deep), "ten thousand brackets"}};
    size_t i = 0, count = sizeof rows / sizeof *rows;
    while (i < count && lives_with(kit, rows[i].line, rows[i].what, &went_on))
        i++;
    if (i == count)
        kit_ok(kit, "%zu broken lines: it went on after %u, ended by itself after %zu", count, went_on, count - went_on);
    buf_fini(&over);
    buf_fini(&deep);
}

void check_shutdown(struct kit *kit)
{
    struct session session;
    if (session_start(kit, &session, kit->secrets, 2, 10)) {
        session_subscribe(kit, &session, "shut", (struct str){0});
        for (int i = 0; i < 10; i++)
            session_step(kit, &session, NULL, ACK_NEVER, 50);
        int64_t began_us = clock_monotonic_us();
        session_say_text(&session, "{\"t\":\"shutdown\",\"grace_s\":3}");
        int status = session_wait(&session, GRACE_S * 1000 + 500);
        if (status == 0)
            kit_ok(kit, "it ended %.1f s after it was asked to", (double)(clock_monotonic_us() - began_us) / 1e6);
        else if (status < 0)
            kit_fail(kit, "it still runs after its grace of %d s", GRACE_S);
        else
            kit_fail(kit, "it ended with %d, not 0", status);
    }
    session_fini(&session);
}

/* A host that was killed says nothing: its end of the pipes is closed, that is all. */
void check_left(struct kit *kit)
{
    struct session session;
    if (session_start(kit, &session, kit->secrets, 2, 10)) {
        session_subscribe(kit, &session, "left", (struct str){0});
        for (int i = 0; i < 5; i++)
            session_step(kit, &session, NULL, ACK_NEVER, 50);
        process_close(&session.process.in);
        int status = session_wait(&session, 10000);
        if (status < 0)
            kit_fail(kit, "it still runs 10 s after its input ended: it would stay behind for ever");
        else
            kit_ok(kit, "it ended with %d", status);
    }
    session_fini(&session);
}

/* ---- A token that is not taken ---- */

/* Each letter and digit another one of its kind: of the same form, and wrong. */
static void garble(char *text)
{
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9')
            *text = (char)('0' + (*text - '0' + 5) % 10);
        else if ((*text >= 'a' && *text <= 'f'))
            *text = (char)('a' + (*text - 'a' + 3) % 6);
        else if (*text >= 'g' && *text <= 'z')
            *text = (char)('g' + (*text - 'g' + 10) % 20);
        else if (*text >= 'A' && *text <= 'Z')
            *text = (char)('A' + (*text - 'A' + 13) % 26);
    }
}

static struct str garbled(struct kit *kit)
{
    cJSON *secrets = cJSON_ParseWithLength(kit->secrets.ptr, kit->secrets.len), *item;
    bool   has_any = false;
    cJSON_ArrayForEach(item, secrets) {
        has_any |= cJSON_IsString(item) && item->valuestring[0];
        if (cJSON_IsString(item))
            garble(item->valuestring);
    }
    char      *text = has_any ? cJSON_PrintUnformatted(secrets) : NULL;
    struct str kept = text ? arena_str(&kit->arena, str_of(text)) : (struct str){0};
    cJSON_free(text);
    cJSON_Delete(secrets);
    return kept;
}

void check_auth(struct kit *kit)
{
    struct session session;
    struct str     secrets = kit->bad_secrets.len ? kit->bad_secrets : garbled(kit);
    if (!secrets.len) {
        kit_skip(kit, "no secrets were given, so none can be wrong");
        return;
    }
    if (session_start(kit, &session, secrets, 2, 10)) {
        session_say_text(&session, "{\"t\":\"check\"}");
        session_subscribe(kit, &session, "auth", (struct str){0});
        int64_t    until_us = kit_wait_us(kit);
        enum heard heard = HEARD_NOTHING;
        while (heard != HEARD_END && heard != HEARD_BROKEN && !session.ready && clock_monotonic_us() < until_us && !kit_is_stopped(kit))
            heard = session_step(kit, &session, NULL, ACK_AT_ONCE, 100);
        int status = session.ready ? -1 : session_wait(&session, heard == HEARD_END ? 2000 : 0);
        if (session.ready)
            kit_fail(kit, "it is ready with wrong secrets");
        else if (status == 3)
            kit_ok(kit, "it ended with 3");
        else if (status == 2)
            kit_ok(kit, "it ended with 2: the wrong secrets are not even of the right form");
        else if (status < 0)
            kit_fail(kit, "with wrong secrets it does not end: it must end with 3, so that a person is asked");
        else
            kit_fail(kit, "with wrong secrets it ended with %d, not 3: it would be started again for ever", status);
    }
    session_fini(&session);
}
