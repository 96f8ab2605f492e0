#include "table/assemble.h"

#include "base/clock.h"
#include "base/hash.h"
#include "post/address.h"
#include "post/post_fields.h"
#include "table/figure.h"
#include "text/text.h"

#include <stdio.h>

const char *const post_doubt_words[POST_DOUBTS] = {
    "with a time that names no zone, taken as UTC",
    "without the platform's own id: one was made of author, time and text",
    "with an id that a spreadsheet has rounded",
    "without an author",
    "with a handle where the platform's id would be",
    "with a date but no time of day, taken as midnight",
    "seen through another server than their own, whose number they have here",
};

/* Who assembles what. */
struct making {
    const struct post_values    *values;
    const struct assemble_rules *rules;
    struct arena                *arena;
    struct assembled            *out;
    struct post_address          address; /* of the post's own address */
    bool                         has_address;
};

static struct str value(const struct making *making, enum column column)
{
    return making->values->of[column];
}

static struct str kept(const struct making *making, enum column column)
{
    return arena_str(making->arena, value(making, column));
}

/* "twitter:123" from "twitter" and "123"; an id that has it already stays. */
static struct str full_id(struct arena *arena, struct str platform, struct str native)
{
    struct buf id = {0};
    if (native.len == 0)
        return native;
    bool is_full = native.len > platform.len && str_starts_with(native, platform) && native.ptr[platform.len] == ':';
    if (is_full)
        return arena_str(arena, native);
    buf_append_str(&id, platform);
    buf_append_char(&id, ':');
    buf_append_str(&id, native);
    struct str both = id.has_failed ? (struct str){0} : arena_str(arena, buf_str(&id));
    buf_fini(&id);
    return both;
}

/* Posts whose title only repeats what they say. */
static bool has_no_titles(struct str platform)
{
    static const char *const names[] = {"twitter", "bluesky", "mastodon", "threads", "instagram", "tiktok", "facebook", "truthsocial", "gab"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_equal(platform, str_of(names[i])))
            return true;
    return false;
}

static struct str text_of(const struct making *making)
{
    struct str title = value(making, COLUMN_TITLE), text = value(making, COLUMN_TEXT);
    if (title.len == 0 || text.len == 0 || str_starts_with(text, title) || has_no_titles(making->out->post.platform))
        return arena_str(making->arena, text.len ? text : title);
    struct buf both = {0};
    buf_append_str(&both, title);
    buf_append_char(&both, '\n');
    buf_append_str(&both, text);
    struct str all = both.has_failed ? (struct str){0} : arena_str(making->arena, buf_str(&both));
    buf_fini(&both);
    return all;
}

/* ---- Time ---- */

/* A date in one column and the time of day in another are read as one. */
static struct str whole_time(const struct making *making)
{
    struct str date = value(making, COLUMN_AT), clock = value(making, COLUMN_CLOCK);
    if (!clock.len || !date.len || memchr(date.ptr, ':', date.len) || clock.len > 64 || date.len > 64)
        return date;
    struct buf both = {0};
    buf_append_str(&both, date);
    buf_append_char(&both, ' ');
    buf_append_str(&both, clock);
    struct str whole = both.has_failed ? date : arena_str(making->arena, buf_str(&both));
    buf_fini(&both);
    return whole;
}

