/* Events reach everybody who watches, once and in order; who is too slow is told how many were missed. */
#include "check.h"

#include "api/hub.h"

static void count_wake(void *context)
{
    ++*(int *)context;
}

static void tells_in_order(void **state)
{
    (void)state;
    struct hub         *hub = hub_new();
    int                 wakes = 0;
    struct hub_watcher *watcher = hub_watch(hub, count_wake, &wakes);
    uint64_t            place = hub_newest(hub);
    struct buf          out = {0};
    assert_int_equal(hub_watchers(hub), 1);
    hub_tell(hub, "trend", STR("{\"id\":1}"));
    hub_tell(hub, "alert", STR("{\"a\":\"two\nlines\"}"));
    hub_read(hub, &place, &out);
    buf_append_char(&out, '\0');
    assert_string_equal(out.ptr, "event: trend\ndata: {\"id\":1}\n\nevent: alert\ndata: {\"a\":\"two lines\"}\n\n");
    assert_int_equal(wakes, 2);
    buf_clear(&out);
    hub_read(hub, &place, &out);
    assert_int_equal(out.len, 0);
    hub_unwatch(hub, watcher);
    hub_tell(hub, "trend", STR("{}"));
    assert_int_equal(wakes, 2);
    assert_int_equal(hub_watchers(hub), 0);
    buf_fini(&out);
    hub_free(hub);
}

static void says_what_was_missed(void **state)
{
    (void)state;
    struct hub *hub = hub_new();
    uint64_t    place = 0;
    struct buf  out = {0};
    for (int i = 0; i < HUB_EVENTS + 7; i++)
        hub_tell(hub, "topic", STR("{}"));
    hub_read(hub, &place, &out);
    assert_true(str_starts_with(buf_str(&out), STR("event: missed_events\ndata: {\"count\":7}\n\n")));
    assert_int_equal(place, HUB_EVENTS + 7);
    buf_fini(&out);
    hub_free(hub);
}

static void too_long_is_told_as_nothing(void **state)
{
    (void)state;
    struct hub *hub = hub_new();
    uint64_t    place = 0;
    struct buf  out = {0}, data = {0};
    buf_append_zeros(&data, HUB_DATA_MAX_BYTES + 1);
    hub_tell(hub, "topic", buf_str(&data));
    hub_read(hub, &place, &out);
    assert_true(str_equal(buf_str(&out), STR("event: topic\ndata: {}\n\n")));
    buf_fini(&data);
    buf_fini(&out);
    hub_free(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tells_in_order), cmocka_unit_test(says_what_was_missed),
                                       cmocka_unit_test(too_long_is_told_as_nothing)};
    return cmocka_run_group_tests_name("api hub", tests, NULL, NULL);
}
