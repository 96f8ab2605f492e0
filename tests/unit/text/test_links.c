#include "text_fixture.h"

static void test_canonical_links(void **state)
{
    static const struct {
        const char *url, *canonical, *host;
    } rows[] = {
        {"http://t.co/AbC", "http://t.co/AbC", "t.co"},
        {"HTTPS://WWW.Example.COM/Path", "https://www.example.com/Path", "example.com"},
        {"http://example.com", "http://example.com/", "example.com"},
        {"http://example.com?a=1", "http://example.com/?a=1", "example.com"},
        {"http://example.com:80/a", "http://example.com/a", "example.com"},
        {"https://example.com:443/a", "https://example.com/a", "example.com"},
        {"https://example.com:80/a", "https://example.com:80/a", "example.com"},
        {"http://example.com:8080/a", "http://example.com:8080/a", "example.com"},
        {"http://example.com./a", "http://example.com/a", "example.com"},
        {"http://user:secret@example.com/a", "http://example.com/a", "example.com"},
        {"http://user:p@ss@example.com/a", "http://example.com/a", "example.com"},
        {"http://example.com/a#part", "http://example.com/a", "example.com"},
        {"http://example.com/a?#part", "http://example.com/a", "example.com"},
        {"http://example.com/?utm_source=x&a=1&utm_medium=y", "http://example.com/?a=1", "example.com"},
        {"http://example.com/?fbclid=x&gclid=y&igshid=z&ref_src=t", "http://example.com/", "example.com"},
        {"http://example.com/?UTM_Campaign=x&b=2&&a=1&", "http://example.com/?b=2&a=1", "example.com"},
        {"http://example.com/?utm=1&fbclids=2", "http://example.com/?utm=1&fbclids=2", "example.com"},
        {"http://example.com/?q=a?b/c", "http://example.com/?q=a?b/c", "example.com"},
        {"  http://example.com/a \n", "http://example.com/a", "example.com"},
        {"www.example.com/a", "http://www.example.com/a", "example.com"},
        {"example.com", "http://example.com/", "example.com"},
        {"http://www.com/", "http://www.com/", "com"},
        {"http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a", "2001:db8::1"},
        {"http://[", "http://[", ""},
        {"http://localhost/a", "http://localhost/a", "localhost"},
        {"", "", ""},
        {"hello", "hello", ""},
        {"mailto:a@b", "mailto:a@b", ""},
        {"http://", "http://", ""},
        {"http:///a", "http:///a", ""},
        {"http://!!/a", "http://!!/a", ""},
        {"javascript:alert(1)", "javascript:alert(1)", ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str canonical = text_link_canonical(&fixture->arena, str_of(rows[i].url));
        struct str host = text_link_host(canonical), again = text_link_canonical(&fixture->arena, canonical);
        if (!str_equal(canonical, str_of(rows[i].canonical)) || !str_equal(host, str_of(rows[i].host)))
            fail_msg("\"%s\" becomes \"%.*s\" at \"%.*s\"", rows[i].url, STR_ARG(canonical), STR_ARG(host));
        if (!str_equal(canonical, again))
            fail_msg("\"%.*s\" becomes \"%.*s\" when made canonical again", STR_ARG(canonical), STR_ARG(again));
    }
}

/* What canonical links are for: these are one. */
static void test_one_link_many_spellings(void **state)
{
    static const char *const urls[] = {"http://example.com/a?b=1", "HTTP://EXAMPLE.com:80/a?b=1#top",
                                       "http://example.com/a?utm_source=x&b=1", "http://me@example.com/a?b=1&fbclid=2"};
    struct fixture          *fixture = *state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct str canonical = text_link_canonical(&fixture->arena, str_of(urls[i]));
        assert_true(str_equal(canonical, str_of(urls[0])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_links),
        cmocka_unit_test(test_one_link_many_spellings),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
