/* JSON Schemas of what the trends resource gives and takes. */
#ifndef API_TRENDS_SCHEMA_H
#define API_TRENDS_SCHEMA_H

#define NUM "{\"type\":\"number\"}"
#define NUM0 "{\"type\":[\"number\",\"null\"]}"
#define INT "{\"type\":\"integer\"}"
#define INT0 "{\"type\":[\"integer\",\"null\"]}"
#define TEXT "{\"type\":\"string\"}"
#define TEXT0 "{\"type\":[\"string\",\"null\"]}"
#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
#define TIME0 "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define BOOL "{\"type\":\"boolean\"}"
#define POSTS "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"
#define LIST(of) "{\"type\":\"array\",\"items\":" of "}"
#define IS(name, type) "\"" name "\":" type
#define OBJECT(required, members) "{\"type\":\"object\",\"required\":[" required "],\"properties\":{" members "}}"
#define OBJECT0(members) "{\"type\":[\"object\",\"null\"],\"properties\":{" members "}}"

#define GROWTH OBJECT0(IS("per_h", NUM) "," IS("se", NUM) "," IS("factor", NUM) "," IS("low", NUM) "," IS("high", NUM))
#define PLACES \
    LIST(OBJECT("\"name\",\"posts\"", IS("name", TEXT) "," IS("posts", INT) "," IS("first_at", TIME0) "," IS("lag_s", NUM)))
#define NUMBERS \
    OBJECT("\"dup_share\"", IS("dup_share", NUM) "," IS("top_author_share", NUM) "," IS("effective_voices", NUM) "," \
           IS("synchrony", NUM) "," IS("site_share", NUM))
#define SERIES OBJECT("\"start\",\"step_s\",\"voices\"", IS("start", TIME) "," IS("step_s", NUM) "," IS("voices", LIST(INT)))
#define MUTED OBJECT0(IS("until", TIME0) "," IS("reason", TEXT) "," IS("by", TEXT) "," IS("from", INT0))
#define SPREAD \
    OBJECT("\"of_posts\"", IS("of_posts", INT) "," IS("platform_count", INT) "," IS("platforms", PLACES) "," \
           IS("community_count", INT) "," IS("communities", PLACES))

#define TONE_SHARE \
    OBJECT("\"posts\",\"share\"", IS("posts", INT) "," IS("share", NUM) "," IS("low", NUM) "," IS("high", NUM))
#define TONE \
    OBJECT0(IS("known", INT) "," IS("of_posts", INT) "," IS("negative", TONE_SHARE) "," IS("neutral", TONE_SHARE) "," \
            IS("positive", TONE_SHARE))

#define CARD_REQUIRED \
    "\"id\",\"version\",\"label\",\"terms\",\"is_open\",\"detected_at\",\"posts\",\"voices\",\"z\",\"flags\",\"series\",\"spread\""
#define CARD \
    IS("id", INT) "," IS("version", INT) "," IS("label", TEXT) "," IS("terms", LIST(TEXT)) "," IS("is_open", BOOL) "," \
    IS("is_found_late", BOOL) "," IS("started_at", TIME) "," IS("detected_at", TIME) "," IS("peak_at", TIME0) "," \
    IS("last_post_at", TIME) "," IS("updated_at", TIME) "," IS("closed_at", TIME0) "," IS("posts", INT) "," \
    IS("voices", NUM) "," IS("z", NUM) "," IS("z_peak", NUM) "," IS("growth", GROWTH) "," IS("flags", LIST(TEXT)) "," \
    IS("numbers", NUMBERS) "," IS("series", SERIES) "," IS("muted", MUTED) "," IS("merged_into", INT0) "," \
    IS("joined_to", INT0) "," IS("note_count", INT) "," IS("spread", SPREAD) "," IS("tone", TONE) "," IS("first_voices", POSTS) "," \
    IS("representatives", POSTS)

#define SHORT_TREND \
    OBJECT("\"id\",\"label\"", IS("id", INT) "," IS("label", TEXT) "," IS("detected_at", TIME) "," IS("z_peak", NUM) "," \
           IS("voices", NUM) "," IS("posts", INT) "," IS("flags", LIST(TEXT)))
#define WHY \
    OBJECT("\"observed\",\"expected\",\"z\"", IS("strongest", TEXT) "," IS("observed", NUM) "," IS("expected", NUM) "," \
           IS("window_posts", NUM) "," IS("share", NUM0) "," IS("window_h", NUM) "," IS("longest_window_h", NUM) "," \
           IS("size", NUM) "," IS("deviance", NUM) "," IS("price", NUM) "," IS("z", NUM) "," IS("z_told", NUM))
#define POINT \
    OBJECT("\"at\"", IS("at", TIME) "," IS("posts", INT) "," IS("voices", NUM) "," IS("z", NUM) "," IS("growth", GROWTH) "," \
           IS("flags", LIST(TEXT)))
#define NOTE \
    OBJECT("\"id\",\"at\",\"by\",\"text\"", IS("id", INT) "," IS("at", TIME) "," IS("by", TEXT) "," IS("text", TEXT) "," \
           IS("is_withdrawn", BOOL) "," IS("is_mine", BOOL))
#define LISTENING \
    OBJECT("\"posts\"", IS("first_post_at", TIME0) "," IS("last_post_at", TIME0) "," IS("first_trend_at", TIME0) "," \
           IS("last_trend_at", TIME0) "," IS("trends_at", TIME0) "," IS("posts", INT) "," IS("kept_trends", INT) "," \
           IS("is_replaying", BOOL))
#define DAY \
    OBJECT("\"date\",\"count\",\"trends\"", IS("date", TEXT) "," IS("count", INT) "," IS("flagged", INT) "," \
           IS("muted", INT) "," IS("trends", LIST(SHORT_TREND)))

#define TRENDS_LIST \
    OBJECT("\"trends\",\"next\",\"listening\"", IS("trends", LIST(OBJECT(CARD_REQUIRED, CARD))) "," IS("next", TEXT0) "," \
           IS("listening", LISTENING))
#define TRENDS_ONE \
    OBJECT(CARD_REQUIRED ",\"why\",\"history\",\"notes\"", \
           CARD "," IS("why", WHY) "," IS("history", LIST(POINT)) "," IS("notes", LIST(NOTE)) "," \
           IS("joined", LIST(SHORT_TREND)) "," IS("post_ids", LIST(TEXT)))
#define TRENDS_CALENDAR OBJECT("\"days\"", IS("first", TIME0) "," IS("last", TIME0) "," IS("days", LIST(DAY)))
#define TRENDS_QUERY \
    OBJECT("\"query\",\"time\",\"covers\",\"precise\"", IS("query", TEXT) "," IS("time", TEXT) "," IS("covers", NUM) "," \
           IS("precise", NUM) "," IS("matches", INT) "," IS("sampled", INT))

#define VERSION IS("version", "{\"type\":\"integer\",\"minimum\":1}")
#define TRENDS_TAKES_MERGE OBJECT("\"into\"", IS("into", "{\"type\":\"integer\",\"minimum\":1}") "," VERSION)
#define TRENDS_TAKES_MUTE \
    OBJECT("", IS("until", TIME) "," IS("reason", "{\"type\":\"string\",\"maxLength\":400}") "," VERSION)
#define TRENDS_TAKES_NOTE OBJECT("\"text\"", IS("text", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":4000}"))

#endif
