/* Words of other listening and search tools, so that a query pasted from one runs or is explained. */
#include "query/parse.h"

#include <stdio.h>

/* Fields. Where field is not FIELD_COUNT the meaning is the same and the query runs. */
static const struct {
    const char      *name;
    enum query_field field;
    const char      *help;
} foreign_fields[] = {
    {"hashtag", FIELD_TAG, NULL},
    {"hashtags", FIELD_TAG, NULL},
    {"tags", FIELD_TAG, NULL},
    {"mentions", FIELD_MENTION, NULL},
    {"at_mentions", FIELD_MENTION, NULL},
    {"language", FIELD_LANG, NULL},
    {"from", FIELD_AUTHOR, NULL},
    {"subreddit", FIELD_COMMUNITY, NULL},
    {"channel", FIELD_COMMUNITY, NULL},
    {"domain", FIELD_SITE, NULL},
    {"before", FIELD_UNTIL, NULL},
    {"after", FIELD_SINCE, NULL},
    {"links", FIELD_COUNT, "here: link:example.com/page for links that begin so, site:example.com for links to a site"},
    {"sourcetype", FIELD_COUNT, "here: platform:reddit for where it was published, kind:comment for its form"},
    {"source", FIELD_COUNT, "here: platform:reddit, or site:example.com for links to a site"},
    {"pagetype", FIELD_COUNT, "here: platform:reddit, or kind:comment"},
    {"engagementtype", FIELD_COUNT, "here: has:reply, has:repost or has:quote"},
    {"posttype", FIELD_COUNT, "here: has:image, has:video, has:link, has:reply and so on"},
    {"filter", FIELD_COUNT, "here: has:link, has:image, has:reply and so on"},
    {"is", FIELD_COUNT, "here: has:reply, has:repost or has:quote"},
    {"title", FIELD_COUNT, "a post has no title here: write the words alone"},
    {"text", FIELD_COUNT, "words are looked for in the text: write them alone"},
    {"content", FIELD_COUNT, "words are looked for in the text: write them alone"},
    {"to", FIELD_COUNT, "here: mention:name, or has:reply"},
    {"engagement", FIELD_COUNT, "here: likes:>100, reposts:>100 or replies:>100"},
    {"retweets", FIELD_REPOSTS, NULL},
    {"shares", FIELD_REPOSTS, NULL},
    {"min_faves", FIELD_COUNT, "here: likes:>=100"},
    {"min_retweets", FIELD_COUNT, "here: reposts:>=100"},
    {"min_replies", FIELD_COUNT, "here: replies:>=100"},
    {"authorfollowers", FIELD_COUNT, "here: followers:>1000 or followers:1000..5000"},
    {"reach", FIELD_COUNT, "reach is an estimate and not a field; followers:>10000 is counted"},
    {"impressions", FIELD_COUNT, "impressions are an estimate and not a field; followers:>10000 is counted"},
    {"country", FIELD_COUNT, "a post's place is rarely known, so there is no field for it; lang:en tells the language"},
    {"sourcecountry", FIELD_COUNT,
     "a post's place is rarely known, so there is no field for it; lang:en tells the language"},
    {"region", FIELD_COUNT, "a post's place is rarely known, so there is no field for it; lang:en tells the language"},
    {"city", FIELD_COUNT, "a post's place is rarely known, so there is no field for it; lang:en tells the language"},
    {"continent", FIELD_COUNT,
     "a post's place is rarely known, so there is no field for it; lang:en tells the language"},
    {"location", FIELD_COUNT,
     "a post's place is rarely known, so there is no field for it; lang:en tells the language"},
    {"gender", FIELD_COUNT, "who an author is can only be guessed, so there is no field for it"},
    {"authorgender", FIELD_COUNT, "who an author is can only be guessed, so there is no field for it"},
    {"sentiment", FIELD_COUNT,
     "there is no field for tone; look for the words people use: broken OR useless OR thanks"},
};

enum { FOREIGN_COUNT = sizeof foreign_fields / sizeof foreign_fields[0] };

