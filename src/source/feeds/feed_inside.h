/* Within the reader of feeds. */
#ifndef SOURCE_FEEDS_FEED_INSIDE_H
#define SOURCE_FEEDS_FEED_INSIDE_H

#include "base/buf.h"
#include "source/feeds/feed.h"

enum error_code feed_read_xml(struct str body, struct str charset, struct str address, struct arena *arena, struct feed *feed, struct error *error);
enum error_code feed_read_json(struct str body, struct str address, struct arena *arena, struct feed *feed, struct error *error);
enum error_code feed_read_page(struct str body, struct str address, struct arena *arena, struct feed *feed, struct error *error);

/* The next entry, empty; NULL over the maximum (counted) or without memory. */
struct feed_entry *feed_add_entry(struct feed *feed, struct arena *arena);
bool               feed_add_outline(struct feed *feed, struct arena *arena, struct str address);
void               feed_add_category(struct feed_entry *entry, struct str category);
/* mime or medium ("image") says what it is; else the ending of the address does. Empty and double addresses are left out. */
struct feed_media *feed_add_media(struct feed_entry *entry, struct str url, struct str mime, struct str alt);
/* "mail@example.org (Name)", "Name <mail@example.org>", "Name". */
struct feed_person feed_person_of(struct str text);

/* ---- Bytes that are not as they should be ---- */

/* The first line says UTF-8. */
bool feed_is_utf8(struct str body);
/* True where body is not UTF-8 and has no character of more than one byte that is: then it is what old Western programs write, and out has it as
 * UTF-8. */
bool feed_from_windows_1252(struct str body, struct buf *out);
/* Puts right: & that begin nothing, tags of HTML that have no end (<br>), control characters. False where there was nothing. */
bool feed_mend(struct str body, struct buf *out);

#endif
