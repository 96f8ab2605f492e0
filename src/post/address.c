#include "post/address.h"

#include "base/buf.h"
#include "base/hash.h"

#include <stdio.h>

/* ---- Addresses ---- */

/* One form of address. path is a list of segments: a word is itself, * is anything, h the author's handle, @h the same behind an @, # digits,
 * $ letters, digits, - and _, and ... whatever follows (or nothing). query names the parameter that holds the id instead. first is the segment or parameter that
 * names the post; with `comment` a second # or $ names a comment on it. */
struct form {
    const char *platform;
    const char *hosts; /* with everything below them: www., m., old. */
    const char *path;
    const char *query;   /* NULL: the path holds the id */
    const char *url;     /* {h} {i} {c}: handle, id, comment; NULL: as it was given, for there is no one form that everybody can open */
    bool        is_comment;
};

static const struct form forms[] = {
    {"twitter", "twitter.com x.com nitter.net fxtwitter.com vxtwitter.com", "i/web/status/#/...", NULL, "https://x.com/i/status/{i}", false},
    {"twitter", "twitter.com x.com", "statuses/#/...", NULL, "https://x.com/i/status/{i}", false},
    {"twitter", "twitter.com x.com nitter.net fxtwitter.com vxtwitter.com", "h/status/#/...", NULL, "https://x.com/{h}/status/{i}", false},
    {"twitter", "twitter.com x.com", "h/statuses/#/...", NULL, "https://x.com/{h}/status/{i}", false},
    {"bluesky", "bsky.app", "profile/h/post/$/...", NULL, "https://bsky.app/profile/{h}/post/{i}", false},
    {"youtube", "youtube.com youtube-nocookie.com", "watch", "v", "https://www.youtube.com/watch?v={i}", false},
    {"youtube", "youtube.com youtube-nocookie.com", "shorts/$/...", NULL, "https://www.youtube.com/watch?v={i}", false},
    {"youtube", "youtube.com youtube-nocookie.com", "live/$/...", NULL, "https://www.youtube.com/watch?v={i}", false},
    {"youtube", "youtube.com youtube-nocookie.com", "embed/$/...", NULL, "https://www.youtube.com/watch?v={i}", false},
    {"youtube", "youtu.be", "$/...", NULL, "https://www.youtube.com/watch?v={i}", false},
    {"reddit", "reddit.com", "r/*/comments/$/*/$/...", NULL, "https://www.reddit.com/comments/{i}/_/{c}", true},
    {"reddit", "reddit.com", "r/*/comments/$/...", NULL, "https://www.reddit.com/comments/{i}", false},
    {"reddit", "reddit.com", "user/*/comments/$/...", NULL, "https://www.reddit.com/comments/{i}", false},
    {"reddit", "reddit.com", "comments/$/*/$/...", NULL, "https://www.reddit.com/comments/{i}/_/{c}", true},
    {"reddit", "reddit.com", "comments/$/...", NULL, "https://www.reddit.com/comments/{i}", false},
    {"reddit", "redd.it", "$", NULL, "https://www.reddit.com/comments/{i}", false},
    {"instagram", "instagram.com", "p/$/...", NULL, "https://www.instagram.com/p/{i}/", false},
    {"instagram", "instagram.com", "reel/$/...", NULL, "https://www.instagram.com/p/{i}/", false},
    {"instagram", "instagram.com", "reels/$/...", NULL, "https://www.instagram.com/p/{i}/", false},
    {"instagram", "instagram.com", "tv/$/...", NULL, "https://www.instagram.com/p/{i}/", false},
    {"instagram", "instagram.com", "h/p/$/...", NULL, "https://www.instagram.com/p/{i}/", false},
    {"instagram", "instagram.com", "h/reel/$/...", NULL, "https://www.instagram.com/p/{i}/", false},
    {"facebook", "facebook.com fb.com", "permalink.php", "story_fbid", NULL, false},
    {"facebook", "facebook.com fb.com", "story.php", "story_fbid", NULL, false},
    {"facebook", "facebook.com fb.com", "photo.php", "fbid", NULL, false},
    {"facebook", "facebook.com fb.com", "photo", "fbid", NULL, false},
    {"facebook", "facebook.com fb.com", "watch", "v", NULL, false},
    {"facebook", "facebook.com fb.com", "groups/*/posts/$/...", NULL, NULL, false},
    {"facebook", "facebook.com fb.com", "groups/*/permalink/$/...", NULL, NULL, false},
    {"facebook", "facebook.com fb.com", "h/posts/*/#/...", NULL, NULL, false},
    {"facebook", "facebook.com fb.com", "h/posts/$/...", NULL, NULL, false},
    {"facebook", "facebook.com fb.com", "h/videos/*/#/...", NULL, NULL, false},
    {"facebook", "facebook.com fb.com", "h/videos/#/...", NULL, NULL, false},
    {"facebook", "facebook.com fb.com", "h/photos/*/#/...", NULL, NULL, false},
    {"facebook", "facebook.com fb.com", "reel/#/...", NULL, NULL, false},
    {"facebook", "facebook.com fb.com", "$", NULL, NULL, false}, /* 123_456; names are told apart below */
    {"tiktok", "tiktok.com", "@h/video/#/...", NULL, "https://www.tiktok.com/@{h}/video/{i}", false},
    {"tiktok", "tiktok.com", "@h/photo/#/...", NULL, "https://www.tiktok.com/@{h}/video/{i}", false},
    {"threads", "threads.net threads.com", "@h/post/$/...", NULL, "https://www.threads.com/@{h}/post/{i}", false},
    {"threads", "threads.net threads.com", "t/$/...", NULL, "https://www.threads.com/t/{i}", false},
    {"truthsocial", "truthsocial.com", "@h/posts/#/...", NULL, "https://truthsocial.com/@{h}/posts/{i}", false},
    {"truthsocial", "truthsocial.com", "@h/#/...", NULL, "https://truthsocial.com/@{h}/posts/{i}", false},
    {"gab", "gab.com", "h/posts/#/...", NULL, "https://gab.com/{h}/posts/{i}", false},
    {"pinterest", "pinterest.com pinterest.co.uk pinterest.de pinterest.fr pinterest.es pinterest.it pinterest.ca", "pin/#/...", NULL,
     "https://www.pinterest.com/pin/{i}/", false},
    {"linkedin", "linkedin.com", "feed/update/$/...", NULL, "https://www.linkedin.com/feed/update/urn:li:activity:{i}", false},
    {"linkedin", "linkedin.com", "posts/$/...", NULL, "https://www.linkedin.com/feed/update/urn:li:activity:{i}", false},
    {"tumblr", "tumblr.com", "post/#/...", NULL, NULL, false},
    {"tumblr", "tumblr.com", "h/#/...", NULL, NULL, false},
    {"hackernews", "news.ycombinator.com", "item", "id", "https://news.ycombinator.com/item?id={i}", false},
    {"telegram", "t.me telegram.me", "s/h/#/...", NULL, "https://t.me/{h}/{i}", false},
    {"telegram", "t.me telegram.me", "h/#/...", NULL, "https://t.me/{h}/{i}", false},
    {"9gag", "9gag.com", "gag/$/...", NULL, "https://9gag.com/gag/{i}", false},
    {"imgur", "imgur.com", "gallery/$/...", NULL, "https://imgur.com/gallery/{i}", false},
    {"douyin", "douyin.com", "video/#/...", NULL, "https://www.douyin.com/video/{i}", false},
    {"rednote", "xiaohongshu.com rednote.com", "explore/$/...", NULL, "https://www.xiaohongshu.com/explore/{i}", false},
    {"rednote", "xiaohongshu.com rednote.com", "discovery/item/$/...", NULL, "https://www.xiaohongshu.com/explore/{i}", false},
};

