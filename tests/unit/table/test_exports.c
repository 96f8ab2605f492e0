/* The rows of known exports: recognised by what stands in them, mapped to fields that there are, with their words. */
#include "check.h"

#include "base/clock.h"
#include "table/look.h"
#include "table/native.h"

#include <cjson/cJSON.h>

static void every_row_has_words_and_fields_that_there_are(void **state)
{
    (void)state;
    for (const struct export_row *row = export_rows; row->name; row++) {
        struct str rest = str_of(row->maps), map, field;
        check(row->title[0] && row->left_out[0] && row->evidence[0] && export_by_name(str_of(row->name)) == row, "%s", row->name);
        check((row->form == EXPORT_TABLE) == (row->maps[0] != 0) && (row->form == EXPORT_TABLE) == (row->signs[0] != 0), "%s", row->name);
        while (rest.len && str_next_field(&rest, ' ', &map)) {
            bool is_known = false;
            check(str_next_field(&map, '=', &field) && map.len, "%s: %.*s", row->name, STR_ARG(field));
            for (int i = 0; i < COLUMN_COUNT; i++)
                is_known |= str_equal(field, str_of(column_rows[i].name));
            check(is_known, "%s: %.*s", row->name, STR_ARG(field));
        }
        struct zone zone;
        check(!row->zone || zone_find(str_of(row->zone), &zone, NULL) == ERROR_NONE, "%s", row->name);
    }
    for (const struct native_row *row = native_rows; row->source; row++)
        check(row->platform && row->paths[COLUMN_ID] && row->paths[COLUMN_AT], "%s", row->source);
}

#define BRANDWATCH "Query Id,Query Name,Date,Title,Snippet,Full Text,Url,Domain,Sentiment,Page Type,Thread Entry Type,Language,Added,Author"
#define TALKWALKER "url,published,title,content,lang,source_type,domain_url,reach,extra_author_attributes.name,extra_author_attributes.short_name,indexed"
#define MELTWATER "Date,Headline,URL,Opening Text,Hit Sentence,Source,Influencer,Country,Language,Reach,AVE,Sentiment,Input Name"
#define FOURCAT "id,thread_id,author,body,timestamp,unix_timestamp,url,hashtags"

