/* Who is behind a DID: bounded, the one not asked for longest goes first. */
#include "check.h"

#include "source/bluesky/handles.h"

static void put(struct handles *handles, unsigned number, const char *handle)
{
    char did[32];
    snprintf(did, sizeof did, "did:plc:%u", number);
    check(handles_put(handles, str_of(did), &(struct handle_entry){.handle = str_of(handle), .followers = number}), "%u", number);
}

static bool get(struct handles *handles, unsigned number, struct handle_entry *entry)
{
    char did[32];
    snprintf(did, sizeof did, "did:plc:%u", number);
    return handles_get(handles, str_of(did), entry);
}

static void oldest_goes(void **state)
{
    (void)state;
    struct handles     *handles = handles_new(4);
    struct handle_entry entry;
    for (unsigned i = 0; i < 4; i++)
        put(handles, i, "x.test");
    check(get(handles, 0, &entry), "the first is used again");
    put(handles, 4, "y.test");
    check(!get(handles, 1, &entry) && get(handles, 0, &entry) && get(handles, 4, &entry), "the second went");
    put(handles, 4, "z.test");
    check(get(handles, 4, &entry) && handles_count(handles) == 4, "%u", handles_count(handles));
    check_str(entry.handle, STR("z.test"), "the newer handle");
    handles_free(handles);
}

static void many(void **state)
{
    (void)state;
    struct handles     *handles = handles_new(1000);
    struct handle_entry entry;
    for (unsigned i = 0; i < 50000; i++)
        put(handles, i * 7919 % 20011, "many.test");
    check(handles_count(handles) == 1000, "%u", handles_count(handles));
    unsigned known = 0;
    for (unsigned i = 0; i < 20011; i++)
        known += get(handles, i, &entry) && entry.followers == i;
    check(known == 1000, "%u", known);
    handles_free(handles);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(oldest_goes), cmocka_unit_test(many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