enum { SEGMENTS_MAX = 12 };

struct parts {
    struct str host, segments[SEGMENTS_MAX], query;
    size_t     count;
};

static char lower_of(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool take_apart(struct str url, struct parts *parts)
{
    url = str_trim(url);
    const char *scheme = url.len ? memmem(url.ptr, url.len, "://", 3) : NULL;
    if (!scheme || scheme - url.ptr > 5 || lower_of(url.ptr[0]) != 'h')
        return false;
    struct str rest = str_slice(scheme + 3, url.len - (size_t)(scheme + 3 - url.ptr)), path;
    *parts = (struct parts){0};
    const char *hash = rest.len ? memchr(rest.ptr, '#', rest.len) : NULL;
    if (hash)
        rest.len = (size_t)(hash - rest.ptr);
    if (!str_next_field(&rest, '?', &path))
        return false;
    parts->query = rest;
    struct str segment;
    for (bool is_host = true; str_next_field(&path, '/', &segment); is_host = false) {
        if (is_host) {
            size_t begin = 0, end = segment.len;
            for (size_t i = 0; i < segment.len; i++)
                if (segment.ptr[i] == '@') /* behind a user's name */
                    begin = i + 1;
            for (size_t i = segment.len; i-- > begin;)
                if (segment.ptr[i] == ':')
                    end = i;
            parts->host = str_slice(segment.ptr + begin, end - begin);
        } else if (segment.len) {
            if (parts->count == SEGMENTS_MAX)
                return false;
            parts->segments[parts->count++] = segment;
        }
    }
    return parts->host.len > 0;
}

static bool is_under(struct str host, struct str name)
{
    if (host.len < name.len || !str_equal_ascii_nocase(str_slice(host.ptr + host.len - name.len, name.len), name))
        return false;
    return host.len == name.len || host.ptr[host.len - name.len - 1] == '.';
}

static bool is_under_any(struct str host, const char *names)
{
    struct str rest = str_of(names), name;
    while (str_next_field(&rest, ' ', &name))
        if (is_under(host, name))
            return true;
    return false;
}

static bool is_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

static bool is_code(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = lower_of(s.ptr[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':'))
            return false;
    }
    return s.len > 0 && s.len <= 200;
}