static enum error_code read_time(struct making *making, struct error *error)
{
    struct str         said = whole_time(making);
    struct times_rules rules = {making->rules->date_order, making->rules->zone};
    struct times_read  read;
    enum times_result  result = times_parse_by(said, &rules, &read);
    int                shown = (int)(said.len < 60 ? said.len : 60);
    if (result == TIMES_ORDER_UNKNOWN) {
        error_set(error, ERROR_INVALID, "at: '%.*s' may be day first or month first", shown, said.ptr);
        return error_hint(error, "say which with --date-order dmy or --date-order mdy");
    }
    if (result == TIMES_NOT_A_TIME)
        return said.len ? error_set(error, ERROR_INVALID, "at: '%.*s' is not a time", shown, said.ptr)
                        : error_set(error, ERROR_INVALID, "at: it does not say when it was published");
    making->out->post.at_us = read.at_us;
    if (!read.has_zone && !making->rules->zone)
        making->out->doubts |= DOUBT_ZONE;
    if (!read.has_clock)
        making->out->doubts |= DOUBT_DATE;
    struct str seen = value(making, COLUMN_SEEN);
    if (seen.len && times_parse_by(seen, &rules, &read) == TIMES_OK && read.at_us >= CLOCK_MIN_US && read.at_us <= CLOCK_MAX_US)
        making->out->seen_us = read.at_us;
    return ERROR_NONE;
}

/* ---- Where it is ---- */

static bool is_address(struct str s)
{
    return str_starts_with(s, STR("http://")) || str_starts_with(s, STR("https://")) || str_starts_with(s, STR("at://"));
}

/* What a person calls a platform is one, also where tools mean a kind of page by it: --platform forum. */
static struct str given_platform(struct making *making)
{
    struct str known = post_platform_of(making->rules->platform, making->arena), folded = arena_str(making->arena, making->rules->platform);
    char      *bytes = (char *)(uintptr_t)folded.ptr;
    for (size_t i = 0; bytes && i < folded.len; i++)
        bytes[i] = bytes[i] >= 'A' && bytes[i] <= 'Z' ? (char)(bytes[i] - 'A' + 'a') : bytes[i] == ' ' ? '-' : bytes[i];
    return known.len ? known : folded;
}

static enum error_code read_platform(struct making *making, struct error *error)
{
    struct post *post = &making->out->post;
    struct str   url = value(making, COLUMN_URL), said = value(making, COLUMN_PLATFORM);
    if (!is_address(url))
        url = (struct str){0}; /* a path, a shortened display form: no address */
    making->has_address = url.len && post_address_of(url, making->arena, &making->address);
    post->url = arena_str(making->arena, url);
    post->platform = making->rules->platform.len ? given_platform(making) : post_platform_of(said, making->arena);
    if (making->has_address && !making->rules->platform.len)
        post->platform = making->address.platform;
    bool is_page = post->platform.len == 0 && (said.len || value(making, COLUMN_SITE).len);
    if (is_page)
        post->platform = STR("web");
    if (post->platform.len)
        return ERROR_NONE;
    error_set(error, ERROR_INVALID, "platform: no column says it");
    return error_hint(error, "name it with --platform NAME, or its column with --map platform=Column");
}

static struct str made_id(struct arena *arena, const struct post *post)
{
    uint64_t hash = hash_mix(hash_str(post->platform), hash_str(post->author_handle));
    hash = hash_mix(hash, hash_mix(hash_str(post->author_id), (uint64_t)post->at_us));
    hash = hash_mix(hash, hash_str(post->text));
    char native[32];
    snprintf(native, sizeof native, "row-%016llx", (unsigned long long)hash);
    return full_id(arena, post->platform, str_of(native));
}

/* The page itself, however it was linked to: https and without www., tracking and a last slash. Longer than an id may be: its hash. */
static struct str page_id(struct arena *arena, struct str url)
{
    struct str canonical = text_link_canonical(arena, url), rest = canonical;
    static const struct str fronts[] = {STR("http://"), STR("https://"), STR("www.")};
    for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++)
        if (str_starts_with(rest, fronts[i]))
            rest = str_slice(rest.ptr + fronts[i].len, rest.len - fronts[i].len);
    while (rest.len && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    char hashed[40];
    if (rest.len > 400) {
        snprintf(hashed, sizeof hashed, "page-%016llx", (unsigned long long)hash_str(rest));
        return full_id(arena, STR("web"), str_of(hashed));
    }
    return full_id(arena, STR("web"), rest);
}

