#include "table/columns.h"

#include "base/clock.h"
#include "base/hash.h"
#include "post/post_fields.h"

#include <stdio.h>

/* Headers as the exports of listening tools, of platforms and of data collections write them, folded by fold_header. */
const struct column_row column_rows[COLUMN_COUNT] = {
    {COLUMN_AT, "at",
     "at created_at timestamp date_time datetime published_at published created_time created_utc created tweet_created "
     "publish_date date time posted_at date_published publication_date indexed",
     "when it was published"},
    {COLUMN_TEXT, "text",
     "text full_text body content message tweet tweet_text post_text post comment selftext snippet opening_text "
     "hit_sentence caption description review",
     "what it says"},
    {COLUMN_TITLE, "title", "title headline subject", "a heading, put before the text"},
    {COLUMN_ID, "id",
     "id post_id tweet_id id_str status_id message_id mention_id resource_id document_id comment_id uri native_id",
     "the platform's own id"},
    {COLUMN_PLATFORM, "platform",
     "platform network page_type content_source_name source_type channel_type media_type social_network source",
     "where it was published"},
    {COLUMN_AUTHOR, "author",
     "author author_handle handle screen_name username user_name author_username user account influencer "
     "extra_author_attributes_short_name from from_user name author_name",
     "the author's handle"},
    {COLUMN_AUTHOR_ID, "author_id", "author_id user_id author_uid userid from_id", "the platform's id of the author"},
    {COLUMN_AUTHOR_NAME, "author_name",
     "full_name display_name author_full_name author_display_name extra_author_attributes_name",
     "the author's name for people"},
    {COLUMN_FOLLOWERS, "followers",
     "followers author_followers followers_count follower_count twitter_followers x_followers user_followers_count",
     "accounts that follow the author"},
    {COLUMN_URL, "url", "url permalink post_url tweet_url status_url link_to_post", "the post's own address"},
    {COLUMN_LINK, "link", "link expanded_url expanded_urls links", "an address that the post points to"},
    {COLUMN_LANG, "lang", "lang language language_code", "language, as a tag like en or pt-BR"},
    {COLUMN_COMMUNITY, "community", "community subreddit group_name group channel_name channel forum",
     "subreddit, group or channel"},
    {COLUMN_KIND, "kind", "kind post_type type", "post, comment, message, article or review"},
    {COLUMN_THREAD, "thread", "thread thread_id conversation_id root_id", "id of the thread's first post"},
    {COLUMN_REPLY_TO, "reply_to",
     "reply_to in_reply_to_id in_reply_to_status_id in_reply_to_status_id_str in_reply_to_tweet_id parent_id",
     "id of the post that it answers"},
    {COLUMN_REPOST_OF, "repost_of", "repost_of retweet_of retweeted_status_id retweet_id",
     "id of the post that it repeats"},
    {COLUMN_QUOTE_OF, "quote_of", "quote_of quoted_status_id quoted_id", "id of the post that it quotes"},
    {COLUMN_LIKES, "likes",
     "likes like_count likes_count favorite_count favourites_count favorites favourites reactions score ups upvotes "
     "points",
     "likes"},
    {COLUMN_REPOSTS, "reposts",
     "reposts repost_count retweet_count retweets share_count shares reblogs_count boosts twitter_retweets", "reposts"},
    {COLUMN_REPLIES, "replies", "replies reply_count replies_count num_comments comment_count comments twitter_replies",
     "replies"},
    {COLUMN_QUOTES, "quotes", "quotes quote_count", "quotes"},
    {COLUMN_VIEWS, "views", "views view_count impressions impression_count", "times seen"},
};

/* Headers and hosts that give the platform away. */
static const struct {
    const char *sign, *platform;
} header_signs[] = {{"tweet_id", "twitter"},
                    {"tweet_created", "twitter"},
                    {"tweet_text", "twitter"},
                    {"subreddit", "reddit"}},
  host_signs[] = {{"twitter.com", "twitter"}, {"x.com", "twitter"},         {"reddit.com", "reddit"},
                  {"bsky.app", "bluesky"},    {"facebook.com", "facebook"}, {"instagram.com", "instagram"},
                  {"youtube.com", "youtube"}, {"tiktok.com", "tiktok"},     {"threads.net", "threads"},
                  {"tumblr.com", "tumblr"},   {"linkedin.com", "linkedin"}, {"news.ycombinator.com", "hackernews"}};