static struct str parameter(struct str query, const char *name)
{
    struct str pair, key;
    while (str_next_field(&query, '&', &pair))
        if (str_next_field(&pair, '=', &key) && str_equal(key, str_of(name)))
            return pair;
    return (struct str){0};
}

struct found {
    struct str handle, id, comment;
};

static bool fits(const struct form *form, const struct parts *parts, struct found *found)
{
    struct str pattern = str_of(form->path), wanted;
    size_t     at = 0;
    *found = (struct found){0};
    while (str_next_field(&pattern, '/', &wanted)) {
        if (str_equal(wanted, STR("...")))
            break;
        if (at == parts->count)
            return false;
        struct str segment = parts->segments[at++];
        if (str_equal(wanted, STR("*")))
            continue;
        if (str_equal(wanted, STR("h")) || str_equal(wanted, STR("@h"))) {
            if (wanted.len == 2 && (segment.ptr[0] != '@' || segment.len == 1))
                return false;
            found->handle = segment.ptr[0] == '@' ? str_slice(segment.ptr + 1, segment.len - 1) : segment;
        } else if (str_equal(wanted, STR("#")) || str_equal(wanted, STR("$"))) {
            if (wanted.ptr[0] == '#' ? !is_digits(segment) : !is_code(segment))
                return false;
            *(found->id.len ? &found->comment : &found->id) = segment;
        } else if (!str_equal_ascii_nocase(segment, wanted))
            return false;
    }
    bool has_rest = str_ends_with(str_of(form->path), STR("..."));
    if (at < parts->count && !has_rest)
        return false;
    if (form->query)
        found->id = parameter(parts->query, form->query);
    return found->id.len && is_code(found->id);
}

static struct str join(struct arena *arena, const char *format, const struct found *found)
{
    struct buf out = {0};
    for (const char *at = format; *at; at++) {
        if (*at != '{') {
            buf_append_char(&out, *at);
            continue;
        }
        buf_append_str(&out, at[1] == 'h' ? found->handle : at[1] == 'c' ? found->comment : found->id);
        at += 2;
    }
    struct str kept = out.has_failed ? (struct str){0} : arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return kept;
}

/* The digits behind "activity" or "share": "urn:li:activity:712", "ann_words-activity-712-Ab". */
static struct str digits_behind(struct str s, struct str word)
{
    const char *at = s.len ? memmem(s.ptr, s.len, word.ptr, word.len) : NULL;
    if (!at)
        return (struct str){0};
    at += word.len;
    const char *end = s.ptr + s.len;
    if (at < end && (*at == ':' || *at == '-'))
        at++;
    const char *begin = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return str_slice(begin, (size_t)(at - begin));
}

