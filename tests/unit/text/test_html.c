#include "check.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "text/html.h"
#include "text/html_scan.h"

#include <gumbo.h>

static const char base[] = "https://base.org/blog/post?x=1";

static struct html_text read_html(struct str html, struct arena *arena)
{
    struct html_text text;
    struct error     error = {0};
    check_ok(html_to_text(html, str_of(base), arena, &text, &error), error, "%.*s", STR_ARG(html));
    return text;
}

/* links and media joined by blanks; a medium is type:url|alt */
static struct str list_of(const struct html_text *text, struct arena *arena)
{
    struct buf out = {0};
    for (size_t i = 0; i < text->link_count; i++)
        buf_printf(&out, "%s%.*s", out.len ? " " : "", STR_ARG(text->links[i]));
    for (size_t i = 0; i < text->media_count; i++)
        buf_printf(&out, "%s%c:%.*s|%.*s", out.len ? " " : "", "iva"[text->media[i].type], STR_ARG(text->media[i].url), STR_ARG(text->media[i].alt));
    struct str list = arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return list;
}

static const struct {
    const char *html, *text, *lists;
} rows[] = {
    {"", "", ""},
    {"plain", "plain", ""},
    {"a < b and 1<2 <3", "a < b and 1<2 <3", ""},
    {"<p>Hi <b>all</b>,<br>see <a href=\"/x\">this</a></p>", "Hi all,\nsee this", "https://base.org/x"},
    {"<p>one</p><p>two</p>\n\n<p>three", "one\n\ntwo\n\nthree", ""},
    {"<div>one<div>two</div></div><div>three</div>", "one\ntwo\nthree", ""},
    {"a<br><br><br>b<br/>c</br>d", "a\n\nb\nc\nd", ""},
    {"  a \t\n b&nbsp;c&#160;d  ", "a b c d", ""},
    {"un<wbr>break&shy;able", "unbreakable", ""},
    {"<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd", ""},
    {"<ul><li>one<li><p>two</p></li><li>three<ul><li>deep</ul></ul>end", "- one\n- two\n- three\n- deep\n\nend", ""},
    {"<blockquote><p>quoted</p><p>more</p></blockquote><p>mine</p>", "> quoted\n>\n> more\n\nmine", ""},
    {"<table><tr><td>a</td><td>b<tr><th>c<th>d</table>", "a b\nc d", ""},
    /* entities */
    {"&lt;b&gt; &amp;amp; &quot;x&quot; &copy &notit; &NotEqualTilde; &bogus; &", "<b> &amp; \"x\" © ¬it; ≂̸ &bogus; &", ""},
    {"&#128;&#x80;&#0;&#xd800;&#x110000;&#99999999999;&#65&#x;&#;", "€€\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "A&#x;&#;", ""},
    {"<a href='?a=1&copy=2&amp;b=3'>x</a>", "x", "https://base.org/blog/post?a=1&copy=2&b=3"},
    /* what is not shown */
    {"a<script>if (a<b) alert('</p>')</script>b", "ab", ""},
    {"a<script><!-- <script>x</script> y --></script>b", "ab", ""},
    {"a<STYLE>p{}</sTyLe >b<template><p>t</p></template>c", "abc", ""},
    {"<title>t</title>a<!-- <p>c --> b<!-->c<!--->d<!---x--!>e<!doctype html><?php x ?>f</ x>g", "a bcdefg", ""},
    {"a<![CDATA[b]]>c", "ac", ""},
    {"a<script>never ended <p>b", "a", ""},
    {"a<p hidden>b</p>c<div style='color:red; DISPLAY : none'>d<p>e</div>f", "a\n\nc\nf", ""},
    {"<div><span hidden>x</div>seen", "seen", ""},
    {"<p hidden>x<p>seen", "seen", ""},
    {"a<svg><title>icon</title><path d='M0'/></svg>b<svg/>c", "abc", ""},
    {"<select><option>no</select><textarea><b>no</textarea>yes", "yes", ""},
    {"<noscript>shown</noscript>", "shown", ""},
    {"a<a href='x", "a", ""},
    {"<xmp><b>raw</b></xmp><plaintext></plaintext><b>", "<b>raw</b>\n\n</plaintext><b>", ""},
    /* links */
    {"<a href='javascript:alert(1)'>x</a><a href=' java\nscript:y'>z</a><a href='data:text/html,x'>d</a>", "xzd", ""},
    {"<a href=/a>1</a><a href=/a>2</a><A HREF=\"b c\">3</A>", "123", "https://base.org/a https://base.org/blog/b%20c"},
    {"<p><a href=\"https://example.org/a/very/long/page\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">example.org/a/very</span>"
     "<span class=\"invisible\">/long/page</span></a></p>", "https://example.org/a/very/long/page", "https://example.org/a/very/long/page"},
    {"see <a href='https://www.example.org/long/page'>example.org/lo…</a>!", "see https://www.example.org/long/page!", "https://www.example.org/long/page"},
    {"<p>x</p><p><a href='http://example.org/'>example.org</a></p>", "x\n\nhttp://example.org/", "http://example.org/"},
    {"<a href='https://evil.example/'>bank.org</a>", "bank.org", "https://evil.example/"},
    {"<a href='https://example.org/deep/page'>example.org</a>", "example.org", "https://example.org/deep/page"},
    {"<a href=\"https://m.org/@ann\" class=\"u-url mention\">@<span>ann</span></a> <a href=\"https://m.org/tags/x\" class=\"mention hashtag\" rel=\"tag\">#<span>x</span></a>",
     "@ann #x", ""},
    {"<iframe src='//video.org/e/1'></iframe>", "", "https://video.org/e/1"},
    /* media */
    {"<img src=a.png alt='A &amp; B'><img src=a.png><img src='data:x'><img src=p.gif width=1 height=1>", "", "i:https://base.org/blog/a.png|A & B"},
    {"ok <img class='wp-smiley' alt='🙂' src=s.png>!", "ok 🙂!", ""},
    {"<video src=v.mp4>no video</video><audio><source src=a.ogg><a href=z>no audio</a></audio>after", "after",
     "v:https://base.org/blog/v.mp4| a:https://base.org/blog/a.ogg|"},
    /* broken */
    {"<p><b>a</p>b</b><i", "a\n\nb", ""},
    {"<b/onclick=alert(1)>x</b><p =\"a>b\">c", "x\n\nb\">c", ""},
    {"\xff\xfe<p>a\xc3</p>", "\xef\xbf\xbd\xef\xbf\xbd\n\na\xef\xbf\xbd", ""},
    {"\xef\xbb\xbf<p>bom", "bom", ""},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena     arena = {0};
        struct html_text text = read_html(str_of(rows[i].html), &arena);
        check_str(text.text, str_of(rows[i].text), "row %zu: %s", i, rows[i].html);
        check_str(list_of(&text, &arena), str_of(rows[i].lists), "row %zu: %s", i, rows[i].html);
        check(!text.is_cut, "row %zu", i);
        arena_fini(&arena);
    }
}

