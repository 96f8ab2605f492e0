/* Input: any bytes as a page, and again as what stands on an address. */
#include "fuzz.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "text/html.h"

static void check_address(struct str url)
{
    fuzz_check(utf8_is_valid(url) && url.len > 7 && url.len <= 4096, "%.*s", STR_ARG(url));
    fuzz_check(str_equal_ascii_nocase(str_slice(url.ptr, 7), STR("http://")) || (url.len > 8 && str_equal_ascii_nocase(str_slice(url.ptr, 8), STR("https://"))), "%.*s",
               STR_ARG(url));
    for (size_t i = 0; i < url.len; i++)
        fuzz_check((unsigned char)url.ptr[i] > ' ' && !strchr("<>\"\x7f", url.ptr[i]), "%.*s", STR_ARG(url));
}

static void check_words(struct str text)
{
    fuzz_check(utf8_is_valid(text) && text.len <= HTML_TEXT_MAX_BYTES, "%zu bytes", text.len);
    fuzz_check(str_trim(text).len == text.len, "blanks at an end: %.*s", STR_ARG(text));
    for (size_t i = 0; i < text.len; i++)
        fuzz_check((unsigned char)text.ptr[i] >= ' ' || text.ptr[i] == '\n', "a control byte at %zu", i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena      arena = {0};
    struct html_text  text;
    struct html_link *links;
    size_t            count;
    struct str        html = str_slice((const char *)data, size);
    if (html_to_text(html, STR("https://base.org/a/b"), &arena, &text, NULL) == ERROR_NONE) {
        check_words(text.text);
        for (size_t i = 0; i < text.link_count; i++)
            check_address(text.links[i]);
        for (size_t i = 0; i < text.media_count; i++) {
            check_address(text.media[i].url);
            fuzz_check(utf8_is_valid(text.media[i].alt), "alt");
        }
    }
    if (html_page_links(html, STR("https://base.org/a/b"), &arena, &links, &count, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count; i++)
            check_address(links[i].href);
    struct str url = html_resolve(&arena, STR("http://h/p/q?r"), html);
    if (url.len) {
        check_address(url);
        fuzz_check(str_equal(html_resolve(&arena, STR(""), url), url), "%.*s resolves to something else", STR_ARG(url));
    }
    arena_fini(&arena);
    return 0;
}
