#include "table/columns.h"

#include "base/hash.h"
#include "table/assemble.h"
#include "table/export.h"

#include <stdio.h>

/* Headers as the exports of listening tools, of platforms and of data collections write them, folded by fold_header. */
const struct column_row column_rows[COLUMN_COUNT] = {
    {COLUMN_AT, "at",
     "at created_at timestamp date_time datetime published_at published created_time created_utc created tweet_created "
     "publish_date date time posted_at date_published publication_date indexed datum fecha data",
     "when it was published"},
    {COLUMN_TEXT, "text",
     "text full_text body content message tweet tweet_text post_text post comment selftext snippet opening_text "
     "hit_sentence caption description review texte texto testo inhalt nachricht mensaje contenu contenido conteudo",
     "what it says"},
    {COLUMN_TITLE, "title", "title headline subject titel titre titulo titolo", "a heading, put before the text"},
    {COLUMN_ID, "id",
     "id post_id tweet_id id_str status_id message_id mention_id resource_id document_id comment_id uri native_id",
     "the platform's own id"},
    {COLUMN_PLATFORM, "platform",
     "platform network page_type content_source_name source_type channel_type media_type social_network source",
     "where it was published"},
    {COLUMN_AUTHOR, "author",
     "author author_handle handle screen_name username user_name author_username user account influencer "
     "extra_author_attributes_short_name from from_user name author_name autor auteur autore verfasser",
     "the author's handle"},
    {COLUMN_AUTHOR_ID, "author_id", "author_id user_id author_uid userid from_id", "the platform's id of the author"},
    {COLUMN_AUTHOR_NAME, "author_name",
     "full_name display_name author_full_name author_display_name extra_author_attributes_name",
     "the author's name for people"},
    {COLUMN_FOLLOWERS, "followers",
     "followers author_followers followers_count follower_count twitter_followers x_followers user_followers_count",
     "accounts that follow the author"},
    {COLUMN_URL, "url", "url permalink post_url tweet_url status_url link_to_post enlace lien", "the post's own address"},
    {COLUMN_LINK, "link", "link expanded_url expanded_urls links", "an address that the post points to"},
    {COLUMN_LANG, "lang", "lang language language_code sprache langue idioma lingua", "language, as a tag like en or pt-BR"},
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
    {COLUMN_CLOCK, "clock", "time time_of_day uhrzeit hora heure", "the time of day, where the date stands alone"},
    {COLUMN_SITE, "site", "domain site website domain_url outlet host", "the site of a page of the web"},
    {COLUMN_SEEN, "seen", "added indexed collected_at timestamp_collected first_seen crawled_at", "when the tool found it"},
};

/* Headers that give the platform away. */
static const struct {
    const char *sign, *platform;
} header_signs[] = {{"tweet_id", "twitter"}, {"tweet_created", "twitter"}, {"tweet_text", "twitter"}, {"subreddit", "reddit"}};

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

static uint64_t folded_hash(struct str header)
{
    char   folded[HEADER_BYTES];
    size_t len = fold_header(header, folded);
    return len ? hash_bytes(folded, len) | 1 : 0;
}

/* "Date (UTC+1)" is Date, and its zone. */
static struct str without_zone(struct str header, struct str *zone)
{
    header = str_trim(header);
    size_t open = header.len;
    while (open && header.ptr[open - 1] != '(')
        open--;
    if (open < 2 || header.ptr[header.len - 1] != ')' || header.len > 200)
        return header;
    struct str inside = str_slice(header.ptr + open, header.len - 1 - open);
    return zone_in_words(inside, zone) ? str_slice(header.ptr, open - 1) : header;
}

void header_row_init(struct header_row *row, const struct str *headers, size_t count)
{
    row->headers = headers;
    row->count = count < CSV_MAX_FIELDS ? count : CSV_MAX_FIELDS;
    row->zone = (struct str){0};
    for (size_t i = 0; i < row->count; i++)
        row->folded[i] = folded_hash(without_zone(headers[i], &row->zone));
}

