#include "source/feeds/xml_names.h"

/* Without "http://", "https://" and a last / or #. prefix: what it is mostly called, for feeds that forget to declare it. */
static const struct {
    const char    *uri, *prefix;
    enum xml_space space;
} spaces[] = {
    {"purl.org/rss/1.0", "rss", XML_RSS},
    {"my.netscape.com/rdf/simple/0.9", "", XML_RSS},
    {"channel.netscape.com/rdf/simple/0.9", "", XML_RSS},
    {"backend.userland.com/rss2", "", XML_RSS},
    {"backend.userland.com/rss", "", XML_RSS},
    {"blogs.law.harvard.edu/tech/rss", "", XML_RSS},
    {"www.w3.org/2005/atom", "atom", XML_ATOM},
    {"purl.org/atom/ns", "", XML_ATOM},
    {"www.w3.org/1999/02/22-rdf-syntax-ns", "rdf", XML_RDF},
    {"purl.org/dc/elements/1.1", "dc", XML_DC},
    {"purl.org/dc/terms", "dcterms", XML_DC},
    {"purl.org/rss/1.0/modules/content", "content", XML_CONTENT_SPACE},
    {"search.yahoo.com/mrss", "media", XML_MRSS},
    {"wellformedweb.org/commentapi", "wfw", XML_WFW},
    {"purl.org/rss/1.0/modules/slash", "slash", XML_SLASH},
    {"purl.org/syndication/thread/1.0", "thr", XML_THREAD},
    {"www.itunes.com/dtds/podcast-1.0.dtd", "itunes", XML_ITUNES},
    {"purl.org/atompub/tombstones/1.0", "at", XML_AT},
};

enum xml_space xml_space_of(struct str uri, struct str prefix)
{
    const struct str beginnings[] = {STR("http://"), STR("https://")};
    for (size_t i = 0; i < 2; i++)
        if (str_starts_with(uri, beginnings[i]))
            uri = str_slice(uri.ptr + beginnings[i].len, uri.len - beginnings[i].len);
    while (uri.len && (uri.ptr[uri.len - 1] == '/' || uri.ptr[uri.len - 1] == '#'))
        uri.len--;
    if (uri.len == 0 && prefix.len == 0)
        return XML_RSS; /* none: RSS's own, or an Atom feed that forgot its own */
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (uri.len ? str_equal_ascii_nocase(uri, str_of(spaces[i].uri)) : str_equal(prefix, str_of(spaces[i].prefix)))
            return spaces[i].space;
    return XML_OTHER;
}

static const struct row {
    enum xml_space space;
    const char    *name;
    enum xml_field field;
} rss[] = {
    {XML_RSS, "channel", XML_CHANNEL},       {XML_RSS, "item", XML_ENTRY},              {XML_RSS, "title", XML_TITLE},
    {XML_RSS, "description", XML_SUMMARY},   {XML_RSS, "guid", XML_GUID},               {XML_RSS, "link", XML_LINK},
    {XML_RSS, "pubDate", XML_PUBLISHED},     {XML_RSS, "pubdate", XML_PUBLISHED},       {XML_RSS, "lastBuildDate", XML_UPDATED},
    {XML_RSS, "author", XML_AUTHOR},         {XML_RSS, "managingEditor", XML_AUTHOR},   {XML_RSS, "category", XML_CATEGORY},
    {XML_RSS, "language", XML_LANG},         {XML_RSS, "ttl", XML_TTL},                 {XML_RSS, "enclosure", XML_ENCLOSURE},
    {XML_RSS, "image", XML_SKIP},            {XML_RSS, "textInput", XML_SKIP},          {XML_RSS, "textinput", XML_SKIP},
    {XML_RSS, "source", XML_SKIP},           {XML_RSS, "comments", XML_SKIP},           {XML_RSS, "cloud", XML_SKIP},
    {XML_CONTENT_SPACE, "encoded", XML_CONTENT}, {XML_ATOM, "link", XML_LINKED},        {XML_ATOM, "summary", XML_SUMMARY},
    {XML_ATOM, "content", XML_CONTENT},      {XML_ATOM, "updated", XML_UPDATED},        {XML_ATOM, "published", XML_PUBLISHED},
    {XML_ATOM, "author", XML_PERSON},        {XML_ATOM, "name", XML_NAME},              {XML_ATOM, "uri", XML_URI},
    {XML_ATOM, "email", XML_EMAIL},          {XML_ATOM, "contributor", XML_SKIP},
};