/* An answer below a page has the page's address with many tools: it takes its author and its time to tell it from its neighbours. */
static bool is_page_of_one(const struct post *post)
{
    return str_equal(post->platform, STR("web")) && post->url.len && (post->kind.len == 0 || str_equal(post->kind, STR("article")));
}

static struct str other_id(const struct making *making, enum column column)
{
    struct str platform = making->out->post.platform;
    return full_id(making->arena, platform, post_native_of(platform, value(making, column), making->arena));
}

static void read_ids(struct making *making)
{
    struct post *post = &making->out->post;
    struct str   given = value(making, COLUMN_ID), native = post_native_of(post->platform, given, making->arena);
    struct post_address *address = &making->address;
    bool is_here = making->has_address && address->native.len && str_equal(address->platform, post->platform);
    if (given.len && !native.len)
        making->out->doubts |= DOUBT_ROUNDED;
    /* The address says the more: at://who/app.bsky.feed.post/3k where a column says 3k. */
    if (is_here && (!native.len || str_ends_with(address->native, native))) {
        native = address->native;
        if (address->is_by_handle)
            making->out->doubts |= DOUBT_HANDLE;
        if (address->is_seen_elsewhere)
            making->out->doubts |= DOUBT_ELSEWHERE;
    }
    if (is_here && str_equal(native, address->native))
        post->url = address->url;
    post->id = full_id(making->arena, post->platform, native);
    post->thread = other_id(making, COLUMN_THREAD);
    if (!post->thread.len && is_here && address->thread.len)
        post->thread = full_id(making->arena, post->platform, address->thread);
    if (str_equal(post->thread, post->id))
        post->thread = (struct str){0}; /* the first post of a thread is its own */
    post->reply_to = other_id(making, COLUMN_REPLY_TO);
    post->repost_of = other_id(making, COLUMN_REPOST_OF);
    post->quote_of = other_id(making, COLUMN_QUOTE_OF);
    if (!post->id.len && is_page_of_one(post))
        post->id = page_id(making->arena, post->url);
}

/* ---- The rest ---- */

/* An author's name is shown to the world with an @ by some exports. */
static struct str without_at(struct str handle)
{
    return str_starts_with(handle, STR("@")) ? str_slice(handle.ptr + 1, handle.len - 1) : handle;
}

static void read_author(struct making *making)
{
    struct post *post = &making->out->post;
    post->author_handle = arena_str(making->arena, without_at(value(making, COLUMN_AUTHOR)));
    post->author_id = kept(making, COLUMN_AUTHOR_ID);
    post->author_name = kept(making, COLUMN_AUTHOR_NAME);
    bool is_named = post->author_handle.len || post->author_id.len;
    if (!is_named && making->has_address && making->address.handle.len)
        post->author_handle = making->address.handle;
    else if (!is_named)
        post->author_handle = arena_str(making->arena, without_at(making->rules->author));
    post->author_followers = figure_of(value(making, COLUMN_FOLLOWERS));
}

static bool is_link(struct str s)
{
    return str_starts_with(s, STR("http")) && !str_contains(s, STR(" ")) && s.len <= POST_URL_MAX_BYTES;
}

static bool read_links(struct making *making)
{
    const struct post_values *values = making->values;
    struct post              *post = &making->out->post;
    size_t                    capacity = values->link_count + 1;
    post->links = arena_array(making->arena, capacity, sizeof *post->links);
    post->media = arena_array(making->arena, values->media_count, sizeof *post->media);
    if (!post->links || !post->media)
        return false;
    struct str one = value(making, COLUMN_LINK);
    if (is_link(one))
        post->links[post->link_count++] = arena_str(making->arena, one);
    for (size_t i = 0; i < values->link_count && post->link_count < POST_LINKS_MAX; i++)
        if (is_link(values->links[i]))
            post->links[post->link_count++] = arena_str(making->arena, values->links[i]);
    for (size_t i = 0; i < values->media_count; i++)
        if (is_link(values->media[i].url))
            post->media[post->media_count++] =
                (struct media){.type = (uint8_t)values->media[i].type, .url = arena_str(making->arena, values->media[i].url)};
    return true;
}