enum { HEADER_BYTES = 64 };

/* "Full Text" and "full.text" become full_text. Returns the length; 0 where it is too long to be a known header. */
static size_t fold_header(struct str header, char folded[HEADER_BYTES])
{
    size_t len = 0;
    header = str_trim(header);
    for (size_t i = 0; i < header.len; i++) {
        char c = header.ptr[i];
        bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        else if (!is_kept)
            c = '_';
        if (c == '_' && (len == 0 || folded[len - 1] == '_'))
            continue;
        if (len + 1 >= HEADER_BYTES)
            return 0;
        folded[len++] = c;
    }
    while (len && folded[len - 1] == '_')
        len--;
    folded[len] = '\0';
    return len;
}

enum error_code column_override_parse(const char *text, struct column_override *override_out, struct error *error)
{
    struct str rest = str_of(text), name;
    if (!str_next_field(&rest, '=', &name) || name.len == strlen(text) || rest.len == 0)
        return error_set(error, ERROR_USAGE, "expected --map field=Column, found '%.80s'", text);
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (str_equal(name, str_of(column_rows[i].name))) {
            *override_out = (struct column_override){column_rows[i].column, rest};
            return ERROR_NONE;
        }
    char   known[ERROR_HINT_BYTES] = "";
    size_t used = 0;
    for (int i = 0; i < COLUMN_COUNT && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, " %s", column_rows[i].name);
    error_set(error, ERROR_USAGE, "--map knows no field '%.*s'", (int)(name.len < 80 ? name.len : 80), name.ptr);
    return error_hint(error, "fields:%s", known);
}

/* The place of a header among the row's, or COLUMN_NONE. Exactly as written first, then folded. */
static int find_header(const struct str *headers, size_t count, struct str wanted)
{
    char folded[HEADER_BYTES], other[HEADER_BYTES];
    for (size_t i = 0; i < count; i++)
        if (str_equal(str_trim(headers[i]), str_trim(wanted)))
            return (int)i;
    size_t len = fold_header(wanted, folded);
    for (size_t i = 0; len && i < count; i++)
        if (fold_header(headers[i], other) == len && memcmp(folded, other, len) == 0)
            return (int)i;
    return COLUMN_NONE;
}

static int find_synonym(const struct str *headers, size_t count, const char *synonyms)
{
    struct str rest = str_of(synonyms), synonym;
    while (str_next_field(&rest, ' ', &synonym)) {
        int found = find_header(headers, count, synonym);
        if (found != COLUMN_NONE)
            return found;
    }
    return COLUMN_NONE;
}

static struct str platform_of_headers(const struct str *headers, size_t count)
{
    for (size_t i = 0; i < sizeof header_signs / sizeof header_signs[0]; i++)
        if (find_header(headers, count, str_of(header_signs[i].sign)) != COLUMN_NONE)
            return str_of(header_signs[i].platform);
    return (struct str){0};
}

int columns_map(const struct str *headers, size_t count, const struct column_options *options,
                struct columns *columns_out)
{
    int known = 0;
    *columns_out = (struct columns){
        .header_fields = count, .platform = options->platform, .date_order = options->date_order};
    for (int i = 0; i < COLUMN_COUNT; i++)
        columns_out->of[i] = find_synonym(headers, count, column_rows[i].synonyms);
    for (size_t i = 0; i < options->override_count; i++) {
        int found = find_header(headers, count, options->overrides[i].header);
        if (found == COLUMN_NONE)
            return 0;
        columns_out->of[options->overrides[i].column] = found;
    }
    if (columns_out->of[COLUMN_AUTHOR] == columns_out->of[COLUMN_AUTHOR_NAME])
        columns_out->of[COLUMN_AUTHOR_NAME] = COLUMN_NONE;
    if (columns_out->platform.len == 0 && columns_out->of[COLUMN_PLATFORM] == COLUMN_NONE)
        columns_out->platform = platform_of_headers(headers, count);
    for (int i = 0; i < COLUMN_COUNT; i++)
        known += columns_out->of[i] != COLUMN_NONE;
    bool has_text = columns_out->of[COLUMN_TEXT] != COLUMN_NONE || columns_out->of[COLUMN_TITLE] != COLUMN_NONE;
    return columns_out->of[COLUMN_AT] != COLUMN_NONE && has_text ? known : 0;
}