/* RFC 3986, 5.4, and what pages do. */
static void test_addresses(void **state)
{
    static const struct {
        const char *base, *reference, *wanted;
    } cases[] = {
        {"http://a/b/c/d;p?q", "g", "http://a/b/c/g"}, {"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"}, {"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
        {"http://a/b/c/d;p?q", "/g", "http://a/g"}, {"http://a/b/c/d;p?q", "//g", "http://g"}, {"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
        {"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"}, {"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"},
        {"http://a/b/c/d;p?q", "g#s", "http://a/b/c/g#s"}, {"http://a/b/c/d;p?q", ";x", "http://a/b/c/;x"}, {"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
        {"http://a/b/c/d;p?q", ".", "http://a/b/c/"}, {"http://a/b/c/d;p?q", "..", "http://a/b/"}, {"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
        {"http://a/b/c/d;p?q", "../..", "http://a/"}, {"http://a/b/c/d;p?q", "../../../g", "http://a/g"}, {"http://a/b/c/d;p?q", "/./g", "http://a/g"},
        {"http://a/b/c/d;p?q", "g..", "http://a/b/c/g.."}, {"http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"}, {"http://a/b/c/d;p?q", "g/../h", "http://a/b/c/h"},
        {"http://a", "g", "http://a/g"}, {"http://a?x", "", "http://a/?x"}, {"", "https://b/x y", "https://b/x%20y"}, {"", "g", ""}, {"", "HTTP://b", "HTTP://b"},
        {"http://a/", "mailto:x@y", ""}, {"http://a/", "ftp://b/", ""}, {"http://a/", "http:b", ""}, {"http://a/", "http://", ""}, {"http://a/", "http://:80/", ""},
        {"http://a/", "http:///b", ""}, {"http://a/", "x\ny", ""}, {"http://a/", "//<b>/", ""}, {"http://a/", "c:d", ""}, {"http://a/", "\xff", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena arena = {0};
        check_str(html_resolve(&arena, str_of(cases[i].base), str_of(cases[i].reference)), str_of(cases[i].wanted), "row %zu: %s", i, cases[i].reference);
        arena_fini(&arena);
    }
}

static void test_page_links(void **state)
{
    static const char page[] = "<!doctype html><html><head><title><link rel=alternate href=/no></title><!-- <link href=/no> --><base href='/deep/'>"
                               "<link rel='Alternate' type='application/RSS+xml' title='Posts &amp; more' href='feed'>"
                               "<link rel=stylesheet href='javascript:x'><link rel=alternate type=application/atom+xml href='https://o.org/atom'></head>";
    struct arena      arena = {0};
    struct html_link *links;
    size_t            count;
    struct error      error = {0};
    (void)state;
    check_ok(html_page_links(STR(page), str_of(base), &arena, &links, &count, &error), error, "page");
    check(count == 2, "%zu links", count);
    check_str(links[0].href, STR("https://base.org/deep/feed"), "with <base>");
    check_str(links[0].type, STR("application/rss+xml"), "lower case");
    check_str(links[0].title, STR("Posts & more"), "decoded");
    check_str(links[1].href, STR("https://o.org/atom"), "absolute");
    arena_fini(&arena);
}

/* ---- The same words as a tree built by somebody else ---- */

static void words_of_tree(const GumboNode *node, struct buf *out)
{
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE) {
        buf_append_str(out, str_of(node->v.text.text));
        return;
    }
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_DOCUMENT)
        return;
    if (node->type == GUMBO_NODE_ELEMENT && (node->v.element.tag == GUMBO_TAG_SCRIPT || node->v.element.tag == GUMBO_TAG_STYLE ||
                                             node->v.element.tag == GUMBO_TAG_TITLE || node->v.element.tag == GUMBO_TAG_TEXTAREA))
        return;
    const GumboVector *children = node->type == GUMBO_NODE_DOCUMENT ? &node->v.document.children : &node->v.element.children;
    for (unsigned i = 0; i < children->length; i++)
        words_of_tree(children->data[i], out);
}

/* Without white space, and without what we write ourselves. */
static struct str squeezed(struct str text, struct arena *arena)
{
    struct buf out = {0};
    for (size_t at = 0; at < text.len; at++) {
        bool is_nbsp = at + 1 < text.len && memcmp(text.ptr + at, "\xc2\xa0", 2) == 0;
        if (is_nbsp)
            at++;
        else if ((unsigned char)text.ptr[at] > ' ')
            buf_append_char(&out, text.ptr[at]);
    }
    struct str words = arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return words;
}

static void compare_with_gumbo(struct str html, size_t round)
{
    struct arena     arena = {0};
    struct buf       tree_words = {0};
    struct html_text text = read_html(html, &arena);
    GumboOutput     *tree = gumbo_parse_with_options(&kGumboDefaultOptions, html.ptr, html.len);
    words_of_tree(tree->document, &tree_words);
    check_str(squeezed(text.text, &arena), squeezed(buf_str(&tree_words), &arena), "round %zu: %.*s", round, STR_ARG(html));
    gumbo_destroy_output(&kGumboDefaultOptions, tree);
    buf_fini(&tree_words);
    arena_fini(&arena);
}

/* Pages put together from pieces by chance. Not among them: what moves words about (a table's stray words, <select>, foreign content), and what
 * we write ourselves (list marks, quotes). */
static void test_same_words_as_gumbo(void **state)
{
    static const char *const pieces[] = {
        "word ", "two words", "&amp;", "&amp", "&eacute;", "&notin;", "&notit;", "&#8364;", "&#x1F600;", "&#150;", "&lt;p&gt;", "&nope;", "&", "& ", "&#", "&#x",
        "<p>", "</p>", "<p class=\"a>b\">", "<div>", "</div>", "<div id='x\">y'>", "<b>", "</b>", "<i>", "</i>", "<em class=x", ">", "<a href=\"/x\">", "</a>",
        "<span title='<b>'>", "</span>", "<br>", "<br/>", "<hr>", "<h1>", "</h1>", "<script>", "</script>", "<script>var a = '<p>';</script>",
        "<script><!-- <script> --></script>", "<style>p > a {}</style>", "<!-- c -->", "<!-- > ", "-->", "--!>", "<!-->", "<!--->", "<!x>", "<?pi?>", "</>", "</ x>",
        "<", "<<", "< p>", "<3", "</", "\"", "'", "=", "/", "<title>t &amp; <b></title>", "<textarea><p></textarea>", "<img alt=\">\">", "<input value='>'>",
        "<section>", "</section>", "<pre>", "</pre>", "<code>", "</code>", "\n", "\t", "é", "日本", "<nobr>", "<x-y>", "</x-y>", "<p/>", "<p\n>", "<p a = b c>", "<p a='1'b=2>",
    };
    struct rng rng;
    (void)state;
    rng_seed(&rng, 20261124);
    for (size_t round = 0; round < 4000; round++) {
        struct buf html = {0};
        buf_append_str(&html, STR("<!doctype html><body>"));
        for (uint64_t count = 1 + rng_below(&rng, 24); count > 0; count--)
            buf_append_str(&html, str_of(pieces[rng_below(&rng, COUNT_OF(pieces))]));
        compare_with_gumbo(buf_str(&html), round);
        buf_fini(&html);
    }
}

/* Every entity there is, alone and before a letter. (Gumbo's attributes are not looked at: it decodes &copy=1 in them.) */
static void test_same_entities_as_gumbo(void **state)
{
    (void)state;
    for (unsigned c = 1; c < 0x3000; c += c < 0x400 ? 1 : 37) {
        char html[64];
        int  len = snprintf(html, sizeof html, "<!doctype html><body>a&#%u;b&#x%xg;", c, c);
        if (c > ' ' && (c < 0x7f || c > 0xa0) && c != 0xad) /* controls are blanks of ours, soft hyphens nothing */
            compare_with_gumbo(str_slice(html, (size_t)len), c);
    }
    for (size_t i = 0; i < html_entity_count; i++) {
        char        html[128];
        const char *name = html_entities[i].name;
        bool        is_blank = strncmp(name, "shy", 3) == 0 || (unsigned char)html_entities[i].value[0] <= ' ';
        int         len = snprintf(html, sizeof html, "<!doctype html><body>a&%s b&%sx", name, name);
        if (!is_blank)
            compare_with_gumbo(str_slice(html, (size_t)len), i);
    }
}

/* ---- Hostile ---- */

static struct str repeated(const char *piece, size_t bytes, struct buf *out)
{
    while (out->len < bytes)
        buf_append_str(out, str_of(piece));
    return buf_str(out);
}

/* Two megabytes of each, many of which take other readers hours, gigabytes or the stack. */
static void test_hostile(void **state)
{
    static const char *const pieces[] = {
        "<div>", "<b><p>", "<b a=1><i b=2><p>", "</x>", "<a href=x>", "<table><tr><td>", "<!--", "<!---", "<script>", "<script><!--<script>", "&", "&a", "&#1", "<",
        "</", "<a b=\"", "<p ", "<p a", "<p a=", "<font color=a><font color=b>", "<blockquote>", "<ul><li>", "<svg>", "<svg><a>", "<template>", "<span hidden>", "<br>",
        "<img src=x alt=y>", "x ", "\n", "&CounterClockwiseContourIntegral;", "<frameset><select><option>", "\xff", "\xed\xa0\x80", "<pre>\n ", "</p>", "<p hidden>",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct arena     arena = {0};
        struct buf       html = {0};
        struct str       whole = repeated(pieces[i], HTML_INPUT_MAX_BYTES + 100, &html);
        int64_t          begun = clock_monotonic_us();
        struct html_text text = read_html(whole, &arena);
        int64_t          took_ms = (clock_monotonic_us() - begun) / 1000;
        check(text.is_cut, "%s", pieces[i]);
        check(text.text.len <= HTML_TEXT_MAX_BYTES && utf8_is_valid(text.text), "%s: %zu bytes", pieces[i], text.text.len);
        check(text.link_count <= HTML_LINKS_MAX && text.media_count <= HTML_LINKS_MAX, "%s", pieces[i]);
        check(took_ms < 6000, "%s took %lld ms", pieces[i], (long long)took_ms); /* sanitized, on a busy machine; not a sanitizer: under 50 */
        buf_fini(&html);
        arena_fini(&arena);
    }
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t len = 0; len <= strlen(rows[i].html); len++) {
            struct arena arena = {0};
            char        *exact = malloc(len + 1);
            assert_non_null(exact);
            memcpy(exact, rows[i].html, len);
            read_html(str_slice(exact, len), &arena);
            free(exact);
            arena_fini(&arena);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_addresses), cmocka_unit_test(test_page_links), cmocka_unit_test(test_same_words_as_gumbo),
        cmocka_unit_test(test_same_entities_as_gumbo), cmocka_unit_test(test_hostile), cmocka_unit_test(test_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
