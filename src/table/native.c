#include "table/native.h"

#include "post/address.h"
#include "text/html.h"

#include <cjson/cJSON.h>
#include <math.h>

const struct native_row native_rows[] = {
    {"tiktok.com", "tiktok", "https://www.tiktok.com/@{author}/video/{id}",
     .images = "video.cover",
     .paths = {[COLUMN_ID] = "id", [COLUMN_AT] = "createTime", [COLUMN_TEXT] = "desc", [COLUMN_AUTHOR] = "author.uniqueId|author",
               [COLUMN_AUTHOR_ID] = "author.id", [COLUMN_AUTHOR_NAME] = "author.nickname|nickname", [COLUMN_FOLLOWERS] = "authorStats.followerCount",
               [COLUMN_LANG] = "textLanguage", [COLUMN_LIKES] = "stats.diggCount", [COLUMN_REPOSTS] = "stats.shareCount",
               [COLUMN_REPLIES] = "stats.commentCount", [COLUMN_VIEWS] = "stats.playCount"}},
    {"tiktok-comments tiktok.com-comments", "tiktok", .kind = "comment",
     .paths = {[COLUMN_ID] = "cid", [COLUMN_AT] = "create_time", [COLUMN_TEXT] = "text", [COLUMN_AUTHOR] = "user.unique_id", [COLUMN_AUTHOR_ID] = "user.uid",
               [COLUMN_AUTHOR_NAME] = "user.nickname", [COLUMN_THREAD] = "aweme_id", [COLUMN_REPLY_TO] = "aweme_id", [COLUMN_LANG] = "comment_language",
               [COLUMN_LIKES] = "digg_count", [COLUMN_REPLIES] = "reply_comment_total"}},
    {"instagram.com", "instagram", "https://www.instagram.com/p/{id}/",
     .images = "image_versions2.candidates.0.url|display_url",
     .paths = {[COLUMN_ID] = "code|shortcode|pk", [COLUMN_AT] = "taken_at|taken_at_timestamp",
               [COLUMN_TEXT] = "caption.text|edge_media_to_caption.edges.0.node.text", [COLUMN_AUTHOR] = "user.username|owner.username",
               [COLUMN_AUTHOR_ID] = "user.pk|user.id|owner.pk|owner.id", [COLUMN_AUTHOR_NAME] = "user.full_name|owner.full_name",
               [COLUMN_LIKES] = "like_count|edge_media_preview_like.count", [COLUMN_REPLIES] = "comment_count|edge_media_to_comment.count",
               [COLUMN_VIEWS] = "play_count|view_count|video_view_count"}},
    {"twitter.com x.com", "twitter", "https://x.com/{author}/status/{id}",
     .links = "legacy.entities.urls.*.expanded_url", .images = "legacy.entities.media.*.media_url_https",
     .paths = {[COLUMN_ID] = "rest_id|legacy.id_str", [COLUMN_AT] = "legacy.created_at",
               [COLUMN_TEXT] = "note_tweet.note_tweet_results.result.text|legacy.full_text",
               [COLUMN_AUTHOR] = "core.user_results.result.core.screen_name|core.user_results.result.legacy.screen_name|user.screen_name",
               [COLUMN_AUTHOR_ID] = "legacy.user_id_str|core.user_results.result.rest_id",
               [COLUMN_AUTHOR_NAME] = "core.user_results.result.core.name|core.user_results.result.legacy.name|user.name",
               [COLUMN_FOLLOWERS] = "core.user_results.result.legacy.followers_count|user.followers_count", [COLUMN_LANG] = "legacy.lang",
               [COLUMN_THREAD] = "legacy.conversation_id_str", [COLUMN_REPLY_TO] = "legacy.in_reply_to_status_id_str",
               [COLUMN_REPOST_OF] = "legacy.retweeted_status_result.result.rest_id|legacy.retweeted_status_result.result.tweet.rest_id",
               [COLUMN_QUOTE_OF] = "legacy.quoted_status_id_str|quoted_status_result.result.rest_id", [COLUMN_LIKES] = "legacy.favorite_count",
               [COLUMN_REPOSTS] = "legacy.retweet_count", [COLUMN_REPLIES] = "legacy.reply_count", [COLUMN_QUOTES] = "legacy.quote_count",
               [COLUMN_VIEWS] = "views.count|ext_views.count"}},
    {"threads.net threads.com", "threads", "https://www.threads.com/@{author}/post/{id}",
     .links = "text_post_app_info.link_preview_attachment.url", .images = "image_versions2.candidates.0.url",
     .paths = {[COLUMN_ID] = "code", [COLUMN_AT] = "taken_at", [COLUMN_TEXT] = "caption.text", [COLUMN_AUTHOR] = "user.username",
               [COLUMN_AUTHOR_ID] = "user.pk|user.id", [COLUMN_AUTHOR_NAME] = "user.full_name", [COLUMN_LIKES] = "like_count",
               [COLUMN_REPOSTS] = "text_post_app_info.repost_count", [COLUMN_REPLIES] = "text_post_app_info.direct_reply_count",
               [COLUMN_QUOTES] = "text_post_app_info.quote_count"}},
    {"truthsocial.com", "truthsocial", .is_html = true, .images = "media_attachments.*.url",
     .paths = {[COLUMN_ID] = "id", [COLUMN_AT] = "created_at", [COLUMN_TEXT] = "content", [COLUMN_AUTHOR] = "account.username",
               [COLUMN_AUTHOR_ID] = "account.id", [COLUMN_AUTHOR_NAME] = "account.display_name", [COLUMN_FOLLOWERS] = "account.followers_count",
               [COLUMN_URL] = "url", [COLUMN_LANG] = "language", [COLUMN_REPLY_TO] = "in_reply_to_id", [COLUMN_REPOST_OF] = "reblog.id",
               [COLUMN_QUOTE_OF] = "quote.id|quote_id", [COLUMN_LIKES] = "favourites_count", [COLUMN_REPOSTS] = "reblogs_count",
               [COLUMN_REPLIES] = "replies_count"}},
    {"gab.com", "gab", .is_html = true, .only = "type=post", .images = "media_attachments.*.url",
     .paths = {[COLUMN_ID] = "id", [COLUMN_AT] = "created_at", [COLUMN_TEXT] = "content", [COLUMN_AUTHOR] = "account.username",
               [COLUMN_AUTHOR_ID] = "account.id", [COLUMN_AUTHOR_NAME] = "account.display_name", [COLUMN_FOLLOWERS] = "account.followers_count",
               [COLUMN_URL] = "url", [COLUMN_REPLY_TO] = "in_reply_to_id", [COLUMN_COMMUNITY] = "group.title", [COLUMN_LIKES] = "reaction_count|favourites_count",
               [COLUMN_REPOSTS] = "reposts_count|reblogs_count", [COLUMN_REPLIES] = "replies_count"}},
    {"pinterest.com", "pinterest", "https://www.pinterest.com/pin/{id}/", .links = "link", .images = "images.orig.url|imageSpec_orig.url",
     .paths = {[COLUMN_ID] = "entityId|id", [COLUMN_AT] = "created_at|createdAt", [COLUMN_TEXT] = "description", [COLUMN_TITLE] = "title",
               [COLUMN_AUTHOR] = "pinner.username", [COLUMN_AUTHOR_NAME] = "pinner.full_name|pinner.fullName", [COLUMN_COMMUNITY] = "board.name"}},
    {"xiaohongshu.com rednote.com", "rednote", "https://www.xiaohongshu.com/explore/{id}",
     .images = "note_card.image_list.0.url_default|image_list.0.url_default|note.imageList.0.urlDefault",
     .paths = {[COLUMN_ID] = "id|note_id", [COLUMN_AT] = "note_card.time|time|note.time", [COLUMN_TEXT] = "note_card.desc|desc|note.desc",
               [COLUMN_TITLE] = "note_card.display_title|display_title|note_card.title|note.title",
               [COLUMN_AUTHOR] = "note_card.user.nickname|user.nickname|note.user.nickname",
               [COLUMN_AUTHOR_ID] = "note_card.user.user_id|user.user_id|note.user.userId",
               [COLUMN_LIKES] = "note_card.interact_info.liked_count|interact_info.liked_count|note.interactInfo.likedCount",
               [COLUMN_REPLIES] = "note_card.interact_info.comment_count|interact_info.comment_count|note.interactInfo.commentCount",
               [COLUMN_REPOSTS] = "note_card.interact_info.share_count|interact_info.share_count|note.interactInfo.shareCount"}},
    {"douyin.com", "douyin", "https://www.douyin.com/video/{id}",
     .paths = {[COLUMN_ID] = "aweme_id|awemeId", [COLUMN_AT] = "create_time|createTime", [COLUMN_TEXT] = "desc",
               [COLUMN_AUTHOR] = "author.nickname|authorInfo.nickname", [COLUMN_AUTHOR_ID] = "author.uid|author_user_id|authorUserId|authorInfo.uid",
               [COLUMN_FOLLOWERS] = "author.follower_count", [COLUMN_LIKES] = "statistics.digg_count|stats.diggCount",
               [COLUMN_REPOSTS] = "statistics.share_count|stats.shareCount", [COLUMN_REPLIES] = "statistics.comment_count|stats.commentCount",
               [COLUMN_VIEWS] = "statistics.play_count|stats.playCount"}},
    {"imgur.com", "imgur", .images = "cover.url",
     .paths = {[COLUMN_ID] = "id", [COLUMN_AT] = "created_at", [COLUMN_TEXT] = "description", [COLUMN_TITLE] = "title", [COLUMN_AUTHOR_ID] = "account_id",
               [COLUMN_AUTHOR] = "account.username", [COLUMN_URL] = "url", [COLUMN_LIKES] = "upvote_count", [COLUMN_REPLIES] = "comment_count",
               [COLUMN_VIEWS] = "view_count"}},
    {"9gag.com", "9gag", .links = "sourceUrl",
     .paths = {[COLUMN_ID] = "id", [COLUMN_AT] = "creationTs", [COLUMN_TEXT] = "description", [COLUMN_TITLE] = "title", [COLUMN_AUTHOR] = "creator.username",
               [COLUMN_AUTHOR_NAME] = "creator.fullName", [COLUMN_URL] = "url", [COLUMN_LIKES] = "upVoteCount", [COLUMN_REPLIES] = "commentsCount"}},
    {"x-archive", "twitter", "https://x.com/{author}/status/{id}", .links = "entities.urls.*.expanded_url", .images = "entities.media.*.media_url_https",
     .paths = {[COLUMN_ID] = "id_str|id", [COLUMN_AT] = "created_at", [COLUMN_TEXT] = "full_text|text", [COLUMN_AUTHOR] = "user.screen_name",
               [COLUMN_AUTHOR_NAME] = "user.name", [COLUMN_LANG] = "lang", [COLUMN_REPLY_TO] = "in_reply_to_status_id_str|in_reply_to_status_id",
               [COLUMN_LIKES] = "favorite_count", [COLUMN_REPOSTS] = "retweet_count"}},
    {0}};