void header_row_key(const struct header_row *row, char key[20])
{
    uint64_t sum = row->count;
    for (size_t i = 0; i < row->count; i++)
        sum += hash_mix(row->folded[i], 7);
    snprintf(key, 20, "%016llx", (unsigned long long)sum);
}

int header_row_find(const struct header_row *row, struct str wanted)
{
    uint64_t hash = folded_hash(wanted);
    wanted = str_trim(wanted);
    if (!wanted.len)
        return COLUMN_NONE;
    for (size_t i = 0; i < row->count; i++)
        if (row->folded[i] == hash && str_equal(str_trim(row->headers[i]), wanted))
            return (int)i;
    for (size_t i = 0; hash && i < row->count; i++)
        if (row->folded[i] == hash)
            return (int)i;
    for (size_t i = 0; !hash && i < row->count; i++) /* too long to fold: only as it is written */
        if (str_equal(str_trim(row->headers[i]), wanted))
            return (int)i;
    return COLUMN_NONE;
}

/* Gives a field its columns: those of the names, separated by `separator`, that stand in the row, in their order. */
static void choose(const struct header_row *row, struct str names, char separator, enum column column, struct columns *columns)
{
    struct str name;
    size_t     count = 0;
    while (str_next_field(&names, separator, &name)) {
        int found = header_row_find(row, name);
        if (found == COLUMN_NONE || count > COLUMN_CHOICES)
            continue;
        if (count == 0)
            columns->of[column] = found;
        else
            columns->also[column][count - 1] = found;
        count++;
    }
}

static enum column column_named(struct str name)
{
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (str_equal(name, str_of(column_rows[i].name)))
            return (enum column)i;
    return COLUMN_COUNT;
}

static void map_by_tool(const struct header_row *row, const struct export_row *tool, struct columns *columns)
{
    struct str rest = str_of(tool->maps), map, field;
    while (str_next_field(&rest, ' ', &map))
        if (str_next_field(&map, '=', &field)) {
            enum column column = column_named(field);
            require(column != COLUMN_COUNT); /* a row of export.c names a field that there is not */
            choose(row, map, ',', column, columns);
        }
}

/* Synonyms are guesses: the surest that is there, and no other. */
static void map_by_synonyms(const struct header_row *row, struct columns *columns)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        struct str rest = str_of(column_rows[i].synonyms), name;
        while (columns->of[i] == COLUMN_NONE && str_next_field(&rest, ' ', &name))
            columns->of[i] = header_row_find(row, name);
    }
    if (columns->of[COLUMN_AUTHOR] == columns->of[COLUMN_AUTHOR_NAME])
        columns->of[COLUMN_AUTHOR_NAME] = COLUMN_NONE;
    if (columns->of[COLUMN_CLOCK] == columns->of[COLUMN_AT])
        columns->of[COLUMN_CLOCK] = COLUMN_NONE;
    if (columns->of[COLUMN_SEEN] == columns->of[COLUMN_AT])
        columns->of[COLUMN_SEEN] = COLUMN_NONE;
    if (columns->platform.len || columns->of[COLUMN_PLATFORM] != COLUMN_NONE)
        return;
    for (size_t i = 0; i < sizeof header_signs / sizeof header_signs[0] && !columns->platform.len; i++)
        if (header_row_find(row, str_of(header_signs[i].sign)) != COLUMN_NONE)
            columns->platform = str_of(header_signs[i].platform);
}

enum { WORTH_OF_A_TOOL = 1000 };