static void exports_are_known_by_what_stands_in_them(void **state)
{
    (void)state;
    static const struct {
        const char *beginning, *tool, *zone, *query; /* tool NULL: nobody's, "!": no table; zone "" not said */
        char        separator;
    } cases[] = {
        {BRANDWATCH "\n1,Acme,2026-03-04 10:00:00,,,x,,,,,,,,\n", "brandwatch", "UTC", "Acme", ','},
        {"\xef\xbb\xbf\"Report:\",\"W\"\r\n\"Query:\"\r\n\r\n" BRANDWATCH "\r\n", "brandwatch", "UTC", "", ','},
        {"Query,Bees\nTime zone,\"(GMT+01:00) Paris\"\n" BRANDWATCH "\n1,Acme\n", "brandwatch", "GMT+01:00", "Bees", ','},
        {"query id;Query name;DATE (UTC+2);snippet;url;page type\n", "brandwatch", "UTC+2", "", ';'},
        {TALKWALKER "\n", "talkwalker", "", "", ','},
        {MELTWATER "\n", "meltwater", "", "", ','},
        {"Date\tURL\tHit Sentence\tInfluencer\tReach\tInput Name\n04-Mar-2026 10:33PM\tu\tx\t@a\t1\tBees\n", "meltwater", "", "Bees", '\t'},
        {FOURCAT "\n", "4cat", "", "", ','},
        {"date,text,author\n", NULL, "", "", ','},
        {"Date (Europe/Paris);Texte;Auteur\n", NULL, "Europe/Paris", "", ';'},
        {"Datum;Nachricht;Autor\n", NULL, "", "", ';'},
        {"{\"nav_index\":\"1:2:3\",\"timestamp_collected\":1,\"source_platform\":\"tiktok.com\",\"data\":{}}\n", "zeeschuimer", "", "", 0},
        {"{\"id\":\"7\",\"__import_meta\":{\"timestamp_collected\":1,\"source_platform\":\"tiktok.com\"}}\n", "4cat-ndjson", "", "", 0},
        {"{\"id\":\"a:1\",\"text\":\"timestamp_collected source_platform\"}\n", NULL, "", "", 0},
        {"{\"id\":\"a:1\"}\n{\"source_platform\":\"x\",\"timestamp_collected\":1}\n", NULL, "", "", 0},
        {"window.YTD.tweets.part0 = [ {\"tweet\":{\"entities\":{\"media\":[{\"expanded_url\" : \"https://twitter.com/ann/status/9/photo/1\"}]}}} ]",
         "x-archive", "", "", 0},
        {"[{\"id\":\"a:1\"}]", NULL, "", "", 0},
        {"PK\x03\x04........xl/workbook.xml", "!", "", "", 0},
        {"PK\x03\x04........data/tweets.js", "!", "", "", 0},
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "!", "", "", 0},
        {"window.YTD.tweets.part0 = [ {\"tweet\":{}} ]", "!", "", "", 0}, /* nobody says whose it is */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct column_options options = {0};
        struct table_shape    shape;
        struct error          error = {0};
        enum error_code       code = table_look(str_of(cases[i].beginning), "x", TABLE_FORMAT_AUTO, &options, &shape, &error);
        bool                  is_refused = cases[i].tool && cases[i].tool[0] == '!';
        check((code != ERROR_NONE) == is_refused, "row %zu: %s", i, error.message);
        check(!is_refused || error.hint[0], "row %zu: a refusal says what to do", i);
        if (is_refused)
            continue;
        check((shape.tool != NULL) == (cases[i].tool != NULL), "row %zu: %s", i, shape.tool ? shape.tool->name : "nobody's");
        if (shape.tool)
            check(strcmp(shape.tool->name, cases[i].tool) == 0, "row %zu: %s", i, shape.tool->name);
        check(strcmp(shape.zone.name, cases[i].zone) == 0, "row %zu: zone '%s'", i, shape.zone.name);
        check(strcmp(shape.query, cases[i].query) == 0, "row %zu: query '%s'", i, shape.query);
        check(shape.separator == cases[i].separator, "row %zu: '%c'", i, shape.separator);
    }
}