/* ---- Members by path ---- */

static const cJSON *member(const cJSON *object, struct str name)
{
    char key[64];
    if (name.len >= sizeof key)
        return NULL;
    memcpy(key, name.ptr, name.len);
    key[name.len] = '\0';
    if (cJSON_IsArray(object)) {
        int64_t at;
        return str_to_i64(name, &at) && at >= 0 && at < INT32_MAX ? cJSON_GetArrayItem(object, (int)at) : NULL;
    }
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

static struct str text_of(const cJSON *item, struct arena *arena)
{
    char number[40];
    if (cJSON_IsString(item))
        return str_trim(arena_str(arena, str_of(item->valuestring)));
    if (!cJSON_IsNumber(item) || !(fabs(item->valuedouble) <= 0x1p53))
        return (struct str){0};
    bool is_whole = floor(item->valuedouble) == item->valuedouble;
    snprintf(number, sizeof number, is_whole ? "%.0f" : "%.6f", item->valuedouble);
    return arena_str(arena, str_of(number));
}

static struct str by_path(const cJSON *data, struct str path, struct arena *arena)
{
    struct str name;
    while (data && str_next_field(&path, '.', &name))
        data = member(data, name);
    return data ? text_of(data, arena) : (struct str){0};
}

static struct str by_paths(const cJSON *data, const char *paths, struct arena *arena)
{
    struct str rest = str_of(paths), path, found = {0};
    while (!found.len && str_next_field(&rest, '|', &path))
        found = by_path(data, path, arena);
    return found;
}

/* Calls give for each value; * in a path is every place of an array. */
static void by_each_path(const cJSON *data, const char *paths, struct arena *arena, void (*give)(void *context, struct str value), void *context)
{
    const char *star = paths ? strstr(paths, ".*.") : NULL;
    if (!paths)
        return;
    if (!star) {
        struct str one = by_paths(data, paths, arena);
        if (one.len)
            give(context, one);
        return;
    }
    struct str   front = str_slice(paths, (size_t)(star - paths)), behind = str_of(star + 3), name;
    const cJSON *list = data, *item;
    while (list && str_next_field(&front, '.', &name))
        list = member(list, name);
    if (!cJSON_IsArray(list))
        return;
    cJSON_ArrayForEach(item, list) {
        struct str one = by_path(item, behind, arena);
        if (one.len)
            give(context, one);
    }
}

static void give_link(void *context, struct str value)
{
    struct post_values *values = context;
    if (values->link_count < POST_LINKS_MAX)
        values->links[values->link_count++] = value;
}

static void give_image(void *context, struct str value)
{
    struct post_values *values = context;
    if (values->media_count == POST_LINKS_MAX)
        return;
    values->media[values->media_count].type = MEDIA_IMAGE;
    values->media[values->media_count++].url = value;
}

/* ---- Objects ---- */

static const struct native_row *row_of(struct str source)
{
    for (const struct native_row *row = native_rows; row->source; row++) {
        struct str rest = str_of(row->source), name;
        while (str_next_field(&rest, ' ', &name))
            if (str_equal_ascii_nocase(source, name))
                return row;
    }
    return NULL;
}

static struct str address_of(const struct native_row *row, struct post_values *values, const struct assemble_rules *rules, struct arena *arena)
{
    struct str id = post_native_of(str_of(row->platform), values->of[COLUMN_ID], arena), author = values->of[COLUMN_AUTHOR];
    struct buf out = {0};
    if (!author.len)
        author = rules->author;
    if (!id.len)
        return id;
    for (const char *at = row->url; *at; at++) {
        struct str ahead = str_of(at);
        if (str_starts_with(ahead, STR("{id}")))
            buf_append_str(&out, id), at += 3;
        else if (str_starts_with(ahead, STR("{author}")))
            buf_append_str(&out, author.len ? author : STR("i")), at += 7;
        else
            buf_append_char(&out, *at);
    }
    struct str url = out.has_failed ? (struct str){0} : arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return url;
}

static bool is_wanted(const struct native_row *row, const cJSON *data, struct arena *arena)
{
    struct str wanted = str_of(row->only), name;
    if (!row->only || !str_next_field(&wanted, '=', &name))
        return true;
    struct str said = by_path(data, name, arena);
    return !said.len || str_equal(said, wanted);
}

static void take_out_markup(struct post_values *values, struct arena *arena)
{
    struct html_text plain;
    if (html_to_text(values->of[COLUMN_TEXT], (struct str){0}, arena, &plain, NULL))
        return;
    values->of[COLUMN_TEXT] = plain.text;
    for (size_t i = 0; i < plain.link_count; i++)
        give_link(values, plain.links[i]);
}

static enum error_code read_object(const struct native_row *row, const cJSON *data, struct str seen, const struct assemble_rules *rules, struct arena *arena,
                                   struct assembled *out, struct error *error)
{
    struct post_values *values = arena_new(arena, struct post_values);
    if (!values)
        return error_set(error, ERROR_MEMORY, "no memory for a post");
    if (!is_wanted(row, data, arena))
        return error_set(error, ERROR_INVALID, "no post: %s does not hold", row->only);
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (row->paths[i])
            values->of[i] = by_paths(data, row->paths[i], arena);
    by_each_path(data, row->links, arena, give_link, values);
    by_each_path(data, row->images, arena, give_image, values);
    if (!values->of[COLUMN_ID].len)
        return error_set(error, ERROR_INVALID, "id: the object of %s has none", row->source);
    if (!values->of[COLUMN_AT].len)
        return error_set(error, ERROR_INVALID, "at: %s did not say when it was published", row->source);
    if (row->kind)
        values->of[COLUMN_KIND] = str_of(row->kind);
    if (row->url)
        values->of[COLUMN_URL] = address_of(row, values, rules, arena);
    values->of[COLUMN_PLATFORM] = str_of(row->platform);
    values->of[COLUMN_SEEN] = seen;
    struct assemble_rules own = *rules;
    own.platform = str_of(row->platform);
    if (row->is_html)
        take_out_markup(values, arena);
    return assemble_post(values, &own, arena, out, error);
}

static enum error_code read_parsed(enum export_form form, const cJSON *object, const struct assemble_rules *rules, struct arena *arena, struct assembled *out,
                                   struct error *error)
{
    const cJSON *data = object, *note = object;
    if (form == EXPORT_ASSIGNMENT) {
        const cJSON *tweet = cJSON_GetObjectItemCaseSensitive(object, "tweet");
        return read_object(row_of(STR("x-archive")), tweet ? tweet : object, (struct str){0}, rules, arena, out, error);
    }
    if (form == EXPORT_WRAPPED)
        data = cJSON_GetObjectItemCaseSensitive(object, "data");
    else
        note = cJSON_GetObjectItemCaseSensitive(object, "__import_meta");
    struct str source = by_path(note, STR("source_platform"), arena), seen = by_path(note, STR("timestamp_collected"), arena);
    if (!cJSON_IsObject(data) || !source.len)
        return error_set(error, ERROR_INVALID, "the object has no source_platform, or no data");
    const struct native_row *row = row_of(source);
    if (!row)
        return error_set(error, ERROR_INVALID, "source_platform: what '%.*s' sends is not read here", (int)(source.len < 60 ? source.len : 60), source.ptr);
    return read_object(row, data, seen, rules, arena, out, error);
}

enum error_code native_to_post(enum export_form form, struct str object, const struct assemble_rules *rules, struct arena *arena,
                               struct assembled *assembled_out, struct error *error)
{
    const char *end = NULL;
    object = post_without_nul(object, arena);
    cJSON *parsed = cJSON_ParseWithLengthOpts(object.ptr, object.len, &end, false);
    size_t      at = end && end >= object.ptr && end <= object.ptr + object.len ? (size_t)(end - object.ptr) : 0;
    if (!cJSON_IsObject(parsed)) {
        cJSON_Delete(parsed);
        return error_set(error, ERROR_SYNTAX, "no JSON object: it breaks at byte %zu", at + 1);
    }
    enum error_code code = read_parsed(form, parsed, rules, arena, assembled_out, error);
    cJSON_Delete(parsed);
    return code;
}

struct str native_owner(struct str beginning, struct arena *arena)
{
    static const struct str sign = STR("\"expanded_url\"");
    while (beginning.len) {
        const char *at = memmem(beginning.ptr, beginning.len, sign.ptr, sign.len);
        if (!at)
            break;
        beginning = str_slice(at + sign.len, beginning.len - (size_t)(at + sign.len - beginning.ptr));
        struct str rest = beginning, skipped, url;
        if (!str_next_field(&rest, '"', &skipped) || !str_next_field(&rest, '"', &url))
            break;
        struct post_address address;
        bool is_picture = str_contains(url, STR("/photo/")) || str_contains(url, STR("/video/"));
        if (is_picture && post_address_of(url, arena, &address) && str_equal(address.platform, STR("twitter")) && address.handle.len)
            return address.handle;
    }
    return (struct str){0};
}