/* ---- one record ---- */

struct record {
    const struct columns *columns;
    const struct str     *fields;
    size_t                count;
};

static struct str value_of(const struct record *record, enum column column)
{
    int at = record->columns->of[column];
    return at == COLUMN_NONE || (size_t)at >= record->count ? (struct str){0} : str_trim(record->fields[at]);
}

/* "Hacker News" becomes hacker-news. */
static struct str platform_name(struct arena *arena, struct str name)
{
    struct str folded = arena_str(arena, name);
    char      *bytes = (char *)(uintptr_t)folded.ptr;
    for (size_t i = 0; bytes && i < folded.len; i++)
        bytes[i] = bytes[i] >= 'A' && bytes[i] <= 'Z' ? (char)(bytes[i] - 'A' + 'a') : bytes[i] == ' ' ? '-' : bytes[i];
    return folded;
}

static struct str platform_of_url(struct str url)
{
    const char *scheme = url.len ? memmem(url.ptr, url.len, "://", 3) : NULL;
    if (!scheme)
        return (struct str){0};
    struct str rest = str_slice(scheme + 3, url.len - (size_t)(scheme + 3 - url.ptr)), host;
    if (!str_next_field(&rest, '/', &host))
        return (struct str){0};
    for (size_t i = 0; i < sizeof host_signs / sizeof host_signs[0]; i++) {
        struct str sign = str_of(host_signs[i].sign);
        bool is_inside = str_ends_with(host, sign) &&
                         (host.len == sign.len || host.ptr[host.len - sign.len - 1] == '.');
        if (is_inside)
            return str_of(host_signs[i].platform);
    }
    return (struct str){0};
}

