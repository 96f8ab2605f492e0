#include "text_fixture.h"

static const struct {
    const char *what, *text, *tokens;
} rows[] = {
    {"nothing", "", ""},
    {"blanks and punctuation", " \t\n ... -- !? ()", ""},
    {"the drawing in text.h", "Our fleet's on FLEEK 😍 #JetBlue http://t.co/x",
     "our fleet's on fleek {😍} #jetblue=jetblue <http://t.co/x>"},

    {"hyphens split", "wi-fi Wi‑Fi", "wi fi wi fi"},
    {"inner apostrophes stay, others go", "don't 'tis rock 'n' roll' passengers' o'clock",
     "don't tis rock n roll passengers o'clock"},
    {"typographic apostrophes", "don’t it‘s qu＇il", "don't it's qu'il"},
    {"decimals and thousands", "3.5 1,000 1,000,000.50 3,5 10:30 50% $5 5.", "3.5 1,000 1,000,000.50 3,5 10 30 50 5 5"},
    {"numbers with letters", "787s 3.5k v1.2.3 b2b 4th", "787s 3.5k v1.2.3 b2b 4th"},
    {"a full stop without a blank", "late.Then 5.end end.5", "late then 5 end end 5"},
    {"initials keep their dots", "U.S. U.S.A., p.m. e.g. U.S.Army a.bc X. D.C",
     "u.s u.s.a p.m e.g u.s army a bc x d.c"},
    {"underscores", "foo_bar __init__ _ ___ _a_ a＿b＿ ＿c #d＿", "foo_bar init a a_b c #d_=d"},
    {"sharp and dollar inside", "C# A$AP Ke$ha AT&T", "c a ap ke ha at t"},
    {"soft hyphens and joiners vanish", "co\u00ADop می\u200Cخواهم a\u200B b", "coop میخواهم a b"},
    {"invisible letters make no word", "\u3164 \u115f\u1160 x", "x"},
    {"marks alone", "\u0301 a\u0301 e\u0301\u0301", "á é\u0301"},

    {"compatibility forms", "ＦＵＬＬ ﬁne Straße 𝓗𝓮𝓵𝓵𝓸 ⓗⓔⓛⓛⓞ x² ½", "full fine strasse hello hello x2 1⁄2"},
    {"letters that fold to more than letters", "ﷺ ⑴ ⒈x ½", "صلىاللهعليهوسلم x 1⁄2"},
    {"Catalan", "col·lega PARAL·LEL a· ·b", "col·lega paral·lel a b"},
    {"Greek and Cyrillic", "ΣΊΣΥΦΟΣ Москва ЁЛКА", "σίσυφοσ москва ёлка"},
    {"Arabic and Hebrew", "مرحبا بالعالم שלום עולם", "مرحبا بالعالم שלום עולם"},
    {"Devanagari", "नमस्ते दुनिया क्या", "नमस्ते दुनिया क्या"},
    {"Korean is spaced", "안녕하세요 여러분", "안녕하세요 여러분"},
    {"Japanese", "東京タワーに行く", "東京タワー に 行く"},
    {"Chinese", "我们今天去北京", "我们 今天 去 北京"},
    {"Thai", "ภาษาไทยง่าย", "ภาษา ไทย ง่าย"},
    {"Latin and digits inside Japanese", "2015年にiPhoneを買う", "2015 年 に iphone を 買う"},
    {"half-width kana", "ｱﾒﾘｶ", "アメリカ"},
    {"ideographic punctuation", "東京、大阪。", "東京 大阪"},

    {"tags", "#JetBlue #a1 #1a #été #東京 #foo_bar",
     "#jetblue=jetblue #a1=a1 #1a=1a #été=été #東京=東京 #foo_bar=foo_bar"},
    {"no tags", "# #1 #123 #_ #-x a#b", "1 123 x a b"},
    {"full-width sigils", "＃東京 ＠JetBlue ＄LUV", "#東京=東京 @jetblue=jetblue $luv=luv"},
    {"tags side by side", "#love#peace ##x", "#love=love #peace=peace #x=x"},
    {"a tag ends at punctuation", "#JetBlue's #win! (#tag) #a-b #I❤NY",
     "#jetblue=jetblue #win=win #tag=tag #a=a b #i=i {❤} ny"},
    {"a tag behind Japanese", "見て#東京", "見 て #東京=東京"},
    {"underscores around a tag's word", "#_x_ @__y", "#_x_=x @__y=y"},

    {"mentions", "@JetBlue @a_b .@x (@y) @3com", "@jetblue=jetblue @a_b=a_b @x=x @y=y @3com=3com"},
    {"a mention's possessive", "@JetBlue's @united’s @a's-b @x'sy", "@jetblue=jetblue @united=united @a=a b @x=x sy"},
    {"a handle with its server", "@user@host.tld. @U@Social.Example, @a@b",
     "@user@host.tld=user @u@social.example=u @a=a @b=b"},
    {"handles with dots", "@alice.bsky.social... @some.one @my-name.bsky.social @me-too",
     "@alice.bsky.social=alice @some.one=some @my-name.bsky.social=my @me=me too"},
    {"a sentence begins without a blank", "@united.Thanks a lot", "@united=united thanks a lot"},
    {"e-mail is no mention", "write foo.bar@example.com now", "write foo bar example com now"},
    {"RT without a blank", "RT@user: x", "rt @user=user x"},
    {"a mention inside Japanese", "見て@unitedさん", "見 て @united=united さん"},
    {"a handle in Chinese", "@王小明 你好", "@王小明=王小明 你好"},
    {"at sign alone", "@ @. @@ @@x 3 @ 4", "@x=x 3 4"},

    {"cashtags", "$JBLU $luv, $GOOGLE $T.", "$jblu=jblu $luv=luv $google=google $t=t"},
    {"no cashtags", "$ $5 $5M $TOOLONGX US$ $a1 $$", "5 5m toolongx us a1"},

    {"an emoji each, a position each", "💰💰💰💰💰💰💰 x", "{💰} {💰} {💰} {💰} {💰} {💰} {💰} x"},
    {"families, skin tones, genders", "👨‍👩‍👧 👍🏽 💆🏻‍♀️ 🧑🏿‍🚀",
     "{👨‍👩‍👧} {👍} {💆‍♀} {🧑‍🚀}"},
    {"flags", "🇩🇪🇫🇷 🇩 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏳️‍🌈",
     "{🇩🇪} {🇫🇷} {🏴󠁧󠁢󠁥󠁮󠁧󠁿} {🏳‍🌈}"},
    {"keycaps", "1️⃣2️⃣ #️⃣ *️⃣ 5⃣ 5", "{1⃣} {2⃣} {#⃣} {*⃣} {5⃣} 5"},
    {"symbols with a text form", "❤️ ❤ ❤\uFE0E ☀ © ©\uFE0F ™ ↔ ↔\uFE0F ✔",
     "{❤} {❤} {☀} {©\uFE0F} {↔\uFE0F} {✔}"},
    {"emoji glued to words", "I❤NY go😂😂go", "i {❤} ny go {😂} {😂} go"},
    {"symbols inside sequences", "🙂\u200D↔\uFE0F 🙂\u200D↔ ❤\uFE0F\u200D🔥",
     "{🙂\u200D↔} {🙂\u200D↔} {❤\u200D🔥}"},
    {"a joiner without a partner", "👨‍ 👨‍x", "{👨} {👨} x"},

    {"entities stand for characters", "A &amp; B &lt;3 x&gt;y &quot;q&quot; a&nbsp;b", "a b 3 x y q a b"},
    {"entities inside words", "don&#39;t don&rsquo;t caf&#233; caf&#xE9;", "don't don't café café"},
    {"entities encoded twice", "a &amp;amp; b &amp;lt;x don&amp;#39;t", "a b x don't"},
    {"emoji and sigils as entities", "&#128514; &#x1F602; &#35;tag &#64;me", "{😂} {😂} #tag=tag @me=me"},
    {"no entities", "&amp &foo; & &#; &#x; &#xD800; &#0; R&D", "amp foo #x=x #xd800=xd800 0 r d"},

    {"links among words", "see http://t.co/x, or (https://a.example/b).",
     "see <http://t.co/x> or <https://a.example/b>"},
    {"links glued to words", "seehttp://t.co/x 見てhttps://t.co/yを", "see <http://t.co/x> 見 て <https://t.co/y> を"},
    {"brackets", "[x](http://a.example/b) (http://a.example/F_(g)) http://a.example/(h",
     "x <http://a.example/b> <http://a.example/F_(g)> <http://a.example/(h>"},
    {"bare links", "www.Example.com/a, t.co/abc pic.twitter.com/Qq! youtu.be/x",
     "<http://www.example.com/a> <http://t.co/abc> "
     "<http://pic.twitter.com/Qq> <http://youtu.be/x>"},
    {"no bare links", "example.com www. www.x t.co /x united.com/a", "example com www www x t co x united com a"},
    {"a mention on the line below a link", "http://a.example\n@b", "<http://a.example/> @b=b"},
    {"links with a user", "http://me@a.example/x http://me@b@c.example http://a.b@c'd", "<http://a.example/x> "
                                                                                  "<http://c.example/> http a.b c'd"},
    {"cut links are no facts", "a http://t.co/ab… b https://… c http… d https:/… e http://t…", "a b c d e"},
    {"schemes without a host", "http:// http://x https://. HTTP", "http http x https http"},
    {"entities in links",
     "http://a.example/?b=1&amp;c=2 &lt;http://a.example/&gt; &quot;http://a.example/x&quot; http://a.example/y&amp; z",
     "<http://a.example/?b=1&c=2> <http://a.example/> <http://a.example/x> <http://a.example/y> z"},
    {"links with letters beyond ASCII", "http://пример.example/путь! http://a.example/“x”",
     "<http://пример.example/путь> <http://a.example/> x"},
};