/* Tools say "English" where platforms say en. */
static struct str language_of(struct making *making)
{
    static const struct {
        const char *name, *code;
    } names[] = {{"english", "en"},    {"german", "de"},     {"french", "fr"},    {"spanish", "es"},  {"italian", "it"},    {"portuguese", "pt"},
                 {"dutch", "nl"},      {"swedish", "sv"},    {"norwegian", "no"}, {"danish", "da"},   {"finnish", "fi"},    {"polish", "pl"},
                 {"czech", "cs"},      {"slovak", "sk"},     {"hungarian", "hu"}, {"romanian", "ro"}, {"bulgarian", "bg"},  {"greek", "el"},
                 {"turkish", "tr"},    {"russian", "ru"},    {"ukrainian", "uk"}, {"arabic", "ar"},   {"hebrew", "he"},     {"hindi", "hi"},
                 {"indonesian", "id"}, {"malay", "ms"},      {"thai", "th"},      {"vietnamese", "vi"}, {"japanese", "ja"}, {"korean", "ko"},
                 {"chinese", "zh"},    {"catalan", "ca"},    {"croatian", "hr"},  {"serbian", "sr"},  {"persian", "fa"},    {"urdu", "ur"},
                 {"unknown", ""},      {"und", ""},          {"other", ""}};
    struct str said = value(making, COLUMN_LANG);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_equal_ascii_nocase(said, str_of(names[i].name)))
            return str_of(names[i].code);
    return arena_str(making->arena, said);
}

/* A page of the web is what kind of page it is, also where a tool calls it a post, as against a comment below it. */
static struct str kind_of(const struct making *making)
{
    struct str said = value(making, COLUMN_KIND), kind = post_kind_of(said);
    bool       is_page = str_equal(making->out->post.platform, STR("web"));
    static const char *const ours[] = {"post", "comment", "message", "article", "review"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (str_equal_ascii_nocase(said, str_of(ours[i])) && !(is_page && i == 0))
            return str_of(ours[i]);
    if (!kind.len && making->has_address && making->address.is_comment)
        return STR("comment");
    return !kind.len && is_page ? post_kind_of(value(making, COLUMN_PLATFORM)) : kind;
}

enum error_code assemble_post(const struct post_values *values, const struct assemble_rules *rules, struct arena *arena,
                              struct assembled *assembled_out, struct error *error)
{
    struct making making = {.values = values, .rules = rules, .arena = arena, .out = assembled_out};
    struct post  *post = &assembled_out->post;
    *assembled_out = (struct assembled){.post = post_empty()};
    enum error_code code = read_time(&making, error);
    if (!code)
        code = read_platform(&making, error);
    if (code)
        return code;
    post->kind = kind_of(&making);
    post->text = text_of(&making);
    read_author(&making);
    post->lang = language_of(&making);
    struct str community = value(&making, COLUMN_COMMUNITY);
    if (!community.len && str_equal(post->platform, STR("web")))
        community = value(&making, COLUMN_SITE);
    post->community = arena_str(arena, community);
    read_ids(&making);
    post->metrics = (struct post_metrics){figure_of(value(&making, COLUMN_LIKES)), figure_of(value(&making, COLUMN_REPOSTS)),
                                          figure_of(value(&making, COLUMN_REPLIES)), figure_of(value(&making, COLUMN_QUOTES)),
                                          figure_of(value(&making, COLUMN_VIEWS))};
    if (!read_links(&making))
        return error_set(error, ERROR_MEMORY, "no memory for a post");
    if (!post->id.len) {
        post->id = made_id(arena, post);
        assembled_out->doubts |= DOUBT_ID;
    }
    if (!post->author_id.len && !post->author_handle.len) {
        post->author_id = post->id;
        assembled_out->doubts |= DOUBT_AUTHOR;
    }
    return post_check(post, arena, error);
}