int columns_map(const struct str *headers, size_t count, const struct column_options *options,
                struct columns *columns_out)
{
    struct header_row row;
    int               known = 0;
    header_row_init(&row, headers, count);
    *columns_out = (struct columns){.header_fields = count, .platform = options->platform, .author = options->author,
                                    .date_order = options->date_order, .zone = options->zone};
    for (int i = 0; i < COLUMN_COUNT; i++) {
        columns_out->of[i] = COLUMN_NONE;
        for (size_t j = 0; j < COLUMN_CHOICES; j++)
            columns_out->also[i][j] = COLUMN_NONE;
    }
    columns_out->tool = options->tool ? options->tool : options->is_plain ? NULL : export_of_headers(&row);
    if (columns_out->tool)
        map_by_tool(&row, columns_out->tool, columns_out);
    else
        map_by_synonyms(&row, columns_out);
    for (size_t i = 0; i < options->override_count; i++) {
        enum column column = options->overrides[i].column;
        if (options->overrides[i].header.len && header_row_find(&row, options->overrides[i].header) == COLUMN_NONE)
            return 0;
        columns_out->of[column] = columns_out->also[column][0] = COLUMN_NONE;
        choose(&row, options->overrides[i].header, '\0', column, columns_out);
    }
    for (int i = 0; i < COLUMN_COUNT; i++)
        known += columns_out->of[i] != COLUMN_NONE;
    bool has_text = columns_out->of[COLUMN_TEXT] != COLUMN_NONE || columns_out->of[COLUMN_TITLE] != COLUMN_NONE;
    if (columns_out->of[COLUMN_AT] == COLUMN_NONE || !has_text)
        return 0;
    return known + (columns_out->tool ? WORTH_OF_A_TOOL : 0);
}

/* ---- one record ---- */

static struct str value_at(const struct str *fields, size_t count, int at)
{
    return at == COLUMN_NONE || (size_t)at >= count ? (struct str){0} : str_trim(fields[at]);
}

static struct str value_of(const struct columns *columns, const struct str *fields, size_t count, enum column column)
{
    struct str value = value_at(fields, count, columns->of[column]);
    for (size_t i = 0; !value.len && i < COLUMN_CHOICES && columns->also[column][i] != COLUMN_NONE; i++)
        value = value_at(fields, count, columns->also[column][i]);
    return value;
}

/* "https://a https://b", "https://a, https://b" and a bracketed list are several. */
static void spread_links(struct post_values *values)
{
    struct str all = values->of[COLUMN_LINK];
    values->of[COLUMN_LINK] = (struct str){0};
    for (size_t at = 0; at < all.len && values->link_count < POST_LINKS_MAX;) {
        if (!str_starts_with(str_slice(all.ptr + at, all.len - at), STR("http"))) {
            at++;
            continue;
        }
        size_t end = at;
        while (end < all.len && !strchr(" ;|\n\r\t\"'<>[]", all.ptr[end]) &&
               !(all.ptr[end] == ',' && (end + 1 == all.len || all.ptr[end + 1] == ' ' || str_starts_with(str_slice(all.ptr + end + 1, all.len - end - 1), STR("http")))))
            end++;
        values->links[values->link_count++] = str_slice(all.ptr + at, end - at);
        at = end;
    }
}

enum error_code columns_assemble(const struct columns *columns, const struct str *fields, size_t count, struct arena *arena,
                                 struct assembled *assembled_out, struct error *error)
{
    if (count > columns->header_fields && str_trim(fields[count - 1]).len)
        return error_set(error, ERROR_INVALID, "%zu fields where the header has %zu", count, columns->header_fields);
    struct post_values values;
    values.link_count = values.media_count = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
        values.of[i] = value_of(columns, fields, count, (enum column)i);
    if (values.of[COLUMN_LINK].len)
        spread_links(&values);
    struct assemble_rules rules = {columns->platform, columns->author, columns->date_order, columns->zone};
    return assemble_post(&values, &rules, arena, assembled_out, error);
}

enum error_code columns_to_post(const struct columns *columns, const struct str *fields, size_t count,
                                struct arena *arena, struct post *post_out, struct error *error)
{
    struct assembled assembled;
    enum error_code  code = columns_assemble(columns, fields, count, arena, &assembled, error);
    *post_out = assembled.post;
    return code;
}
