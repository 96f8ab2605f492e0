#include "source/bluesky/record.h"

/* {uri, cid}: the uri; whatever else is passed over. */
static struct str take_reference(struct node *node)
{
    struct node_map map;
    struct str      key, uri = {0};
    if (node_map(node, &map))
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("uri")))
                node_text(node, &uri);
            else
                node_skip(node);
        }
    return uri;
}

static void take_reply(struct node *node, struct bluesky_record *record)
{
    struct node_map map;
    struct str      key;
    if (node_map(node, &map))
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("root")))
                record->reply_root = take_reference(node);
            else if (str_equal(key, STR("parent")))
                record->reply_parent = take_reference(node);
            else
                node_skip(node);
        }
}

static void add_link(struct bluesky_record *record, struct str link)
{
    if (link.len == 0 || link.len > POST_URL_MAX_BYTES || record->link_count == POST_LINKS_MAX)
        return;
    for (size_t i = 0; i < record->link_count; i++)
        if (str_equal(record->links[i], link))
            return;
    record->links[record->link_count++] = link;
}

static void take_external(struct node *node, struct bluesky_record *record)
{
    add_link(record, take_reference(node));
}

/* A blob: {$type: "blob", ref: CID, mimeType, size}; before 2023 {cid, mimeType}. */
static struct str take_blob(struct node *node)
{
    struct node_map map;
    struct str      key, cid = {0};
    if (node_map(node, &map))
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("ref")))
                node_link(node, &cid);
            else if (str_equal(key, STR("cid")))
                node_text(node, &cid);
            else
                node_skip(node);
        }
    return cid;
}

static void add_media(struct bluesky_record *record, enum media_type type, struct str cid, struct str alt)
{
    if (cid.len && record->media_count < RECORD_MEDIA_MAX)
        record->media[record->media_count++] = (struct record_media){type, cid, alt};
}

static void take_images(struct node *node, struct bluesky_record *record)
{
    struct node_map list, map;
    struct str      key;
    if (!node_list(node, &list))
        return;
    while (node_item(node, &list)) {
        struct str cid = {0}, alt = {0};
        if (!node_map(node, &map))
            continue;
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("image")))
                cid = take_blob(node);
            else if (str_equal(key, STR("alt")))
                node_text(node, &alt);
            else
                node_skip(node);
        }
        add_media(record, MEDIA_IMAGE, cid, alt);
    }
}

/* app.bsky.embed.record holds {uri, cid} as its record; recordWithMedia holds another embed.record there, so that one of them is inside. */
static void take_quote(struct node *node, struct bluesky_record *record)
{
    struct node_map map;
    struct str      key;
    if (!node_map(node, &map))
        return;
    while (node_key(node, &map, &key)) {
        if (str_equal(key, STR("uri")))
            node_text(node, &record->quote);
        else if (str_equal(key, STR("record")))
            record->quote = take_reference(node);
        else
            node_skip(node);
    }
}

/* The members of all embeds differ enough that $type need not be known: it may come last. The media of a recordWithMedia are an embed again. */
static void take_embed(struct node *node, struct bluesky_record *record, bool is_inner)
{
    struct node_map map;
    struct str      key, video = {0}, alt = {0};
    if (!node_map(node, &map))
        return;
    while (node_key(node, &map, &key)) {
        if (str_equal(key, STR("images")))
            take_images(node, record);
        else if (str_equal(key, STR("external")))
            take_external(node, record);
        else if (str_equal(key, STR("video")))
            video = take_blob(node);
        else if (str_equal(key, STR("alt")))
            node_text(node, &alt);
        else if (str_equal(key, STR("record")))
            take_quote(node, record);
        else if (str_equal(key, STR("media")) && !is_inner)
            take_embed(node, record, true);
        else
            node_skip(node);
    }
    add_media(record, MEDIA_VIDEO, video, alt);
}

static void take_features(struct node *node, struct bluesky_record *record, bool is_within)
{
    struct node_map list, map;
    struct str      key;
    if (!node_list(node, &list))
        return;
    while (node_item(node, &list)) {
        struct str uri = {0}, tag = {0}, did = {0};
        if (!node_map(node, &map))
            continue;
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("uri")))
                node_text(node, &uri);
            else if (str_equal(key, STR("tag")))
                node_text(node, &tag);
            else if (str_equal(key, STR("did")))
                node_text(node, &did);
            else
                node_skip(node);
        }
        if (!is_within)
            continue;
        add_link(record, uri);
        if (tag.len && record->tag_count < RECORD_TAGS_MAX)
            record->tags[record->tag_count++] = tag;
        if (did.len && record->mention_count < RECORD_MENTIONS_MAX)
            record->mentions[record->mention_count++] = did;
    }
}

static void take_span(struct node *node, int64_t *start_out, int64_t *end_out)
{
    struct node_map map;
    struct str      key;
    if (node_map(node, &map))
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("byteStart")))
                node_number(node, start_out);
            else if (str_equal(key, STR("byteEnd")))
                node_number(node, end_out);
            else
                node_skip(node);
        }
}