static const struct row atom[] = {
    {XML_ATOM, "entry", XML_ENTRY},          {XML_ATOM, "title", XML_TITLE},            {XML_ATOM, "summary", XML_SUMMARY},
    {XML_ATOM, "content", XML_CONTENT},      {XML_ATOM, "id", XML_GUID},                {XML_ATOM, "link", XML_LINKED},
    {XML_ATOM, "published", XML_PUBLISHED},  {XML_ATOM, "issued", XML_PUBLISHED},       {XML_ATOM, "created", XML_PUBLISHED},
    {XML_ATOM, "updated", XML_UPDATED},      {XML_ATOM, "modified", XML_UPDATED},       {XML_ATOM, "author", XML_PERSON},
    {XML_ATOM, "contributor", XML_SKIP},     {XML_ATOM, "source", XML_SKIP},            {XML_ATOM, "category", XML_TERM},
    {XML_ATOM, "name", XML_NAME},            {XML_ATOM, "uri", XML_URI},                {XML_ATOM, "url", XML_URI},
    {XML_ATOM, "email", XML_EMAIL},          {XML_AT, "deleted-entry", XML_TOMBSTONE},
};

static const struct row both[] = {
    {XML_DC, "title", XML_TITLE},            {XML_DC, "description", XML_SUMMARY},      {XML_DC, "creator", XML_AUTHOR},
    {XML_DC, "author", XML_AUTHOR},          {XML_DC, "date", XML_PUBLISHED},           {XML_DC, "created", XML_PUBLISHED},
    {XML_DC, "issued", XML_PUBLISHED},       {XML_DC, "modified", XML_UPDATED},         {XML_DC, "subject", XML_CATEGORY},
    {XML_DC, "language", XML_LANG},          {XML_MRSS, "content", XML_MEDIA},          {XML_MRSS, "thumbnail", XML_MEDIA},
    {XML_MRSS, "title", XML_MEDIA_WORDS},    {XML_MRSS, "description", XML_MEDIA_WORDS}, {XML_MRSS, "credit", XML_SKIP},
    {XML_WFW, "commentRss", XML_COMMENTS_FEED}, {XML_WFW, "commentRSS", XML_COMMENTS_FEED}, {XML_SLASH, "comments", XML_REPLIES},
    {XML_THREAD, "total", XML_REPLIES},      {XML_THREAD, "in-reply-to", XML_REPLY},    {XML_ITUNES, "author", XML_AUTHOR},
    {XML_ITUNES, "summary", XML_SUMMARY},    {XML_ITUNES, "new-feed-url", XML_MOVED},   {XML_AT, "deleted-entry", XML_TOMBSTONE},
};

static enum xml_field look_up(const struct row *rows, size_t count, enum xml_space space, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].space == space && strcmp(rows[i].name, name) == 0)
            return rows[i].field;
    return XML_NOTHING;
}

enum xml_field xml_field_of(enum feed_kind kind, enum xml_space space, const char *name)
{
    enum xml_field field = XML_NOTHING;
    if (kind == FEED_OPML)
        return strcmp(name, "outline") == 0 ? XML_OUTLINE : XML_NOTHING;
    if (kind == FEED_RSS)
        field = look_up(rss, sizeof rss / sizeof *rss, space, name);
    else
        field = look_up(atom, sizeof atom / sizeof *atom, space == XML_RSS ? XML_ATOM : space, name);
    return field ? field : look_up(both, sizeof both / sizeof *both, space, name);
}