/* What a platform's ids look like beyond letters and digits. False: it is an address there, but of no post. */
static bool settle(const struct form *form, struct found *found, struct arena *arena, struct post_address *out)
{
    struct str platform = str_of(form->platform);
    if (str_equal(platform, STR("bluesky"))) {
        out->native = join(arena, "at://{h}/app.bsky.feed.post/{i}", found);
        out->is_by_handle = !str_starts_with(found->handle, STR("did:"));
        return true;
    }
    if (str_equal(platform, STR("linkedin"))) {
        struct str number = digits_behind(found->id, STR("activity"));
        found->id = number.len ? number : digits_behind(found->id, STR("share"));
        out->native = arena_str(arena, found->id);
        return found->id.len > 0;
    }
    if (str_equal(platform, STR("facebook"))) {
        struct str tail = found->id;
        bool       is_pair = false;
        for (size_t i = 0; i < found->id.len; i++)
            if (found->id.ptr[i] == '_') {
                tail = str_slice(found->id.ptr + i + 1, found->id.len - i - 1);
                is_pair = is_digits(tail) && is_digits(str_slice(found->id.ptr, i));
            }
        bool is_bare = str_equal(str_of(form->path), STR("$"));
        if (is_bare && !is_pair)
            return false;
        if (is_pair)
            found->id = tail;
    }
    if (str_equal(platform, STR("telegram"))) {
        out->native = join(arena, "{h}/{i}", found);
        return true;
    }
    if (form->is_comment && found->comment.len) {
        out->native = join(arena, "t1_{c}", found);
        out->thread = arena_str(arena, found->id);
        out->is_comment = true;
        return true;
    }
    out->native = arena_str(arena, found->id);
    return true;
}

/* "https://toot.example/@ann/112233445566778899" and "/users/ann/statuses/..": any host may be a server of the fediverse, and ids of posts
 * there are long numbers, or ULIDs with GoToSocial. */
static bool fits_fediverse(const struct parts *parts, struct found *found)
{
    struct str id, handle;
    if (parts->count == 2 && parts->segments[0].ptr[0] == '@')
        handle = parts->segments[0], id = parts->segments[1];
    else if (parts->count == 3 && parts->segments[0].ptr[0] == '@' && str_equal(parts->segments[1], STR("statuses")))
        handle = parts->segments[0], id = parts->segments[2];
    else if (parts->count == 4 && str_equal(parts->segments[0], STR("users")) && str_equal(parts->segments[2], STR("statuses")))
        handle = parts->segments[1], id = parts->segments[3];
    else
        return false;
    bool is_ulid = id.len == 26 && is_code(id) && parts->count > 2;
    if (!(is_digits(id) && id.len >= 15 && id.len <= 20) && !is_ulid)
        return false;
    if (handle.ptr[0] == '@')
        handle = str_slice(handle.ptr + 1, handle.len - 1);
    *found = (struct found){.handle = handle, .id = id};
    return handle.len > 0;
}

static struct str at_server(struct arena *arena, const struct parts *parts, const char *front, const char *format, const struct found *found)
{
    struct buf out = {0};
    buf_append_str(&out, str_of(front));
    for (size_t i = 0; i < parts->host.len; i++)
        buf_append_char(&out, lower_of(parts->host.ptr[i]));
    struct str path = join(arena, format, found);
    buf_append_str(&out, path);
    struct str kept = out.has_failed || !path.ptr ? (struct str){0} : arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return kept;
}

static bool of_at_uri(struct str url, struct arena *arena, struct post_address *out)
{
    struct str rest = str_slice(url.ptr + 5, url.len - 5), who, what, key;
    if (!str_next_field(&rest, '/', &who) || !str_next_field(&rest, '/', &what) || !str_next_field(&rest, '/', &key) || rest.len ||
        !str_equal(what, STR("app.bsky.feed.post")) || !is_code(key))
        return false;
    struct found found = {.handle = who, .id = key};
    *out = (struct post_address){.platform = STR("bluesky"), .native = arena_str(arena, url), .handle = arena_str(arena, who),
                                 .url = join(arena, "https://bsky.app/profile/{h}/post/{i}", &found),
                                 .is_by_handle = !str_starts_with(who, STR("did:"))};
    if (!out->is_by_handle)
        out->handle = (struct str){0};
    return out->native.ptr && out->url.ptr;
}