enum query_field foreign_field(struct str name)
{
    for (size_t i = 0; i < FOREIGN_COUNT; i++)
        if (str_equal_ascii_nocase(name, str_of(foreign_fields[i].name)))
            return foreign_fields[i].field;
    return FIELD_COUNT;
}

const char *foreign_field_help(struct str name)
{
    for (size_t i = 0; i < FOREIGN_COUNT; i++)
        if (str_equal_ascii_nocase(name, str_of(foreign_fields[i].name)))
            return foreign_fields[i].help;
    return NULL;
}

/* Operators. */
static const struct {
    const char *word, *help;
} foreign_words[] = {
    {"&&", "here: AND, or nothing at all: words side by side are AND"},
    {"&", "words side by side are AND; raw:\"&\" looks for the character"},
    {"||", "here: OR"},
    {"|", "here: OR"},
    {"ANDNOT", "here: NOT"},
    {"XOR", "here: (a NOT b) OR (b NOT a)"},
    {"SENTENCE", "sentences are not known here; NEAR/10 comes close"},
    {"PARAGRAPH", "paragraphs are not known here; NEAR/50 comes close"},
};

/* Distances: the letters before the slash, and what to write here. */
static const struct {
    const char *letters, *ours;
} foreign_nears[] = {{"W", "NEAR"}, {"N", "NEAR"}, {"ADJ", "ONEAR"}, {"PRE", "ONEAR"}, {"WITHIN", "NEAR"}};

static bool fail_operator(struct parser *parser, const struct lexeme *word, const char *help)
{
    char word_shown[SHOWN_BYTES];
    source_fail(&parser->source, word->start, ERROR_SYNTAX, help, "%s is an operator of other tools",
                shown(word->text, word_shown));
    return true;
}

/* Upper-case letters, a slash and digits: W/5, PRE/3. */
static bool foreign_distance(struct parser *parser, const struct lexeme *word)
{
    struct str  rest = word->text, letters, number;
    int64_t     distance;
    char        help[64];
    if (!str_next_field(&rest, '/', &letters) || !str_next_field(&rest, '/', &number) ||
        !str_to_i64(number, &distance) || distance < 0)
        return false;
    for (size_t i = 0; i < sizeof foreign_nears / sizeof foreign_nears[0]; i++) {
        if (!str_equal(letters, str_of(foreign_nears[i].letters)))
            continue;
        snprintf(help, sizeof help, "here: %s/%lld", foreign_nears[i].ours,
                 (long long)(distance < QUERY_MAX_NEAR ? distance : QUERY_MAX_NEAR));
        return fail_operator(parser, word, help);
    }
    return false;
}

bool foreign_word(struct parser *parser, const struct lexeme *word)
{
    struct str s = word->text, field;
    int64_t    number;
    char       first = s.len ? s.ptr[0] : 0, help[SHOWN_BYTES];
    for (size_t i = 0; i < sizeof foreign_words / sizeof foreign_words[0]; i++)
        if (str_equal(s, str_of(foreign_words[i].word)))
            return fail_operator(parser, word, foreign_words[i].help);
    if (foreign_distance(parser, word))
        return true;
    if (first == '~' && s.len > 1 && str_to_i64(str_slice(s.ptr + 1, s.len - 1), &number))
        return fail_operator(parser, word, "here: lost NEAR/5 bag instead of \"lost bag\"~5");
    if (first == '!' && s.len > 1 && s.ptr[1] != '!')
        return fail_operator(parser, word, "here: NOT word, or -word");
    if (first == '{' && s.len > 2)
        return fail_operator(parser, word, "here: case:\"BP\" for a word exactly as written");
    struct str rest = s;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        field = str_of(query_fields[i].name);
        if (query_fields[i].value != VALUE_NUMBER || s.len <= field.len ||
            !str_equal_ascii_nocase(str_slice(s.ptr, field.len), field))
            continue;
        rest = str_slice(s.ptr + field.len, s.len - field.len);
        if (!strchr("<>=", rest.ptr[0]))
            continue;
        snprintf(help, sizeof help, "here: %s:>100 (with a colon)", query_fields[i].name);
        return fail_operator(parser, word, help);
    }
    return false;
}