static void dates_may_decide_their_own_order(void **state)
{
    (void)state;
    static const struct {
        const char     *rows;
        enum date_order order;
        bool            is_seen;
    } cases[] = {
        {"03/04/2026,x\n04/05/2026,x\n", DATE_ORDER_UNKNOWN, false},
        {"03/04/2026,x\n24/05/2026,x\n", DATE_ORDER_DAY_FIRST, true},
        {"03/04/2026,x\n03/25/2026,x\n", DATE_ORDER_MONTH_FIRST, true},
        {"2026-03-04,x\n", DATE_ORDER_UNKNOWN, false},
        {"99/99/2026,x\n", DATE_ORDER_UNKNOWN, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct column_options options = {0};
        struct table_shape    shape;
        struct buf            text = {0};
        buf_printf(&text, "date,text\n%s", cases[i].rows);
        check(table_look(buf_str(&text), "x", TABLE_FORMAT_AUTO, &options, &shape, NULL) == ERROR_NONE, "row %zu", i);
        check(shape.date_order == cases[i].order && shape.is_order_seen == cases[i].is_seen, "row %zu: %d", i, shape.date_order);
        buf_fini(&text);
    }
}

/* ---- what becomes of objects ---- */

static void objects_of_platforms_become_posts(void **state)
{
    (void)state;
    static const struct {
        enum export_form form;
        const char      *object, *post; /* "!": how the error begins */
        unsigned         doubts;
    } cases[] = {
        {EXPORT_WRAPPED,
         "{\"source_platform\":\"tiktok.com\",\"timestamp_collected\":1772620000000,\"data\":{\"id\":\"7300000000000000001\",\"createTime\":1772610000,"
         "\"desc\":\"dance\",\"author\":{\"uniqueId\":\"bob\",\"id\":\"5\",\"nickname\":\"Bob\"},\"stats\":{\"diggCount\":5,\"playCount\":\"1200\"}}}",
         "{\"id\":\"tiktok:7300000000000000001\",\"platform\":\"tiktok\",\"at\":\"2026-03-04T07:40:00Z\",\"author\":{\"id\":\"5\",\"handle\":\"bob\","
         "\"name\":\"Bob\"},\"text\":\"dance\",\"kind\":\"post\",\"url\":\"https://www.tiktok.com/@bob/video/7300000000000000001\",\"metrics\":{\"likes\":5,"
         "\"views\":1200}}",
         0},
        {EXPORT_WRAPPED,
         "{\"source_platform\":\"twitter.com\",\"data\":{\"id\":1234567890123456800,\"rest_id\":\"1234567890123456789\",\"core\":{\"user_results\":{\"result\":"
         "{\"core\":{\"screen_name\":\"ann\",\"name\":\"Ann\"}}}},\"legacy\":{\"created_at\":\"Wed Mar 04 10:22:31 +0000 2026\",\"full_text\":\"hi\","
         "\"user_id_str\":\"7\",\"conversation_id_str\":\"1234567890123456789\",\"lang\":\"en\",\"favorite_count\":3,\"entities\":{\"urls\":[{\"expanded_url\":"
         "\"https://a.example/1\"}]}},\"views\":{\"count\":\"90\"}}}",
         "{\"id\":\"twitter:1234567890123456789\",\"platform\":\"twitter\",\"at\":\"2026-03-04T10:22:31Z\",\"author\":{\"id\":\"7\",\"handle\":\"ann\","
         "\"name\":\"Ann\"},\"text\":\"hi\",\"lang\":\"en\",\"kind\":\"post\",\"url\":\"https://x.com/ann/status/1234567890123456789\",\"links\":"
         "[\"https://a.example/1\"],\"metrics\":{\"likes\":3,\"views\":90}}",
         0},
        {EXPORT_ANNOTATED,
         "{\"__import_meta\":{\"source_platform\":\"truthsocial.com\"},\"id\":\"11\",\"created_at\":\"2026-03-04T10:22:31.500Z\",\"content\":\"<p>Hi "
         "<b>all</b></p>\",\"url\":\"https://truthsocial.com/@ann/11\",\"account\":{\"username\":\"ann\",\"id\":\"3\",\"followers_count\":9},\"reblogs_count\":2}",
         "{\"id\":\"truthsocial:11\",\"platform\":\"truthsocial\",\"at\":\"2026-03-04T10:22:31.500Z\",\"author\":{\"id\":\"3\",\"handle\":\"ann\",\"followers\":9},"
         "\"text\":\"Hi all\",\"kind\":\"post\",\"url\":\"https://truthsocial.com/@ann/posts/11\",\"metrics\":{\"reposts\":2}}",
         0},
        {EXPORT_WRAPPED,
         "{\"source_platform\":\"instagram.com\",\"data\":{\"pk\":\"3012345678901234567\",\"taken_at\":1772610000,\"caption\":null,\"user\":{\"username\":\"ann\"}}}",
         "{\"id\":\"instagram:CnOAG9Tl0uH\",\"platform\":\"instagram\",\"at\":\"2026-03-04T07:40:00Z\",\"author\":{\"handle\":\"ann\"},\"text\":\"\",\"kind\":\"post\",\"url\":"
         "\"https://www.instagram.com/p/CnOAG9Tl0uH/\"}",
         0},
        {EXPORT_WRAPPED, "{\"source_platform\":\"9gag.com\",\"data\":{\"id\":\"aBc\",\"creationTs\":1772610000,\"title\":\"cat\",\"description\":\"\",\"creator\":null,"
                         "\"url\":\"http://9gag.com/gag/aBc\",\"upVoteCount\":4}}",
         "{\"id\":\"9gag:aBc\",\"platform\":\"9gag\",\"at\":\"2026-03-04T07:40:00Z\",\"author\":{\"id\":\"9gag:aBc\"},\"text\":\"cat\",\"kind\":\"post\",\"url\":"
         "\"https://9gag.com/gag/aBc\",\"metrics\":{\"likes\":4}}",
         DOUBT_AUTHOR},
        {EXPORT_ASSIGNMENT, "{\"tweet\":{\"id_str\":\"99\",\"full_text\":\"y\",\"created_at\":\"Wed Mar 04 10:22:31 +0000 2026\",\"in_reply_to_status_id_str\":\"98\"}}",
         "{\"id\":\"twitter:99\",\"platform\":\"twitter\",\"at\":\"2026-03-04T10:22:31Z\",\"author\":{\"handle\":\"owner\"},\"text\":\"y\",\"kind\":\"post\",\"url\":"
         "\"https://x.com/owner/status/99\",\"reply_to\":\"twitter:98\"}",
         0},
        {EXPORT_ASSIGNMENT, "{\"tweet\":{\"id_str\":\"98\",\"full_text\":\"a\\u0000b\",\"created_at\":\"Wed Mar 04 10:22:31 +0000 2026\"}}",
         "{\"id\":\"twitter:98\",\"platform\":\"twitter\",\"at\":\"2026-03-04T10:22:31Z\",\"author\":{\"handle\":\"owner\"},\"text\":\"a\xef\xbf\xbd" "b\",\"kind\":"
         "\"post\",\"url\":\"https://x.com/owner/status/98\"}",
         0},
        {EXPORT_WRAPPED, "{\"source_platform\":\"linkedin.com\",\"data\":{\"id\":\"1\"}}", "!source_platform: what 'linkedin.com' sends", 0},
        {EXPORT_WRAPPED, "{\"source_platform\":\"gab.com\",\"data\":{\"id\":\"1\",\"type\":\"group\",\"created_at\":\"2026-03-04T10:22:31Z\"}}", "!no post", 0},
        {EXPORT_WRAPPED, "{\"source_platform\":\"pinterest.com\",\"data\":{\"id\":\"1\",\"title\":\"t\"}}", "!at: pinterest.com did not say", 0},
        {EXPORT_WRAPPED, "{\"source_platform\":\"tiktok.com\",\"data\":{\"createTime\":1}}", "!id:", 0},
        {EXPORT_WRAPPED, "{\"source_platform\":\"tiktok.com\",\"data\":[]}", "!the object has no source_platform, or no data", 0},
        {EXPORT_WRAPPED, "{\"cut", "!no JSON object", 0},
        {EXPORT_WRAPPED, "[1]", "!no JSON object", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct assemble_rules rules = {.author = cases[i].form == EXPORT_ASSIGNMENT ? STR("owner") : STR("")};
        struct arena          arena = {0};
        struct assembled      assembled;
        struct error          error = {0};
        struct buf            out = {0};
        enum error_code       code = native_to_post(cases[i].form, str_of(cases[i].object), &rules, &arena, &assembled, &error);
        if (cases[i].post[0] == '!')
            check(code && str_starts_with(str_of(error.message), str_of(cases[i].post + 1)), "row %zu: %s", i, error.message);
        else {
            check(code == ERROR_NONE, "row %zu: %s", i, error.message);
            post_print(&assembled.post, &out);
            check_str(buf_str(&out), str_of(cases[i].post), "row %zu", i);
            check(assembled.doubts == cases[i].doubts, "row %zu: doubts %u", i, assembled.doubts);
        }
        buf_fini(&out);
        arena_fini(&arena);
    }
}

/* ---- what becomes of records ---- */

static void doubts_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *record;
        const char *id;
        unsigned    doubts;
    } cases[] = {
        {"2026-03-04T10:00:00Z,x,https://x.com/ann/status/12,,ann", "twitter:12", 0},
        {"2026-03-04 10:00,x,https://x.com/ann/status/12,,ann", "twitter:12", DOUBT_ZONE},
        {"2026-03-04,x,https://x.com/ann/status/12,,ann", "twitter:12", DOUBT_ZONE | DOUBT_DATE},
        {"2026-03-04T10:00:00Z,x,https://x.com/ann/status/1782345678901234567,1.78235E+18,ann", "twitter:1782345678901234567", DOUBT_ROUNDED},
        {"2026-03-04T10:00:00Z,x,https://x.com/ann,1782345678901230000,ann", "?", DOUBT_ROUNDED | DOUBT_ID},
        {"2026-03-04T10:00:00Z,x,https://bsky.app/profile/ann.example/post/3kabc,,ann", "bluesky:at://ann.example/app.bsky.feed.post/3kabc", DOUBT_HANDLE},
        {"2026-03-04T10:00:00Z,x,https://bsky.app/profile/ann.example/post/3kabc,at://did:plc:q/app.bsky.feed.post/3kabc,ann",
         "bluesky:at://did:plc:q/app.bsky.feed.post/3kabc", 0},
        {"2026-03-04T10:00:00Z,x,https://x.com/ann/status/12,,", "twitter:12", 0},
        {"2026-03-04T10:00:00Z,x,https://toot.example/@ann@far.example/112233445566778899,,ann", "mastodon:toot.example/112233445566778899", DOUBT_ELSEWHERE},
        {"2026-03-04T10:00:00Z,x,https://youtu.be/abc,,", "youtube:abc", DOUBT_AUTHOR},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct column_options options = {0};
        struct table_shape    shape;
        struct str            fields[5], rest = str_of(cases[i].record);
        struct arena          arena = {0};
        struct assembled      assembled;
        struct error          error = {0};
        check(table_look(STR("date,text,url,id,author\n"), "x", TABLE_FORMAT_AUTO, &options, &shape, &error) == ERROR_NONE, "%s", error.message);
        for (size_t j = 0; j < 5; j++)
            if (!str_next_field(&rest, ',', &fields[j]))
                fields[j] = (struct str){0};
        check_ok(columns_assemble(&shape.columns, fields, 5, &arena, &assembled, &error), error, "row %zu", i);
        if (cases[i].id[0] != '?')
            check_str(assembled.post.id, str_of(cases[i].id), "row %zu", i);
        check(assembled.doubts == cases[i].doubts, "row %zu: doubts %u", i, assembled.doubts);
        arena_fini(&arena);
    }
}

static void a_table_nobody_knows_is_shown_for_mapping(void **state)
{
    (void)state;
    struct arena        arena = {0};
    struct table_sample sample;
    check(table_sample(STR("Export\n\nPosted On;Words;Who\n1;\"a;b\";x\n2;c\n3;cu"), false, 0, UINT64_MAX, 20, &arena, &sample), "it is one");
    check(sample.separator == ';' && sample.header_count == 3 && sample.row_count == 2, "'%c' %zu %zu", sample.separator, sample.header_count, sample.row_count);
    check_str(sample.headers[1], STR("Words"), "header");
    check_str(sample.rows[0][1], STR("a;b"), "quoted");
    check(sample.rows[1][2].len == 0, "short records are filled");
    check(!table_sample(STR("just words\nand more"), true, 0, UINT64_MAX, 20, &arena, &sample), "no table");
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_words_and_fields_that_there_are),
        cmocka_unit_test(exports_are_known_by_what_stands_in_them),
        cmocka_unit_test(dates_may_decide_their_own_order),
        cmocka_unit_test(objects_of_platforms_become_posts),
        cmocka_unit_test(doubts_are_told),
        cmocka_unit_test(a_table_nobody_knows_is_shown_for_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