bool post_address_of(struct str url, struct arena *arena, struct post_address *out)
{
    struct parts parts;
    struct found found;
    *out = (struct post_address){0};
    url = str_trim(url);
    if (str_starts_with(url, STR("at://")))
        return of_at_uri(url, arena, out);
    if (!take_apart(url, &parts))
        return false;
    const char *hosts = NULL; /* of the forms before: a platform's stand together */
    bool        is_there = false;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *form = &forms[i];
        if (form->hosts != hosts)
            is_there = is_under_any(parts.host, form->hosts);
        hosts = form->hosts;
        if (!is_there)
            continue;
        out->platform = str_of(form->platform);
        if (!fits(form, &parts, &found) || !settle(form, &found, arena, out)) {
            *out = (struct post_address){.platform = out->platform};
            continue;
        }
        bool is_handle = found.handle.len && !str_equal(found.handle, STR("i")) && !str_starts_with(found.handle, STR("did:"));
        out->handle = is_handle ? arena_str(arena, found.handle) : (struct str){0};
        out->url = form->url ? join(arena, form->url, &found) : arena_str(arena, url);
        struct str comment = str_equal(out->platform, STR("youtube")) ? parameter(parts.query, "lc") : (struct str){0};
        if (comment.len && comment.len <= 200) {
            struct found both = {.id = found.id, .comment = comment};
            out->thread = out->native;
            out->native = arena_str(arena, comment);
            out->url = join(arena, "https://www.youtube.com/watch?v={i}&lc={c}", &both);
            out->is_comment = true;
        }
        return true;
    }
    if (out->platform.len)
        return true;
    if (!fits_fediverse(&parts, &found))
        return false;
    out->platform = STR("mastodon");
    out->handle = arena_str(arena, found.handle);
    bool is_ulid = !is_digits(found.id), is_remote = memchr(found.handle.ptr, '@', found.handle.len) != NULL;
    out->native = at_server(arena, &parts, "", "/{i}", &found);
    /* A post of another server has a number of this one's own: its address at home is not said. */
    out->url = at_server(arena, &parts, "https://", is_ulid ? "/@{h}/statuses/{i}" : "/@{h}/{i}", &found);
    out->is_seen_elsewhere = is_remote;
    return out->native.ptr && out->url.ptr;
}

/* ---- Ids as tools write them ---- */

/* A number that went through a spreadsheet has 15 sure digits: 1.78235E+18 is no id any more, nor is 1782350000000000000. */
static bool is_rounded(struct str s)
{
    size_t zeros = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (lower_of(s.ptr[i]) == 'e' && i && memchr(s.ptr, '+', s.len))
            return true;
        zeros = s.ptr[i] == '0' ? zeros + 1 : 0;
    }
    return is_digits(s) && s.len > 15 && zeros >= s.len - 15;
}

/* Instagram's short code is its number in base 64, most significant first; "pk_userid" has the number in front. */
static struct str short_code(struct str number, struct arena *arena)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char              code[16];
    size_t            at = sizeof code;
    uint64_t          value = 0;
    for (size_t i = 0; i < number.len; i++) {
        if (value > (UINT64_MAX - 9) / 10)
            return arena_str(arena, number);
        value = value * 10 + (uint64_t)(number.ptr[i] - '0');
    }
    for (; value && at; value /= 64)
        code[--at] = letters[value % 64];
    return arena_str(arena, str_slice(code + at, sizeof code - at));
}

struct str post_native_of(struct str platform, struct str said, struct arena *arena)
{
    struct post_address address;
    said = str_trim(said);
    if (said.len > 2 && str_ends_with(said, STR(".0")) && is_digits(str_slice(said.ptr, said.len - 2)))
        said.len -= 2;
    if (memchr(said.ptr ? said.ptr : "", ':', said.len) && post_address_of(said, arena, &address) && str_equal(address.platform, platform))
        return address.native;
    bool is_numbered = str_equal(platform, STR("twitter")) || str_equal(platform, STR("tiktok")) || str_equal(platform, STR("facebook")) ||
                       str_equal(platform, STR("instagram")) || str_equal(platform, STR("truthsocial"));
    if (is_numbered && is_rounded(said))
        return (struct str){0};
    if (str_equal(platform, STR("reddit")) && str_starts_with(said, STR("t3_")))
        return arena_str(arena, str_slice(said.ptr + 3, said.len - 3));
    struct str rest = said, first;
    bool       is_pair = str_next_field(&rest, '_', &first) && is_digits(first) && is_digits(rest);
    if (str_equal(platform, STR("facebook")) && is_pair)
        return arena_str(arena, rest);
    if ((str_equal(platform, STR("instagram")) || str_equal(platform, STR("threads"))) && (is_pair || (is_digits(said) && said.len > 15)))
        return short_code(is_pair ? first : said, arena);
    return arena_str(arena, said);
}

