#include "table/export.h"

#define UNSEEN "Fixtures of ours, written from field lists in public code that reads such files; no real export has been read yet."

const struct export_row export_rows[] = {
    {"brandwatch", "Brandwatch", EXPORT_TABLE,
     "query_name|query_id date url full_text|snippet thread_entry_type|page_type|content_source_name|content_source",
     "at=date text=full_text,snippet title=title url=url platform=page_type,content_source_name,content_source kind=thread_entry_type author=author "
     "author_name=full_name lang=language followers=x_followers,twitter_followers,instagram_followers "
     "likes=x_likes,twitter_likes,instagram_likes,facebook_likes,tiktok_likes,youtube_likes,likes "
     "reposts=x_reposts,x_retweets,twitter_retweets,facebook_shares,tiktok_shares,shares "
     "replies=x_replies,twitter_reply_count,twitter_replies,facebook_comments,instagram_comments,tiktok_comments,youtube_comments,comments "
     "reply_to=x_reply_to,twitter_reply_to repost_of=x_repost_of,twitter_retweet_of link=expanded_urls community=subreddit site=domain seen=added",
     "UTC",
     "Sentiment, Reach, Impressions, Impact, Gender, Account Type, Country and Region: estimated by the tool. Assignment, Status, Categories: its own work. "
     "Resource Id, Thread Id: its own numbers.",
     UNSEEN},
    {"talkwalker", "Talkwalker", EXPORT_TABLE,
     "url published content|content_snippet source_type|extra_source_attributes_name|extra_author_attributes_short_name|extra_author_attributes_name",
     "at=published text=content,content_snippet title=title,title_snippet url=url platform=source_type kind=source_type "
     "author=extra_author_attributes_short_name,extra_author_attributes_name author_name=extra_author_attributes_name lang=lang "
     "likes=article_extended_attributes_twitter_likes,article_extended_attributes_facebook_likes,article_extended_attributes_instagram_likes,"
     "article_extended_attributes_youtube_likes,article_extended_attributes_tiktok_likes "
     "reposts=article_extended_attributes_twitter_retweets,article_extended_attributes_twitter_shares,article_extended_attributes_facebook_shares "
     "replies=article_extended_attributes_num_comments views=article_extended_attributes_youtube_views,article_extended_attributes_tiktok_views "
     "followers=source_extended_attributes_twitter_followers,source_extended_attributes_instagram_followers "
     "site=domain_url,host_url,extra_source_attributes_name seen=indexed,search_indexed",
     NULL,
     "sentiment, reach, engagement, trending_score, gender, age, world_data and all of demographics: estimated by the tool. tags_internal, matched_profile: its own work.",
     UNSEEN},
    {"meltwater", "Meltwater", EXPORT_TABLE,
     "date|alternate_date_format url hit_sentence|opening_text influencer|author|author_name input_name|keywords|keyphrases|key_phrases|reach|ave|document_tags",
     "at=date,alternate_date_format clock=time text=hit_sentence,opening_text title=headline,title url=url id=tweet_id,post_id "
     "author=influencer,author_handle,author author_name=author_name lang=language followers=twitter_followers,x_followers,followers "
     "likes=likes,twitter_likes,x_likes reposts=reposts,shares,retweets replies=replies,comments quotes=quotes views=views "
     "reply_to=parent_url site=source,source_name,source_domain community=subregion",
     NULL,
     "Reach, Desktop Reach, Mobile Reach, National Viewership, AVE, Social Echo, Sentiment, Key Phrases, Country and Region: estimated by the tool. "
     "Engagement: a sum of figures that stand beside it. Input Name, Keywords, Document Tags: its own work.",
     UNSEEN},
    {"4cat", "4CAT", EXPORT_TABLE, "id thread_id body timestamp author|account_username|author_nickname|author_user_id",
     "at=unix_timestamp,timestamp text=body title=subject id=id url=url,post_url,tiktok_url,link,permalink author=author,account_username "
     "author_id=author_id,account_id,author_user_id author_name=author_fullname,author_full,author_name,account_display_name,author_nickname "
     "followers=author_followers,account_followers,account_followers_count thread=thread_id "
     "likes=likes,like_count,num_likes,digg_count,upvotes,reaction_count,score "
     "reposts=shares,reposts,retweet_count,share_count,reposts_count,reblogs_count "
     "replies=comments,replies,reply_count,num_comments,comment_count,replies_count quotes=quote_count,quotes "
     "views=plays,impression_count,play_count,views lang=language_guess,language,lang link=urls,link_url community=subreddit,board "
     "platform=platform site=domain",
     NULL, "What 4CAT's processors add (scores, topics, classifications).", UNSEEN},
    {"zeeschuimer", "Zeeschuimer", EXPORT_WRAPPED, "", "", "UTC",
     "Which pages were open and in what order (nav_index, source_url, user_agent). LinkedIn, Facebook and Parler are refused by name: the shape of their "
     "objects could not be established.",
     "Fixtures of ours, written from the public code of Zeeschuimer and 4CAT; no real export has been read yet."},
    {"4cat-ndjson", "4CAT (NDJSON)", EXPORT_ANNOTATED, "", "", "UTC", "What 4CAT's processors add.",
     "Fixtures of ours, written from the public code of 4CAT; no real export has been read yet."},
    {"x-archive", "X archive", EXPORT_ASSIGNMENT, "", "", "UTC",
     "Everything but tweets.js: messages, followers, advertising, likes. The archive does not name its owner in that file: say who it is.",
     "Fixtures of ours, written from public code that reads such archives; no real archive has been read yet."},
    {0}};

const struct export_row *export_by_name(struct str name)
{
    for (const struct export_row *row = export_rows; row->name; row++)
        if (str_equal(name, str_of(row->name)))
            return row;
    return NULL;
}

static bool stands_in(const struct header_row *headers, struct str sign)
{
    struct str rest = sign, one;
    while (str_next_field(&rest, '|', &one))
        if (header_row_find(headers, one) != COLUMN_NONE)
            return true;
    return false;
}

const struct export_row *export_of_headers(const struct header_row *headers)
{
    const struct export_row *best = NULL;
    size_t                   most = 0;
    for (const struct export_row *row = export_rows; row->name; row++) {
        struct str rest = str_of(row->signs), sign;
        size_t     seen = 0;
        bool       has_all = row->form == EXPORT_TABLE;
        while (has_all && str_next_field(&rest, ' ', &sign)) {
            has_all = stands_in(headers, sign);
            seen++;
        }
        if (has_all && seen > most) {
            best = row;
            most = seen;
        }
    }
    return best;
}

/* The first line, as far as it is there: a sign in a later post's text is none. */
static struct str first_line(struct str s)
{
    const char *end = s.len ? memchr(s.ptr, '\n', s.len) : NULL;
    return end ? str_slice(s.ptr, (size_t)(end - s.ptr)) : s;
}

const struct export_row *export_of_beginning(struct str beginning)
{
    struct str text = str_trim(str_starts_with(beginning, STR("\xef\xbb\xbf")) ? str_slice(beginning.ptr + 3, beginning.len - 3) : beginning);
    if (str_starts_with(text, STR("window.YTD.tweet")))
        return export_by_name(STR("x-archive"));
    if (!str_starts_with(text, STR("{")))
        return NULL;
    struct str line = first_line(text);
    if (str_contains(line, STR("\"source_platform\"")) && str_contains(line, STR("\"timestamp_collected\"")))
        return export_by_name(str_contains(line, STR("\"__import_meta\"")) ? STR("4cat-ndjson") : STR("zeeschuimer"));
    return NULL;
}