/* A whole number, also as spreadsheets write it: "1,234", "12.0". Unknown where it is empty or anything else. */
static int64_t count_of(struct str value)
{
    char   digits[32];
    size_t len = 0;
    for (size_t i = 0; i < value.len && len < sizeof digits; i++)
        if (value.ptr[i] != ',' || len == 0)
            digits[len++] = value.ptr[i];
    double number;
    if (len == 0 || len == sizeof digits || !str_to_double(str_slice(digits, len), &number) || !(number >= 0) ||
        number > 9e15)
        return POST_COUNT_UNKNOWN;
    return (int64_t)number;
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
    struct str kept = id.has_failed ? (struct str){0} : arena_str(arena, buf_str(&id));
    buf_fini(&id);
    return kept;
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

static struct str text_of(struct arena *arena, const struct record *record)
{
    struct str title = value_of(record, COLUMN_TITLE), text = value_of(record, COLUMN_TEXT);
    if (title.len == 0 || text.len == 0 || str_starts_with(text, title))
        return arena_str(arena, text.len ? text : title);
    struct buf both = {0};
    buf_append_str(&both, title);
    buf_append_char(&both, '\n');
    buf_append_str(&both, text);
    struct str kept = both.has_failed ? (struct str){0} : arena_str(arena, buf_str(&both));
    buf_fini(&both);
    return kept;
}

static enum error_code time_of(const struct record *record, int64_t *at_us_out, struct error *error)
{
    struct str        value = value_of(record, COLUMN_AT);
    enum times_result result = times_parse(value, record->columns->date_order, at_us_out);
    int               shown = (int)(value.len < 60 ? value.len : 60);
    if (result == TIMES_ORDER_UNKNOWN) {
        error_set(error, ERROR_INVALID, "at: '%.*s' may be day first or month first", shown, value.ptr);
        return error_hint(error, "say which with --date-order dmy or --date-order mdy");
    }
    if (result == TIMES_NOT_A_TIME)
        return error_set(error, ERROR_INVALID, "at: '%.*s' is not a time", shown, value.ptr ? value.ptr : "");
    return ERROR_NONE;
}

static enum error_code fill_platform(const struct record *record, struct arena *arena, struct post *post,
                                     struct error *error)
{
    struct str said = value_of(record, COLUMN_PLATFORM);
    post->url = value_of(record, COLUMN_URL);
    if (post->url.len && !str_starts_with(post->url, STR("http")))
        post->url = (struct str){0}; /* a path, a shortened display form: no address */
    if (record->columns->platform.len)
        said = record->columns->platform;
    if (said.len == 0)
        said = platform_of_url(post->url);
    if (said.len == 0) {
        error_set(error, ERROR_INVALID, "platform: no column says it");
        return error_hint(error, "name it with --platform NAME, or its column with --map platform=Column");
    }
    post->platform = platform_name(arena, said);
    post->url = arena_str(arena, post->url);
    return ERROR_NONE;
}

static void fill_links(const struct record *record, struct arena *arena, struct post *post)
{
    struct str link = value_of(record, COLUMN_LINK);
    if (!str_starts_with(link, STR("http")) || str_contains(link, STR(" ")) || link.len > POST_URL_MAX_BYTES)
        return;
    post->links = arena_array(arena, 1, sizeof *post->links);
    if (!post->links)
        return;
    post->links[0] = arena_str(arena, link);
    post->link_count = 1;
}

/* An author's name is shown to the world with an @ by some exports. */
static struct str without_at(struct str handle)
{
    return str_starts_with(handle, STR("@")) ? str_slice(handle.ptr + 1, handle.len - 1) : handle;
}

enum error_code columns_to_post(const struct columns *columns, const struct str *fields, size_t count,
                                struct arena *arena, struct post *post_out, struct error *error)
{
    struct record record = {columns, fields, count};
    struct post   post = post_empty();
    if (count > columns->header_fields && str_trim(fields[count - 1]).len)
        return error_set(error, ERROR_INVALID, "%zu fields where the header has %zu", count, columns->header_fields);
    enum error_code code = time_of(&record, &post.at_us, error);
    if (!code)
        code = fill_platform(&record, arena, &post, error);
    if (code)
        return code;
    post.text = text_of(arena, &record);
    post.author_handle = arena_str(arena, without_at(value_of(&record, COLUMN_AUTHOR)));
    post.author_id = arena_str(arena, value_of(&record, COLUMN_AUTHOR_ID));
    post.author_name = arena_str(arena, value_of(&record, COLUMN_AUTHOR_NAME));
    post.author_followers = count_of(value_of(&record, COLUMN_FOLLOWERS));
    post.lang = arena_str(arena, value_of(&record, COLUMN_LANG));
    post.community = arena_str(arena, value_of(&record, COLUMN_COMMUNITY));
    post.kind = platform_name(arena, value_of(&record, COLUMN_KIND));
    post.id = full_id(arena, post.platform, value_of(&record, COLUMN_ID));
    post.thread = full_id(arena, post.platform, value_of(&record, COLUMN_THREAD));
    post.reply_to = full_id(arena, post.platform, value_of(&record, COLUMN_REPLY_TO));
    post.repost_of = full_id(arena, post.platform, value_of(&record, COLUMN_REPOST_OF));
    post.quote_of = full_id(arena, post.platform, value_of(&record, COLUMN_QUOTE_OF));
    post.metrics = (struct post_metrics){
        count_of(value_of(&record, COLUMN_LIKES)), count_of(value_of(&record, COLUMN_REPOSTS)),
        count_of(value_of(&record, COLUMN_REPLIES)), count_of(value_of(&record, COLUMN_QUOTES)),
        count_of(value_of(&record, COLUMN_VIEWS))};
    fill_links(&record, arena, &post);
    if (post.id.len == 0)
        post.id = made_id(arena, &post);
    if (post.author_id.len == 0 && post.author_handle.len == 0)
        post.author_id = post.id;
    *post_out = post;
    return post_check(post_out, arena, error);
}
