#include "kit/inside.h"

#include "base/clock.h"

#include <cjson/cJSON.h>

enum { ANSWER_MAX_BYTES = 64 * 1024 * 1024, ANSWER_WAIT_S = 120 };

enum error_code driver_start(const char *const *argv, struct driver *driver, struct error *error)
{
    struct process_setup setup = {.argv = argv, .shares_err = true};
    *driver = (struct driver){.heard = {.max_bytes = ANSWER_MAX_BYTES}};
    enum error_code code = process_start(&setup, &driver->process, error);
    driver->is_there = code == ERROR_NONE;
    return code ? error_prefix(error, "the driver: ") : ERROR_NONE;
}

static bool say(struct driver *driver, const char *what, const char *members)
{
    struct buf line = {0};
    size_t     at = 0, written;
    int64_t    until_us = clock_monotonic_us() + ANSWER_WAIT_S * CLOCK_SECOND_US;
    buf_printf(&line, "{\"do\":\"%s\"%s}\n", what, members);
    while (at < line.len && clock_monotonic_us() < until_us && process_write(&driver->process, line.ptr + at, line.len - at, &written)) {
        at += written;
        if (at < line.len)
            process_poll(&driver->process, true, false, -1, 100);
    }
    bool is_whole = at == line.len;
    buf_fini(&line);
    return is_whole;
}

static bool hear(struct driver *driver)
{
    char    bytes[64 * 1024];
    size_t  got;
    int64_t until_us = clock_monotonic_us() + ANSWER_WAIT_S * CLOCK_SECOND_US;
    buf_clear(&driver->heard);
    while (clock_monotonic_us() < until_us) {
        if (!process_read(&driver->process.out, bytes, sizeof bytes, &got))
            return false;
        if (!buf_append(&driver->heard, bytes, got))
            return false;
        if (got && bytes[got - 1] == '\n')
            return true;
        if (!got)
            process_poll(&driver->process, false, true, -1, 100);
    }
    return false;
}

struct cJSON *driver_ask(struct driver *driver, const char *what, const char *members, char why[400])
{
    if (!driver->is_there) {
        snprintf(why, 400, "without a driver nobody makes the platform do things");
        return NULL;
    }
    if (!say(driver, what, members) || !hear(driver)) {
        snprintf(why, 400, "the driver gave no answer to %s", what);
        return NULL;
    }
    cJSON *answer = cJSON_ParseWithLength(driver->heard.ptr, driver->heard.len);
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok")))
        return answer;
    const char *words = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "why"));
    snprintf(why, 400, "the driver cannot %s%s%.300s", what, words ? ": " : "", words ? words : "");
    cJSON_Delete(answer);
    return NULL;
}

void driver_stop(struct driver *driver)
{
    char why[400];
    if (!driver->is_there)
        return;
    cJSON_Delete(driver_ask(driver, "end", "", why));
    process_close(&driver->process.in);
    for (int64_t until_us = clock_monotonic_us() + 10 * CLOCK_SECOND_US; !process_has_ended(&driver->process) && clock_monotonic_us() < until_us;)
        clock_sleep(20);
    process_fini(&driver->process);
    buf_fini(&driver->heard);
    driver->is_there = false;
}
