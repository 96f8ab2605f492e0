#include "query/query.h"

const struct query_field_row query_fields[FIELD_COUNT] = {
    {FIELD_AUTHOR, "author", VALUE_TEXT, true, "author:jetblue",
     "the author's handle or id; capitals and a leading @ do not matter"},
    {FIELD_PLATFORM, "platform", VALUE_TEXT, true, "platform:reddit", "where the post was published"},
    {FIELD_COMMUNITY, "community", VALUE_TEXT, true, "community:travel", "the subreddit, channel or group"},
    {FIELD_KIND, "kind", VALUE_TEXT, true, "kind:comment", "post, comment, message, article or review"},
    {FIELD_LANG, "lang", VALUE_TEXT, false, "lang:en", "the language, by its two-letter code"},
    {FIELD_TAG, "tag", VALUE_TEXT, true, "tag:fleek", "a #tag in the text; the same as #fleek"},
    {FIELD_MENTION, "mention", VALUE_TEXT, true, "mention:united", "an @name in the text; the same as @united"},
    {FIELD_LINK, "link", VALUE_TEXT, true, "link:nytimes.com/2015",
     "a link of the post that begins so; http://, https:// and www. do not matter"},
    {FIELD_SITE, "site", VALUE_TEXT, true, "site:bbc.co.uk", "a link to this site or one below it (news.bbc.co.uk)"},
    {FIELD_URL, "url", VALUE_TEXT, true, "url:reddit.com/r/travel", "the address of the post itself begins so"},
    {FIELD_THREAD, "thread", VALUE_TEXT, false, "thread:reddit:t3_abc",
     "the thread that the post stands in, by the id of its first post"},
    {FIELD_HAS, "has", VALUE_FLAG, false, "has:image", "what the post holds or is"},
    {FIELD_LIKES, "likes", VALUE_NUMBER, false, "likes:>100", "likes, where the platform tells them"},
    {FIELD_REPOSTS, "reposts", VALUE_NUMBER, false, "reposts:10..50", "reposts, where the platform tells them"},
    {FIELD_REPLIES, "replies", VALUE_NUMBER, false, "replies:0", "replies, where the platform tells them"},
    {FIELD_FOLLOWERS, "followers", VALUE_NUMBER, false, "followers:>=10000",
     "followers of the author when the post was captured"},
    {FIELD_SINCE, "since", VALUE_TIME, false, "since:2015-02-20", "published at this time or later"},
    {FIELD_UNTIL, "until", VALUE_TIME, false, "until:24h", "published before this time"},
    {FIELD_ID, "id", VALUE_TEXT, false, "id:twitter:1234", "one post, by its id"},
};

const struct query_has_row query_has_flags[HAS_COUNT] = {
    {HAS_LINK, "link", "a link, in the text or beside it"},
    {HAS_IMAGE, "image", "a picture"},
    {HAS_VIDEO, "video", "a video"},
    {HAS_AUDIO, "audio", "a sound recording"},
    {HAS_MEDIA, "media", "anything attached: picture, video, sound or other"},
    {HAS_TAG, "tag", "a #tag"},
    {HAS_MENTION, "mention", "an @name"},
    {HAS_EMOJI, "emoji", "an emoji"},
    {HAS_REPLY, "reply", "it answers another post"},
    {HAS_REPOST, "repost", "it repeats another post"},
    {HAS_QUOTE, "quote", "it quotes another post"},
    {HAS_QUESTION, "question", "a question mark, outside links"},
};

const char *const query_compare_signs[5] = {"", "<", "<=", ">", ">="};