/* Offsets are UTF-8 bytes of the text. A facet that points outside of it is shown by no reader, so it says nothing here either. */
static void take_facets(struct node *node, struct str text, struct bluesky_record *record)
{
    struct node_map list, map;
    struct str      key;
    if (!node_list(node, &list))
        return;
    while (node_item(node, &list)) {
        int64_t     start = -1, end = -1;
        struct node features = {0};
        bool        has_features = false;
        if (!node_map(node, &map))
            continue;
        while (node_key(node, &map, &key)) {
            if (str_equal(key, STR("index"))) {
                take_span(node, &start, &end);
            } else if (str_equal(key, STR("features"))) {
                features = *node;
                has_features = true;
                node_skip(node);
            } else {
                node_skip(node);
            }
        }
        if (has_features && !node->bytes.is_broken)
            take_features(&features, record, start >= 0 && start < end && (uint64_t)end <= text.len);
    }
}

static void take_texts(struct node *node, struct str *texts, size_t max, size_t *count)
{
    struct node_map list;
    struct str      text;
    if (!node_list(node, &list))
        return;
    while (node_item(node, &list))
        if (node_text(node, &text) && text.len && *count < max)
            texts[(*count)++] = text;
}

bool bluesky_record_read(struct node *node, bool is_repost, struct bluesky_record *record_out)
{
    struct node_map map;
    struct str      key, langs[4];
    struct node     facets = {0};
    size_t          lang_count = 0;
    bool            has_text = false, has_facets = false;
    /* Only counts and strings: the arrays behind them are read up to the counts. */
    record_out->text = record_out->lang = record_out->created_at = (struct str){0};
    record_out->reply_root = record_out->reply_parent = record_out->quote = record_out->subject = (struct str){0};
    record_out->link_count = record_out->media_count = record_out->tag_count = record_out->mention_count = 0;
    if (!node_map(node, &map))
        return false;
    while (node_key(node, &map, &key)) {
        if (str_equal(key, STR("text"))) {
            has_text = node_text(node, &record_out->text);
        } else if (str_equal(key, STR("createdAt"))) {
            node_text(node, &record_out->created_at);
        } else if (str_equal(key, STR("langs"))) {
            take_texts(node, langs, 4, &lang_count);
        } else if (str_equal(key, STR("reply"))) {
            take_reply(node, record_out);
        } else if (str_equal(key, STR("embed"))) {
            take_embed(node, record_out, false);
        } else if (str_equal(key, STR("facets"))) { /* they point into the text, which may come later */
            facets = *node;
            has_facets = true;
            node_skip(node);
        } else if (str_equal(key, STR("tags"))) {
            take_texts(node, record_out->tags, RECORD_TAGS_MAX, &record_out->tag_count);
        } else if (str_equal(key, STR("subject"))) {
            record_out->subject = take_reference(node);
        } else {
            node_skip(node);
        }
    }
    if (node->bytes.is_broken)
        return false;
    if (has_facets) {
        take_facets(&facets, record_out->text, record_out);
        if (facets.bytes.is_broken)
            return false;
    }
    record_out->lang = lang_count ? langs[0] : (struct str){0};
    return is_repost ? record_out->subject.len > 0 : has_text;
}

enum { IN_DID = 1, IN_RKEY = 2 };
static const uint8_t name_bytes[256] = {
    ['a' ... 'z'] = IN_DID | IN_RKEY, ['A' ... 'Z'] = IN_DID | IN_RKEY, ['0' ... '9'] = IN_DID | IN_RKEY,
                    ['.'] = IN_DID | IN_RKEY, ['_'] = IN_DID | IN_RKEY,
    [':'] = IN_DID | IN_RKEY, ['-'] = IN_DID | IN_RKEY, ['%'] = IN_DID, ['~'] = IN_RKEY};

static bool is_made_of(struct str s, uint8_t kind)
{
    uint8_t all = kind;
    for (size_t i = 0; i < s.len; i++)
        all &= name_bytes[(uint8_t)s.ptr[i]];
    return all != 0;
}

bool bluesky_did_is_good(struct str did)
{
    return did.len >= 8 && did.len <= 256 && str_starts_with(did, STR("did:")) && is_made_of(did, IN_DID);
}

bool bluesky_rkey_is_good(struct str rkey)
{
    return rkey.len > 0 && rkey.len <= 512 && !str_equal(rkey, STR(".")) && !str_equal(rkey, STR("..")) &&
           is_made_of(rkey, IN_RKEY);
}

bool bluesky_uri_split(struct str uri, struct bluesky_uri *parts_out)
{
    struct str rest = uri, nothing;
    if (!str_starts_with(uri, STR("at://")))
        return false;
    rest = str_slice(uri.ptr + 5, uri.len - 5);
    return str_next_field(&rest, '/', &parts_out->did) && str_next_field(&rest, '/', &parts_out->collection) &&
           str_next_field(&rest, '/', &parts_out->rkey) && !str_next_field(&rest, '/', &nothing) &&
               bluesky_did_is_good(parts_out->did) &&
           parts_out->collection.len > 0 && bluesky_rkey_is_good(parts_out->rkey);
}

struct str bluesky_uri_page(struct bluesky_uri uri, struct arena *arena)
{
    static const char before[] = "https://bsky.app/profile/", between[] = "/post/";
    size_t            len = sizeof before - 1 + uri.did.len + sizeof between - 1 + uri.rkey.len;
    char             *text = arena_alloc(arena, len + 1), *at = text;
    if (!text)
        return (struct str){0};
    memcpy(at, before, sizeof before - 1);
    memcpy(at += sizeof before - 1, uri.did.ptr, uri.did.len);
    memcpy(at += uri.did.len, between, sizeof between - 1);
    memcpy(at + sizeof between - 1, uri.rkey.ptr, uri.rkey.len);
    return str_slice(text, len);
}
