/* Within the reader of feeds: which element of which vocabulary says what. */
#ifndef SOURCE_FEEDS_XML_NAMES_H
#define SOURCE_FEEDS_XML_NAMES_H

#include "source/feeds/feed.h"

enum xml_space { XML_OTHER, XML_RSS, XML_ATOM, XML_RDF, XML_DC, XML_CONTENT_SPACE, XML_MRSS, XML_WFW, XML_SLASH, XML_THREAD, XML_ITUNES, XML_AT };

/* Up to XML_MOVED it is said by the text within. */
enum xml_field {
    XML_NOTHING, XML_TITLE, XML_SUMMARY, XML_CONTENT, XML_GUID, XML_LINK, XML_PUBLISHED, XML_UPDATED, XML_AUTHOR, XML_NAME, XML_URI, XML_EMAIL,
    XML_CATEGORY, XML_LANG, XML_COMMENTS_FEED, XML_REPLIES, XML_MEDIA_WORDS, XML_TTL, XML_MOVED,
    XML_LINKED, XML_ENCLOSURE, XML_MEDIA, XML_TERM, XML_REPLY, XML_OUTLINE, /* by attributes */
    XML_CHANNEL, XML_ENTRY, XML_TOMBSTONE, XML_PERSON, XML_SKIP             /* by what is within */
};

enum xml_space xml_space_of(struct str uri, struct str prefix);
enum xml_field xml_field_of(enum feed_kind kind, enum xml_space space, const char *name);

#endif
