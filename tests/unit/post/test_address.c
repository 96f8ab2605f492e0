/* Which post an address names, and ids as tools write them. */
#include "check.h"

#include "post/address.h"

static void addresses_name_their_post(void **state)
{
    (void)state;
    static const struct {
        const char *url, *platform, *native, *canonical, *handle; /* platform NULL: none known; native "": no post; canonical NULL: as it was */
    } cases[] = {
        {"http://mobile.twitter.com/Ann/status/56758?s=20", "twitter", "56758", "https://x.com/Ann/status/56758", "Ann"},
        {"https://x.com/ann/status/56758/photo/1", "twitter", "56758", "https://x.com/ann/status/56758", "ann"},
        {"http://twitter.com/ann/statuses/56758", "twitter", "56758", "https://x.com/ann/status/56758", "ann"},
        {"https://twitter.com/statuses/56758", "twitter", "56758", "https://x.com/i/status/56758", ""},
        {"https://twitter.com/i/web/status/56758", "twitter", "56758", "https://x.com/i/status/56758", ""},
        {"https://twitter.com/i/status/56758", "twitter", "56758", "https://x.com/i/status/56758", ""},
        {"https://x.com/ann", "twitter", "", "", ""},
        {"https://nottwitter.com/ann/status/1", NULL, "", "", ""},
        {"https://bsky.app/profile/did:plc:abc/post/3kxyz", "bluesky", "at://did:plc:abc/app.bsky.feed.post/3kxyz",
         "https://bsky.app/profile/did:plc:abc/post/3kxyz", ""},
        {"https://bsky.app/profile/ann.example/post/3kxyz?ref=x", "bluesky", "at://ann.example/app.bsky.feed.post/3kxyz",
         "https://bsky.app/profile/ann.example/post/3kxyz", "ann.example"},
        {"at://did:plc:abc/app.bsky.feed.post/3kxyz", "bluesky", "at://did:plc:abc/app.bsky.feed.post/3kxyz", "https://bsky.app/profile/did:plc:abc/post/3kxyz", ""},
        {"https://Toot.Example/@ann/112233445566778899", "mastodon", "toot.example/112233445566778899",
         "https://toot.example/@ann/112233445566778899", "ann"},
        {"https://toot.example/users/ann/statuses/112233445566778899", "mastodon", "toot.example/112233445566778899",
         "https://toot.example/@ann/112233445566778899", "ann"},
        {"https://gts.example/@ann/statuses/01ARZ3NDEKTSV4RRFFQ69G5FAV", "mastodon", "gts.example/01ARZ3NDEKTSV4RRFFQ69G5FAV",
         "https://gts.example/@ann/statuses/01ARZ3NDEKTSV4RRFFQ69G5FAV", "ann"},
        {"https://toot.example/@ann@far.example/112233445566778899", "mastodon", "toot.example/112233445566778899",
         "https://toot.example/@ann@far.example/112233445566778899", "ann@far.example"},
        {"https://medium.example/@ann/a-slug-1234", NULL, "", "", ""},
        {"https://youtu.be/dQw4w9WgXcQ?t=3", "youtube", "dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", ""},
        {"http://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", ""},
        {"https://www.youtube.com/shorts/dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", ""},
        {"https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=Ugx1", "youtube", "Ugx1", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=Ugx1", ""},
        {"https://www.youtube.com/@ann", "youtube", "", "", ""},
        {"https://www.reddit.com/r/a/comments/vv114/b_c/", "reddit", "vv114", "https://www.reddit.com/comments/vv114", ""},
        {"https://old.reddit.com/r/a/comments/vv114/b/c4xyz/?context=3", "reddit", "t1_c4xyz", "https://www.reddit.com/comments/vv114/_/c4xyz", ""},
        {"https://redd.it/vv114", "reddit", "vv114", "https://www.reddit.com/comments/vv114", ""},
        {"https://www.instagram.com/reel/C1hWCZLPQ9T/?igsh=x", "instagram", "C1hWCZLPQ9T", "https://www.instagram.com/p/C1hWCZLPQ9T/", ""},
        {"https://www.instagram.com/ann/p/C1hWCZLPQ9T/", "instagram", "C1hWCZLPQ9T", "https://www.instagram.com/p/C1hWCZLPQ9T/", "ann"},
        {"https://www.facebook.com/permalink.php?story_fbid=123&id=456", "facebook", "123", NULL, ""},
        {"https://www.facebook.com/456_123", "facebook", "123", NULL, ""},
        {"https://www.facebook.com/ann/posts/some-words/123", "facebook", "123", NULL, "ann"},
        {"https://www.facebook.com/ann/posts/pfbid02abc", "facebook", "pfbid02abc", NULL, "ann"},
        {"https://www.facebook.com/annpage", "facebook", "", "", ""},
        {"https://www.tiktok.com/@ann/video/7300000000000000001?lang=en", "tiktok", "7300000000000000001", "https://www.tiktok.com/@ann/video/7300000000000000001", "ann"},
        {"https://www.threads.net/@ann/post/C1h", "threads", "C1h", "https://www.threads.com/@ann/post/C1h", "ann"},
        {"https://truthsocial.com/@ann/11", "truthsocial", "11", "https://truthsocial.com/@ann/posts/11", "ann"},
        {"https://www.linkedin.com/feed/update/urn:li:activity:712/", "linkedin", "712", "https://www.linkedin.com/feed/update/urn:li:activity:712", ""},
        {"https://de.linkedin.com/posts/ann_words-activity-712-Ab1", "linkedin", "712", "https://www.linkedin.com/feed/update/urn:li:activity:712", ""},
        {"https://news.ycombinator.com/item?id=8863", "hackernews", "8863", "https://news.ycombinator.com/item?id=8863", ""},
        {"https://t.me/s/channel/77", "telegram", "channel/77", "https://t.me/channel/77", "channel"},
        {"https://news.example/a", NULL, "", "", ""},
        {"ftp://x.com/ann/status/1", NULL, "", "", ""},
        {"x.com/ann/status/1", NULL, "", "", ""},
        {"https://", NULL, "", "", ""}, {"", NULL, "", "", ""}, {"https://x.com:443/ann/status/1#a", "twitter", "1", "https://x.com/ann/status/1", "ann"},
        {"https://evil.example@x.com/ann/status/1", "twitter", "1", "https://x.com/ann/status/1", "ann"},
        {"https://a/b/c/d/e/f/g/h/i/j/k/l/m/n", NULL, "", "", ""},
        {"https://twitter.com/ann/status/12a", "twitter", "", "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena        arena = {0};
        struct post_address address;
        bool                is_known = post_address_of(str_of(cases[i].url), &arena, &address);
        check(is_known == (cases[i].platform != NULL), "row %zu: %s", i, cases[i].url);
        if (is_known) {
            check_str(address.platform, str_of(cases[i].platform), "row %zu: %s", i, cases[i].url);
            check_str(address.native, str_of(cases[i].native), "row %zu: %s", i, cases[i].url);
            check_str(address.url, str_of(cases[i].canonical ? cases[i].canonical : cases[i].url), "row %zu: %s", i, cases[i].url);
            check_str(address.handle, str_of(cases[i].handle), "row %zu: %s", i, cases[i].url);
        }
        /* What comes out names the same post again. */
        if (is_known && address.url.len) {
            struct post_address again;
            check(post_address_of(address.url, &arena, &again) && str_equal(again.native, address.native), "row %zu: %s", i, cases[i].url);
            check_str(again.url, address.url, "row %zu", i);
        }
        arena_fini(&arena);
    }
}

/* Every beginning of every address, from memory that ends with it: a read behind the end is found by the sanitizers. */
static void cut_addresses_are_read_to_their_end(void **state)
{
    (void)state;
    static const char *const urls[] = {"https://www.youtube.com/watch?v=dQw&lc=Ugx1#x", "at://did:plc:abc/app.bsky.feed.post/3k",
                                       "https://toot.example/@ann@far.example/112233445566778899", "https://u:p@x.com:80/ann/status/1/photo/2?a=b"};
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        for (size_t len = 0; len <= strlen(urls[i]); len++) {
            struct arena        arena = {0};
            struct post_address address;
            char               *copy = malloc(len + (len == 0));
            memcpy(copy, urls[i], len);
            post_address_of(str_slice(copy, len), &arena, &address);
            post_native_of(STR("twitter"), str_slice(copy, len), &arena);
            post_platform_of(str_slice(copy, len), &arena);
            free(copy);
            arena_fini(&arena);
        }
}

static void ids_are_read_as_tools_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *platform, *said, *native;
    } cases[] = {
        {"twitter", "56758", "56758"}, {"twitter", "56758.0", "56758"}, {"twitter", "1.78235E+18", ""}, {"twitter", "1782350000000000000", ""},
        {"twitter", "1782345678901234567", "1782345678901234567"}, {"twitter", "https://x.com/a/status/5", "5"}, {"reddit", "t3_vv114", "vv114"},
        {"reddit", "t1_c4", "t1_c4"}, {"facebook", "456_123", "123"}, {"instagram", "3012345678901234567_17", "CnOAG9Tl0uH"},
        {"instagram", "CnOAG9Tl0uH", "CnOAG9Tl0uH"}, {"bluesky", "at://did:plc:q/app.bsky.feed.post/3k", "at://did:plc:q/app.bsky.feed.post/3k"},
        {"toot", "a:b", "a:b"}, {"twitter", "", ""}, {"elsewhere", "1.78235E+18", "1.78235E+18"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena arena = {0};
        check_str(post_native_of(str_of(cases[i].platform), str_of(cases[i].said), &arena), str_of(cases[i].native), "row %zu", i);
        arena_fini(&arena);
    }
}

static void platforms_have_one_name(void **state)
{
    (void)state;
    static const struct {
        const char *said, *platform;
    } cases[] = {{"X", "twitter"}, {"Twitter", "twitter"}, {"SOCIALMEDIA,SOCIALMEDIA_TWITTER", "twitter"}, {"SOCIALMEDIA_INSTAGRAM", "instagram"}, {"x.com", "twitter"},
                 {"ONLINENEWS,ONLINENEWS_MAGAZINE", ""}, {"MESSAGEBOARD_FORUM", ""}, {"News", ""}, {"Hacker News", "hackernews"}, {"Toot Place", "toot-place"}, {"", ""},
                 {"twitter", "twitter"}, {"Xiaohongshu", "rednote"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena arena = {0};
        check_str(post_platform_of(str_of(cases[i].said), &arena), str_of(cases[i].platform), "'%s'", cases[i].said);
        arena_fini(&arena);
    }
}

static void twins_have_one_key(void **state)
{
    (void)state;
    check(post_twin_key(STR("bluesky:at://did:plc:q/app.bsky.feed.post/3k")) == post_twin_key(STR("bluesky:at://ann.example/app.bsky.feed.post/3k")), "one record");
    check(post_twin_key(STR("bluesky:at://did:plc:q/app.bsky.feed.post/3k")) != post_twin_key(STR("bluesky:at://did:plc:q/app.bsky.feed.post/3l")), "two records");
    check(post_twin_key(STR("twitter:1")) != post_twin_key(STR("twitter:2")), "others by their id");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_name_their_post),
        cmocka_unit_test(cut_addresses_are_read_to_their_end),
        cmocka_unit_test(ids_are_read_as_tools_write_them),
        cmocka_unit_test(platforms_have_one_name),
        cmocka_unit_test(twins_have_one_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
