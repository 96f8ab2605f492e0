/* RSS, Atom and OPML through libxml2's push parser: its events alone, no tree. Nothing is fetched, no entity that a document declares is known to
 * anybody, and a name of HTML (&nbsp;) is its character. Broken XML is read on (RECOVER); what was broken is counted. */
#include "source/feeds/feed_inside.h"
#include "source/feeds/xml_names.h"

#include "base/utf8.h"
#include "text/html.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

enum {
    DEPTH_MAX = 100,
    CHUNK_BYTES = 4096,
    TAG_ATTRIBUTES_MAX = 500, /* libxml2 looks for doubles among them, each with each */
    TAG_LOOK_BYTES = 8 * 1024,
    DOCTYPE_MAX_BYTES = 64 * 1024,
    ENTITIES_MAX = 64
};

struct place { /* what xml:base and xml:lang say at a depth */
    struct str base, lang;
};

struct feed_reader {
    struct arena      *arena;
    struct feed       *feed;
    struct str         address;
    xmlParserCtxtPtr   context;
    int                depth;
    struct place       places[4]; /* 0: the document, 1: its root or channel, 2: the entry, 3: the text */
    struct feed_entry *entry;     /* open now; its depth */
    int                entry_depth;
    bool               is_entry_lost; /* over the maximum: read past */
    int                person_depth; /* within an Atom author; 0: not */
    struct feed_person person;
    int                skip_depth; /* within what is not for us; 0: not */
    /* The text that is being read; 0: none. */
    enum xml_field     field;
    int                field_depth;
    bool               field_is_html, field_is_markup; /* markup: its tags are written out as HTML */
    struct buf         words;
    struct feed_media *media;     /* the last one, for its description */
    char               entity_content[8];
    xmlEntity          entity;
    const char        *refusal; /* why reading stopped */
    bool               has_no_memory, has_root_ended;
};

static struct str str_of_xml(const xmlChar *text)
{
    return str_of((const char *)text);
}

/* Reading ends behind the chunk. (To stop libxml2 within an event would free what its arguments point to.) */
static void refuse(struct feed_reader *reader, const char *why)
{
    reader->refusal = reader->refusal ? reader->refusal : why;
}

/* ---- Attributes: five pointers each, the value neither ended nor with its & undone ---- */

static struct str attribute(struct feed_reader *reader, const xmlChar **attributes, int count, const char *prefix, const char *name)
{
    for (int i = 0; i < count; i++, attributes += 5) {
        const char *given = (const char *)attributes[1];
        bool        has_prefix = given != NULL && given[0] != '\0';
        if (strcmp((const char *)attributes[0], name) != 0 || (prefix ? !has_prefix || strcmp(given, prefix) != 0 : has_prefix))
            continue;
        size_t     len = (size_t)(attributes[4] - attributes[3]);
        struct str raw = str_slice((const char *)attributes[3], len);
        if (len > FEED_SHORT_MAX_BYTES)
            return (struct str){0};
        struct str value = html_unescape(reader->arena, str_trim(raw));
        reader->has_no_memory = reader->has_no_memory || !value.ptr;
        return value;
    }
    return (struct str){0};
}

#define ATTRIBUTE(name) attribute(reader, attributes, attribute_count, NULL, (name))

static struct str base_of(const struct feed_reader *reader)
{
    for (int i = 3; i > 0; i--)
        if (reader->places[i].base.len)
            return reader->places[i].base;
    return reader->address;
}

static struct str lang_of(const struct feed_reader *reader)
{
    for (int i = 3; i > 0; i--)
        if (reader->places[i].lang.len)
            return reader->places[i].lang;
    return (struct str){0};
}

static struct str address_of(struct feed_reader *reader, struct str reference)
{
    return reference.len ? html_resolve(reader->arena, base_of(reader), reference) : reference;
}

static void enter_place(struct feed_reader *reader, int place, const xmlChar **attributes, int attribute_count)
{
    struct str base = attribute(reader, attributes, attribute_count, "xml", "base"), lang = attribute(reader, attributes, attribute_count, "xml", "lang");
    for (int i = place; i < 4; i++)
        reader->places[i] = (struct place){0};
    reader->places[place] = (struct place){address_of(reader, base), lang};
}

/* ---- Markup within a text, written out again as HTML ---- */

