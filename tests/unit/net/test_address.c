/* Addresses, trusted proxies, and what one peer may have. */
#include "../check.h"

#include "base/clock.h"
#include "net/limits.h"

static void addresses_are_read_and_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed; /* NULL: refused */
    } rows[] = {
        {"10.0.0.1", "10.0.0.1"},
        {" 10.0.0.1 ", "10.0.0.1"},
        {"10.0.0.1:8080", "10.0.0.1"},
        {"::1", "::1"},
        {"[::1]", "::1"},
        {"[2001:db8::1]:443", "2001:db8::1"},
        {"2001:DB8::1", "2001:db8::1"},
        {"::ffff:10.0.0.1", "10.0.0.1"},
        {"unix", "unix"},
        {"", NULL},
        {"unknown", NULL},
        {"10.0.0", NULL},
        {"10.0.0.256", NULL},
        {"10.0.0.1:", NULL},
        {"10.0.0.1:x", NULL},
        {"10.0.0.1:99999", NULL},
        {"[::1", NULL},
        {"[::1]x", NULL},
        {"_hidden", NULL},
        {"10.0.0.1 10.0.0.2", NULL},
        {"fe80::1%eth0", NULL},
        {"11111111111111111111111111111111111111111111111111111111111111", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct address address;
        char           text[ADDRESS_TEXT_BYTES];
        bool           is_read = address_parse(str_of(rows[i].text), &address);
        check(is_read == (rows[i].printed != NULL), "row %zu: %s", i, rows[i].text);
        if (is_read) {
            address_print(&address, text);
            check_str(str_of(text), str_of(rows[i].printed), "row %zu: %s", i, rows[i].text);
        }
    }
}

/* The leftmost address is whatever the client wrote: believing it lets anybody be anybody. */
static void forwarded_addresses_are_believed_only_behind_trusted_hops(void **state)
{
    (void)state;
    static const struct {
        const char *trusted, *peer, *forwarded, *client;
    } rows[] = {
        {"", "10.0.0.1", "1.2.3.4", "10.0.0.1"},
        {"127.0.0.1", "10.0.0.1", "1.2.3.4", "10.0.0.1"},
        {"10.0.0.1", "10.0.0.1", "1.2.3.4", "1.2.3.4"},
        {"10.0.0.1", "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"},
        {"10.0.0.0/8", "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"},
        {"10.0.0.0/8", "10.0.0.1", "10.7.7.7,10.9.9.9", "10.7.7.7"},
        {"10.0.0.0/8", "10.0.0.1", "6.6.6.6, junk, 10.9.9.9", "10.9.9.9"},
        {"10.0.0.0/8", "10.0.0.1", "6.6.6.6, unix", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", ",", "10.0.0.1"},
        {"10.0.0.0/9", "10.127.0.1", "1.2.3.4", "1.2.3.4"},
        {"10.0.0.0/9", "10.128.0.1", "1.2.3.4", "10.128.0.1"},
        {"unix", "unix", "1.2.3.4:5555", "1.2.3.4"},
        {"2001:db8::/32, ::1", "2001:db8:1::9", "[2001:db9::1]:80", "2001:db9::1"},
        {"0.0.0.0/0", "10.0.0.1", "2001:db9::1, 1.1.1.1", "2001:db9::1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct trusted trusted;
        struct address peer, client;
        struct error   error = {0};
        char           text[ADDRESS_TEXT_BYTES];
        check_ok(trusted_parse(str_of(rows[i].trusted), &trusted, &error), error, "row %zu", i);
        check(address_parse(str_of(rows[i].peer), &peer), "row %zu", i);
        client = trusted_client(&trusted, peer, str_of(rows[i].forwarded));
        address_print(&client, text);
        check_str(str_of(text), str_of(rows[i].client), "row %zu: %s", i, rows[i].forwarded);
    }
    static const char *const refused[] = {"10.0.0.0/33",   "10.0.0.0/",    "10.0.0.0/-1", "::/129",
                                          "proxy.example", "10.0.0.1/8/8", "unix/3"};
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct trusted trusted;
        struct error   error = {0};
        check(trusted_parse(str_of(refused[i]), &trusted, &error) == ERROR_INVALID, "%s", refused[i]);
        check(strstr(error.message, refused[i]), "%s: %s", refused[i], error.message);
    }
}

static struct address numbered(unsigned i)
{
    return (struct address){.bytes = {[10] = 0xff,
                                      [11] = 0xff,
                                      [12] = 10,
                                      [13] = (unsigned char)(i >> 16),
                                      [14] = (unsigned char)(i >> 8),
                                      [15] = (unsigned char)i}};
}

static void a_peer_has_its_rate_and_twice_that_at_once(void **state)
{
    (void)state;
    struct peers   peers;
    struct address one = numbered(1), two = numbered(2);
    unsigned       taken = 0;
    check(peers_init(&peers, 4, 10), "memory");
    while (taken < 100 && peers_take(&peers, &one, CLOCK_SECOND_US))
        taken++;
    check(taken == 20, "burst of %u", taken);
    check(peers_take(&peers, &two, CLOCK_SECOND_US), "another peer is not touched");
    for (taken = 0; peers_take(&peers, &one, 2 * CLOCK_SECOND_US); taken++)
        ;
    check(taken == 10, "%u in a second", taken);
    for (unsigned i = 0; i < 4; i++) {
        check(peers_may_connect(&peers, &one), "%u", i);
        peers_connect(&peers, &one, 0);
    }
    check(!peers_may_connect(&peers, &one) && peers_may_connect(&peers, &two), "four at once");
    peers_disconnect(&peers, &one, 0);
    check(peers_may_connect(&peers, &one), "one went");
    struct address half = {.bytes = {0x20, 1, [15] = 1}}, other_half = {.bytes = {0x20, 1, [15] = 2}};
    for (unsigned i = 0; i < 4; i++)
        peers_connect(&peers, i % 2 ? &half : &other_half, 0);
    check(!peers_may_connect(&peers, &half), "an IPv6 net of 64 bits is one peer");
    peers_fini(&peers);
}

static void a_million_peers_do_not_grow_the_table(void **state)
{
    (void)state;
    struct peers peers;
    check(peers_init(&peers, 4, 10), "memory");
    for (unsigned i = 0; i < 1000000; i++) {
        struct address address = numbered(i);
        peers_take(&peers, &address, CLOCK_SECOND_US + i);
    }
    check(peers.count <= PEERS_MOST, "%u remembered", peers.count);
    struct address late = numbered(2000000);
    check(peers_take(&peers, &late, 100 * CLOCK_SECOND_US), "when the flood is over, newcomers are served");
    peers_fini(&peers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_printed),
        cmocka_unit_test(forwarded_addresses_are_believed_only_behind_trusted_hops),
        cmocka_unit_test(a_peer_has_its_rate_and_twice_that_at_once),
        cmocka_unit_test(a_million_peers_do_not_grow_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