static void test_tokens(void **state)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture   *fixture = *state;
        struct text_facts facts = facts_of(fixture, str_of(rows[i].text), "", 0);
        check_facts(&facts);
        const char *line = tokens_line(fixture, &facts);
        if (strcmp(line, rows[i].tokens) != 0) {
            print_message("%s: \"%s\"\n  gives  %s\n  wanted %s\n", rows[i].what, rows[i].text, line, rows[i].tokens);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

/* case: and raw: of the query language look at the surface, so it must be the bytes that stand there. */
static void test_surfaces(void **state)
{
    static const struct {
        const char *text;
        const char *surfaces[8];
    } cases[] = {
        {"Our @JetBlue's #Win, $LUV!", {"Our", "@JetBlue", "JetBlue", "#Win", "Win", "$LUV", "LUV"}},
        {"don&#39;t 👍🏽 U.S.", {"don&#39;t", "👍🏽", "U.S"}},
        {"＃東京 @u@host.tld __x__", {"＃東京", "東京", "@u@host.tld", "u", "x"}},
        {"(WWW.Example.com/a?utm_source=b).", {"WWW.Example.com/a?utm_source=b"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text_facts facts = facts_of(*state, str_of(cases[i].text), "", 0);
        for (uint32_t t = 0; t < facts.token_count; t++) {
            struct str surface = {facts.text.ptr + facts.tokens[t].start, facts.tokens[t].len};
            if (!cases[i].surfaces[t] || !str_equal(surface, str_of(cases[i].surfaces[t])))
                fail_msg("\"%s\": token %u has the surface \"%.*s\"", cases[i].text, t, STR_ARG(surface));
        }
        assert_true(facts.token_count == 8 || !cases[i].surfaces[facts.token_count]);
    }
}

static void test_kinds(void **state)
{
    struct text_facts          facts = facts_of(*state, STR("a #b @c $d http://t.co/e 😂"), "", 0);
    static const enum token_kind kinds[] = {TOKEN_WORD, TOKEN_TAG,  TOKEN_WORD, TOKEN_MENTION, TOKEN_WORD,
                                            TOKEN_CASHTAG, TOKEN_WORD, TOKEN_LINK, TOKEN_EMOJI};
    assert_int_equal(facts.token_count, sizeof kinds / sizeof *kinds);
    for (uint32_t i = 0; i < facts.token_count; i++)
        assert_int_equal(facts.tokens[i].kind, kinds[i]);
    assert_int_equal(facts.position_count, 6);
}

/* A key is cut, never a dictionary filled: one endless word is one token. */
static void test_long_words_are_cut(void **state)
{
    static char text[3000];
    for (size_t i = 0; i + 2 <= sizeof text; i += 2)
        memcpy(text + i, "é", 2);
    struct text_facts facts = facts_of(*state, str_slice(text, sizeof text), "", 0);
    assert_int_equal(facts.token_count, 1);
    assert_int_equal(facts.tokens[0].len, sizeof text);
    assert_int_equal(facts.tokens[0].key.len, 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_surfaces),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_long_words_are_cut),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