static void write_escaped(struct buf *out, struct str text)
{
    for (size_t at = 0, first = 0; at <= text.len; at++) {
        const char *escaped = at == text.len ? "" : text.ptr[at] == '<' ? "&lt;" : text.ptr[at] == '&' ? "&amp;" : text.ptr[at] == '"' ? "&quot;" : NULL;
        if (!escaped)
            continue;
        buf_append(out, text.ptr + first, at - first);
        buf_append_str(out, str_of(escaped));
        first = at + 1;
    }
}

static bool is_void(const char *name)
{
    static const char *const names[] = {"br", "hr", "img", "wbr", "input", "source", "embed", "area", "col", "link", "meta", "base", "param", "track"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void write_tag(struct feed_reader *reader, const char *name, const xmlChar **attributes, int count)
{
    struct buf *out = &reader->words;
    if (!reader->field_is_markup) { /* the first tag in a plain text: what stood before it was plain */
        struct buf before = reader->words;
        reader->words = (struct buf){.max_bytes = FEED_WORDS_MAX_BYTES};
        if (reader->field_is_html)
            buf_append_str(out, buf_str(&before));
        else
            write_escaped(out, buf_str(&before));
        buf_fini(&before);
        reader->field_is_markup = true;
    }
    buf_printf(out, "<%s", name);
    for (int i = 0; i < count; i++, attributes += 5) {
        if (attributes[1] && attributes[1][0])
            continue;
        struct str value = html_unescape(reader->arena, str_slice((const char *)attributes[3], (size_t)(attributes[4] - attributes[3])));
        buf_printf(out, " %s=\"", (const char *)attributes[0]);
        write_escaped(out, value);
        buf_append_char(out, '"');
    }
    buf_append_char(out, '>');
}

/* ---- Texts ---- */

static void begin_field(struct feed_reader *reader, enum xml_field field, const xmlChar **attributes, int attribute_count)
{
    struct str type = ATTRIBUTE("type"), mode = ATTRIBUTE("mode");
    reader->field = field;
    reader->field_depth = reader->depth;
    reader->field_is_markup = str_contains(type, STR("xhtml")) || str_equal(mode, STR("xml"));
    /* Atom says what it is; RSS never does, and means HTML. */
    reader->field_is_html = reader->feed->kind == FEED_RSS || reader->field_is_markup || str_contains(type, STR("html"));
    if (str_equal(mode, STR("base64")) || (type.len && str_contains(type, STR("/")) && !str_starts_with(type, STR("text/")) && !reader->field_is_html))
        reader->field = XML_NOTHING; /* a picture or the like, in letters */
    enter_place(reader, 3, attributes, attribute_count);
    buf_clear(&reader->words);
}

static struct str taken(struct feed_reader *reader)
{
    struct str text = arena_str(reader->arena, str_trim(buf_str(&reader->words)));
    reader->has_no_memory = reader->has_no_memory || !text.ptr;
    return text;
}

static struct str taken_short(struct feed_reader *reader)
{
    struct str text = str_trim(buf_str(&reader->words));
    return text.len > FEED_SHORT_MAX_BYTES ? (struct str){0} : html_unescape(reader->arena, taken(reader));
}

static void set_words(struct feed_reader *reader, struct feed_words *words)
{
    if (words->bytes.len == 0)
        *words = (struct feed_words){taken(reader), base_of(reader), reader->field_is_html || reader->field_is_markup};
}

static void set_str(struct str *at, struct str value)
{
    if (at->len == 0)
        *at = value;
}

static void set_time(struct feed_reader *reader, int64_t *at)
{
    if (*at == 0)
        feed_date(taken_short(reader), at);
}

/* What a person's element said, with its parts; the first person counts. */
static void set_person(struct feed_person *at, struct feed_person person)
{
    if (at->name.len == 0 && at->uri.len == 0)
        *at = person;
}

static void end_entry_field(struct feed_reader *reader, struct feed_entry *entry)
{
    switch (reader->field) {
    case XML_TITLE: set_words(reader, &entry->title); break;
    case XML_SUMMARY: set_words(reader, &entry->summary); break;
    case XML_CONTENT: set_words(reader, &entry->content); break;
    case XML_GUID: set_str(&entry->guid, taken_short(reader)); break;
    case XML_LINK: set_str(&entry->link, address_of(reader, taken_short(reader))); break;
    case XML_PUBLISHED: set_time(reader, &entry->published_us); break;
    case XML_UPDATED: set_time(reader, &entry->updated_us); break;
    case XML_AUTHOR: set_person(&entry->author, feed_person_of(taken_short(reader))); break;
    case XML_CATEGORY: feed_add_category(entry, taken_short(reader)); break;
    case XML_LANG: set_str(&entry->lang, taken_short(reader)); break;
    case XML_COMMENTS_FEED: set_str(&entry->comments_feed, address_of(reader, taken_short(reader))); break;
    case XML_REPLIES: {
        int64_t replies;
        if (str_to_i64(taken_short(reader), &replies) && replies >= 0)
            entry->replies = replies;
        break;
    }
    case XML_MEDIA_WORDS:
        if (reader->media && !reader->media->alt.len)
            reader->media->alt = taken_short(reader);
        break;
    default: break;
    }
}

static int64_t minutes_us(struct feed_reader *reader)
{
    int64_t minutes;
    return str_to_i64(taken_short(reader), &minutes) && minutes > 0 && minutes < 60 * 24 * 7 ? minutes * 60 * 1000000 : 0;
}

static void end_feed_field(struct feed_reader *reader, struct feed *feed)
{
    switch (reader->field) {
    case XML_TITLE: set_str(&feed->title, taken_short(reader)); break;
    case XML_LINK: set_str(&feed->link, address_of(reader, taken_short(reader))); break;
    case XML_LANG: set_str(&feed->lang, taken_short(reader)); break;
    case XML_PUBLISHED:
    case XML_UPDATED: set_time(reader, &feed->updated_us); break;
    case XML_AUTHOR: set_person(&feed->author, feed_person_of(taken_short(reader))); break;
    case XML_TTL: feed->ttl_us = minutes_us(reader); break;
    case XML_MOVED: set_str(&feed->moved, address_of(reader, taken_short(reader))); break;
    default: break;
    }
}

static void end_field(struct feed_reader *reader)
{
    if (reader->person_depth) {
        struct str text = taken_short(reader);
        if (reader->field == XML_NAME)
            set_str(&reader->person.name, text);
        else if (reader->field == XML_URI)
            set_str(&reader->person.uri, address_of(reader, text));
        else if (reader->field == XML_EMAIL)
            set_str(&reader->person.email, text);
    } else if (reader->entry) {
        end_entry_field(reader, reader->entry);
    } else if (!reader->is_entry_lost) {
        end_feed_field(reader, reader->feed);
    }
    reader->field = XML_NOTHING;
    reader->field_depth = 0;
    reader->places[3] = (struct place){0};
}

/* ---- Elements that say it by attributes ---- */

static void take_link(struct feed_reader *reader, const xmlChar **attributes, int attribute_count)
{
    struct str         rel = ATTRIBUTE("rel"), type = ATTRIBUTE("type"), href = address_of(reader, ATTRIBUTE("href")), title = ATTRIBUTE("title");
    struct feed_entry *entry = reader->entry;
    bool               is_main = rel.len == 0 || str_equal(rel, STR("alternate"));
    if (is_main && entry)
        set_str(&entry->link, href);
    else if (is_main && !entry && !reader->is_entry_lost)
        set_str(&reader->feed->link, href);
    else if (entry && str_equal(rel, STR("replies")) && (str_contains(type, STR("atom")) || str_contains(type, STR("rss")) || type.len == 0)) {
        int64_t replies;
        set_str(&entry->comments_feed, href);
        if (str_to_i64(attribute(reader, attributes, attribute_count, "thr", "count"), &replies) && replies >= 0)
            entry->replies = replies;
    } else if (entry && str_equal(rel, STR("enclosure")))
        feed_add_media(entry, href, type, title);
    else if (!entry && (str_equal(rel, STR("next")) || str_equal(rel, STR("prev-archive"))))
        set_str(&reader->feed->next, href);
}

static void take_empty(struct feed_reader *reader, enum xml_field field, const xmlChar **attributes, int attribute_count)
{
    struct feed_entry *entry = reader->entry;
    if (field == XML_LINKED)
        take_link(reader, attributes, attribute_count);
    else if (field == XML_OUTLINE && reader->feed->kind == FEED_OPML)
        reader->has_no_memory |= !feed_add_outline(reader->feed, reader->arena, address_of(reader, ATTRIBUTE("xmlUrl")));
    if (!entry)
        return;
    if (field == XML_ENCLOSURE) {
        feed_add_media(entry, address_of(reader, ATTRIBUTE("url")), ATTRIBUTE("type"), (struct str){0});
    } else if (field == XML_MEDIA) {
        struct str mime = ATTRIBUTE("type"), medium = ATTRIBUTE("medium");
        reader->media = feed_add_media(entry, address_of(reader, ATTRIBUTE("url")), mime.len ? mime : medium, (struct str){0});
    } else if (field == XML_TERM) {
        struct str label = ATTRIBUTE("label");
        feed_add_category(entry, label.len ? label : ATTRIBUTE("term"));
    } else if (field == XML_REPLY) {
        set_str(&entry->reply_ref, ATTRIBUTE("ref"));
    }
}

/* ---- Events ---- */

static void begin_root(struct feed_reader *reader, enum xml_space space, const char *name, const xmlChar **attributes, int attribute_count)
{
    struct feed *feed = reader->feed;
    if (strcmp(name, "rss") == 0 || (strcmp(name, "RDF") == 0 && space == XML_RDF) || strcmp(name, "channel") == 0)
        feed->kind = FEED_RSS;
    else if (strcmp(name, "feed") == 0)
        feed->kind = FEED_ATOM;
    else if (strcmp(name, "opml") == 0)
        feed->kind = FEED_OPML;
    else
        refuse(reader, "it is XML, but no feed");
    enter_place(reader, 1, attributes, attribute_count);
}

static void begin_entry(struct feed_reader *reader, bool is_deleted, const xmlChar **attributes, int attribute_count)
{
    reader->entry = feed_add_entry(reader->feed, reader->arena);
    reader->is_entry_lost = !reader->entry;
    reader->entry_depth = reader->depth;
    reader->media = NULL;
    enter_place(reader, 2, attributes, attribute_count);
    if (!reader->entry || !is_deleted)
        return;
    reader->entry->is_deleted = true;
    reader->entry->guid = ATTRIBUTE("ref");
    feed_date(ATTRIBUTE("when"), &reader->entry->updated_us);
}

static void on_start(void *data, const xmlChar *xml_name, const xmlChar *prefix, const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
                     int attribute_count, int defaulted, const xmlChar **attributes)
{
    struct feed_reader *reader = data;
    const char    *name = (const char *)xml_name;
    enum xml_space space = xml_space_of(str_of_xml(uri), str_of_xml(prefix));
    (void)namespace_count, (void)namespaces, (void)defaulted;
    reader->context->wellFormed = 1; /* else libxml2 leaves out every &amp; behind the first mistake */
    if (++reader->depth > DEPTH_MAX)
        refuse(reader, "its elements are nested more than 100 deep");
    if (reader->refusal)
        return;
    if (reader->field_depth) {
        if (reader->field)
            write_tag(reader, name, attributes, attribute_count);
        return;
    }
    if (reader->skip_depth)
        return;
    if (reader->depth == 1) {
        begin_root(reader, space, name, attributes, attribute_count);
        return;
    }
    enum xml_field field = xml_field_of(reader->feed->kind, space, name);
    bool           is_inside = reader->entry || reader->is_entry_lost;
    if (field == XML_CHANNEL) {
        enter_place(reader, 1, attributes, attribute_count);
    } else if ((field == XML_ENTRY || field == XML_TOMBSTONE) && !is_inside) {
        begin_entry(reader, field == XML_TOMBSTONE, attributes, attribute_count);
        if (reader->entry && !reader->entry->guid.len)
            reader->entry->guid = attribute(reader, attributes, attribute_count, "rdf", "about");
    } else if (field == XML_SKIP || (field == XML_ENTRY && is_inside)) {
        reader->skip_depth = reader->depth;
    } else if (field == XML_PERSON) {
        reader->person_depth = reader->depth;
        reader->person = (struct feed_person){0};
    } else if (field >= XML_LINKED) {
        take_empty(reader, field, attributes, attribute_count);
    } else if (field != XML_NOTHING) {
        begin_field(reader, field, attributes, attribute_count);
    }
}

static void on_end(void *data, const xmlChar *xml_name, const xmlChar *prefix, const xmlChar *uri)
{
    struct feed_reader *reader = data;
    const char    *name = (const char *)xml_name;
    (void)prefix, (void)uri;
    reader->context->wellFormed = 1;
    if (reader->refusal)
        return;
    if (reader->field_depth == reader->depth)
        end_field(reader);
    else if (reader->field_depth && reader->field_is_markup && !is_void(name))
        buf_printf(&reader->words, "</%s>", name);
    else if (reader->skip_depth == reader->depth)
        reader->skip_depth = 0;
    else if (reader->person_depth == reader->depth) {
        set_person(reader->entry ? &reader->entry->author : &reader->feed->author, reader->person);
        reader->person_depth = 0;
    } else if ((reader->entry || reader->is_entry_lost) && reader->entry_depth == reader->depth) {
        if (reader->entry)
            set_str(&reader->entry->lang, lang_of(reader));
        reader->entry = NULL;
        reader->is_entry_lost = false;
        enter_place(reader, 2, NULL, 0);
    } else if (reader->depth == 1) {
        set_str(&reader->feed->lang, lang_of(reader));
        reader->has_root_ended = true;
    }
    reader->depth--;
}

static void on_words(void *data, const xmlChar *text, int len)
{
    struct feed_reader *reader = data;
    reader->context->wellFormed = 1;
    if (reader->refusal || !reader->field || len <= 0 || reader->words.has_failed)
        return;
    struct str words = str_slice((const char *)text, (size_t)len);
    if (reader->words.len + words.len > FEED_WORDS_MAX_BYTES) { /* cut, at a character */
        words.len = FEED_WORDS_MAX_BYTES - reader->words.len;
        while (words.len && ((unsigned char)words.ptr[words.len] & 0xc0) == 0x80)
            words.len--;
    }
    /* In markup a text is a text. (RSS with tags of its own as they stand: what is around them was HTML with its < undone already.) */
    if (reader->field_is_markup && !(reader->feed->kind == FEED_RSS))
        write_escaped(&reader->words, words);
    else
        buf_append_str(&reader->words, words);
}

static xmlEntityPtr on_entity(void *data, const xmlChar *name)
{
    struct feed_reader *reader = data;
    xmlEntityPtr   predefined = xmlGetPredefinedEntity(name);
    reader->context->wellFormed = 1;
    if (predefined)
        return predefined;
    const char *value = reader->context->instate == XML_PARSER_ATTRIBUTE_VALUE ? NULL : html_named(str_of_xml(name));
    if (!value || strlen(value) >= sizeof reader->entity_content)
        return NULL;
    snprintf(reader->entity_content, sizeof reader->entity_content, "%s", value);
    reader->entity = (xmlEntity){.type = XML_ENTITY_DECL, .name = name, .etype = XML_INTERNAL_PREDEFINED_ENTITY,
                                 .content = (xmlChar *)reader->entity_content, .length = (int)strlen(value)};
    return &reader->entity;
}

static void on_declared(void *data, const xmlChar *name, int type, const xmlChar *public_id, const xmlChar *system_id, xmlChar *content)
{
    struct feed_reader *reader = data;
    (void)type, (void)public_id, (void)system_id, (void)content;
    if (!html_named(str_of_xml(name)) && ++reader->feed->entities > ENTITIES_MAX)
        refuse(reader, "it declares more than 64 entities");
}

static void on_error(void *data, xmlErrorPtr error)
{
    struct feed_reader *reader = data;
    (void)error;
    reader->feed->errors++;
}

/* ---- Feeding it ---- */

/* What libxml2 holds back until a > comes costs it the square of its attributes, or again and again the whole document type. */
static void look_at_pending(struct feed_reader *reader)
{
    xmlParserCtxtPtr context = reader->context;
    size_t           pending = (size_t)(context->input->end - context->input->cur), equals = 0;
    bool             is_type = context->instate == XML_PARSER_DTD || context->instate == XML_PARSER_MISC || context->instate == XML_PARSER_START;
    if (is_type && pending > DOCTYPE_MAX_BYTES)
        refuse(reader, "its document type is over 64 KiB");
    if (context->instate != XML_PARSER_START_TAG || pending < TAG_LOOK_BYTES)
        return;
    for (size_t i = 0; i < pending; i++)
        equals += context->input->cur[i] == '=';
    if (equals > TAG_ATTRIBUTES_MAX)
        refuse(reader, "a tag has more than 500 attributes");
}

static void feed_bytes(struct feed_reader *reader, struct str body)
{
    for (size_t at = 0; at < body.len && !reader->refusal && !reader->has_no_memory && !reader->has_root_ended; at += CHUNK_BYTES) {
        size_t len = body.len - at < CHUNK_BYTES ? body.len - at : CHUNK_BYTES;
        xmlParseChunk(reader->context, body.ptr + at, (int)len, 0);
        if (reader->context->disableSAX)
            break;
        look_at_pending(reader);
    }
    if (!reader->refusal && !reader->has_no_memory)
        xmlParseChunk(reader->context, NULL, 0, 1);
}

/* Says in its first line what its bytes are. */
static bool names_encoding(struct str body)
{
    struct str head = str_slice(body.ptr, body.len < 200 ? body.len : 200);
    const char *end = memchr(head.ptr, '>', head.len);
    bool        is_utf16 = body.len > 1 && (body.ptr[0] == '\0' || body.ptr[1] == '\0' || (unsigned char)body.ptr[0] >= 0xfe);
    return is_utf16 || (end && str_starts_with(head, STR("<?xml")) && str_contains(str_slice(head.ptr, (size_t)(end - head.ptr)), STR("encoding")));
}

static enum error_code read_once(struct str body, struct str charset, struct str address, struct arena *arena, struct feed *feed, struct error *error)
{
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC, .startElementNs = on_start, .endElementNs = on_end, .characters = on_words, .cdataBlock = on_words,
                         .ignorableWhitespace = on_words, .getEntity = on_entity, .entityDecl = on_declared, .serror = on_error};
    struct feed_reader reader = {.arena = arena, .feed = feed, .address = address, .words = {.max_bytes = 2 * FEED_WORDS_MAX_BYTES}};
    char          encoding[32];
    /* Its own data, so that libxml2 asks nobody else for an entity. */
    reader.context = xmlCreatePushParserCtxt(&sax, &reader, NULL, 0, NULL);
    if (!reader.context)
        return error_set(error, ERROR_MEMORY, "no memory for a feed");
    xmlCtxtUseOptions(reader.context, XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    snprintf(encoding, sizeof encoding, "%.*s", STR_ARG(charset));
    if (charset.len && charset.len < sizeof encoding && !names_encoding(body)) {
        xmlCharEncodingHandlerPtr handler = xmlFindCharEncodingHandler(encoding);
        if (handler)
            xmlSwitchToEncoding(reader.context, handler);
    }
    feed_bytes(&reader, body);
    if (reader.entry) { /* it ended within an entry, which may lack half of its text */
        feed->count--;
        reader.entry = NULL;
    }
    feed->is_whole = reader.has_root_ended;
    bool has_no_memory = reader.has_no_memory || reader.words.has_failed;
    xmlFreeDoc(reader.context->myDoc); /* of a document type */
    reader.context->myDoc = NULL;
    xmlFreeParserCtxt(reader.context);
    buf_fini(&reader.words);
    if (reader.refusal)
        return error_set(error, ERROR_INVALID, "%s", reader.refusal);
    if (has_no_memory)
        return error_set(error, ERROR_MEMORY, "no memory for a feed");
    if (feed->kind == FEED_UNKNOWN)
        return error_set(error, ERROR_INVALID, "it is neither a feed nor a page");
    return ERROR_NONE;
}

enum error_code feed_read_xml(struct str body, struct str charset, struct str address, struct arena *arena, struct feed *feed, struct error *error)
{
    struct buf      readable = {0}, mended = {0};
    struct feed     second = {0};
    bool            is_utf8 = charset.len == 0 || str_equal_ascii_nocase(charset, STR("utf-8"));
    bool            is_plain = feed_is_utf8(body) || (is_utf8 && !names_encoding(body));
    enum error_code code, second_code = ERROR_INVALID;
    if (is_plain && !utf8_is_valid(body)) { /* libxml2 would hand its bytes on as they are */
        if (!feed_from_windows_1252(body, &readable))
            utf8_repair(body, &readable);
        body = buf_str(&readable);
    }
    code = read_once(body, charset, address, arena, feed, error);
    /* What is no XML is read again with what people mostly get wrong put right, and the reading that got further counts. */
    if (feed->errors && (!code || code == ERROR_INVALID) && feed_mend(body, &mended))
        second_code = read_once(buf_str(&mended), charset, address, arena, &second, NULL);
    if (!second_code && (code || second.count >= feed->count)) {
        second.errors += feed->errors;
        *feed = second;
        code = ERROR_NONE;
    }
    buf_fini(&readable);
    buf_fini(&mended);
    return readable.has_failed || mended.has_failed ? error_set(error, ERROR_MEMORY, "no memory for a feed") : code;
}