/* ---- Platforms and kinds as tools call them ---- */

static const struct {
    const char *said, *platform; /* platform "": a kind of page, no platform */
} platform_names[] = {
    {"x", "twitter"}, {"x-(twitter)", "twitter"}, {"x/twitter", "twitter"}, {"twitter/x", "twitter"}, {"twitter-(x)", "twitter"}, {"tweet", "twitter"},
    {"bsky", "bluesky"}, {"hacker-news", "hackernews"}, {"ycombinator", "hackernews"}, {"truth-social", "truthsocial"}, {"truth", "truthsocial"},
    {"xiaohongshu", "rednote"}, {"red-note", "rednote"}, {"ninegag", "9gag"}, {"instagram_public", "instagram"}, {"facebook_public", "facebook"},
    {"facebook-public", "facebook"}, {"instagram-public", "instagram"}, {"mastodon.social", "mastodon"}, {"threads.net", "threads"},
    {"blog", ""}, {"blogs", ""}, {"news", ""}, {"online_news", ""}, {"onlinenews", ""}, {"online", ""}, {"forum", ""}, {"forums", ""}, {"review", ""}, {"reviews", ""},
    {"web", ""}, {"website", ""}, {"media", ""}, {"press", ""}, {"print", ""}, {"message-board", ""}, {"messageboards", ""}, {"socialmedia", ""}, {"social", ""},
    {"comment", ""}, {"comments", ""}, {"podcast", ""}, {"newsletter", ""}, {"qq", "qq"},
};

/* Between commas the last says most: "SOCIALMEDIA,SOCIALMEDIA_TWITTER". */
struct str post_platform_of(struct str said, struct arena *arena)
{
    struct str rest = str_trim(said), part, last = {0};
    while (str_next_field(&rest, ',', &part))
        if (str_trim(part).len)
            last = str_trim(part);
    struct str folded = arena_str(arena, last);
    char      *bytes = (char *)(uintptr_t)folded.ptr;
    for (size_t i = 0; bytes && i < folded.len; i++)
        bytes[i] = bytes[i] == ' ' ? '-' : lower_of(bytes[i]);
    static const struct str fronts[] = {STR("socialmedia_"), STR("messageboard_"), STR("online_news_"), STR("onlinenews_")};
    for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++)
        if (str_starts_with(folded, fronts[i]))
            folded = i == 0 ? str_slice(folded.ptr + fronts[i].len, folded.len - fronts[i].len) : str_slice(folded.ptr, fronts[i].len - 1);
    if (str_starts_with(folded, STR("messageboard")))
        return (struct str){0};
    for (size_t i = 0; i < sizeof platform_names / sizeof platform_names[0]; i++)
        if (str_equal(folded, str_of(platform_names[i].said)))
            return str_of(platform_names[i].platform);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && str_contains(folded, STR(".")); i++) /* "twitter.com" */
        if (is_under_any(folded, forms[i].hosts))
            return str_of(forms[i].platform);
    return folded;
}

struct str post_kind_of(struct str said)
{
    static const struct {
        const char *sign, *kind;
    } signs[] = {{"comment", "comment"}, {"reply", "comment"}, {"review", "review"}, {"blog", "article"}, {"news", "article"}, {"article", "article"},
                 {"online", "article"}, {"print", "article"}, {"press", "article"}, {"podcast", "article"}, {"message", "post"}, {"forum", "post"}};
    char   lower[64];
    size_t len = said.len < sizeof lower ? said.len : sizeof lower;
    for (size_t i = 0; i < len; i++)
        lower[i] = lower_of(said.ptr[i]);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (str_contains(str_slice(lower, len), str_of(signs[i].sign)))
            return str_of(signs[i].kind);
    return (struct str){0};
}

/* ---- Twins ---- */

uint64_t post_twin_key(struct str id)
{
    static const struct str record = STR("/app.bsky.feed.post/");
    const char             *at = str_starts_with(id, STR("bluesky:")) ? memmem(id.ptr, id.len, record.ptr, record.len) : NULL;
    return hash_str(at ? str_slice(at, id.len - (size_t)(at - id.ptr)) : id);
}
