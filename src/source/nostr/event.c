#include "source/nostr/event.h"

#include "base/json.h"

#include <math.h>
#include <sodium.h>

static struct str text_of(const cJSON *json, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(member) ? str_of(member->valuestring) : (struct str){0};
}

static bool whole_number(const cJSON *json, const char *name, double most, int64_t *number_out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    if (!cJSON_IsNumber(member) || !(member->valuedouble >= 0) || member->valuedouble > most || floor(member->valuedouble) != member->valuedouble)
        return false;
    *number_out = (int64_t)member->valuedouble;
    return true;
}

static bool are_tags(const cJSON *tags)
{
    const cJSON *tag, *word;
    int          count = 0;
    if (!cJSON_IsArray(tags))
        return false;
    cJSON_ArrayForEach(tag, tags)
    {
        if (!cJSON_IsArray(tag) || ++count > NOSTR_TAGS_MOST)
            return false;
        cJSON_ArrayForEach(word, tag) if (!cJSON_IsString(word)) return false;
    }
    return true;
}

const char *nostr_event_read(const cJSON *json, struct nostr_event *event_out)
{
    int64_t kind = 0;
    if (!cJSON_IsObject(json))
        return "an event that is no object";
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(json, "content");
    *event_out = (struct nostr_event){.id = text_of(json, "id"), .pubkey = text_of(json, "pubkey"), .sig = text_of(json, "sig"),
                                      .content = text_of(json, "content"), .tags = cJSON_GetObjectItemCaseSensitive(json, "tags")};
    if (!nostr_is_hex(event_out->id, 32) || !nostr_is_hex(event_out->pubkey, 32) || !nostr_is_hex(event_out->sig, 64))
        return "an event without an id, an author or a signature";
    if (!whole_number(json, "created_at", 9e15, &event_out->created_at) || !whole_number(json, "kind", 65535, &kind))
        return "an event without a time or a kind";
    if (!cJSON_IsString(content) || !are_tags(event_out->tags))
        return "an event with tags or content of another form";
    event_out->kind = (int)kind;
    return NULL;
}

/* As NIP-01 wants it: seven letters are escaped and nothing else, not even other control characters. */
static void put_string(const char *s, struct buf *out)
{
    const char *plain = s;
    buf_append_char(out, '"');
    for (;; s++) {
        const char *escaped;
        switch (*s) {
        case '\n': escaped = "\\n"; break;
        case '"': escaped = "\\\""; break;
        case '\\': escaped = "\\\\"; break;
        case '\r': escaped = "\\r"; break;
        case '\t': escaped = "\\t"; break;
        case '\b': escaped = "\\b"; break;
        case '\f': escaped = "\\f"; break;
        case '\0': escaped = ""; break;
        default: continue;
        }
        buf_append(out, plain, (size_t)(s - plain));
        buf_append_str(out, str_of(escaped));
        plain = s + 1;
        if (*s == '\0')
            break;
    }
    buf_append_char(out, '"');
}

void nostr_event_serialise(const struct nostr_event *event, struct buf *out)
{
    const cJSON *tag, *word;
    buf_printf(out, "[0,\"%.*s\",%lld,%d,[", STR_ARG(event->pubkey), (long long)event->created_at, event->kind);
    cJSON_ArrayForEach(tag, event->tags)
    {
        buf_append_str(out, tag == event->tags->child ? STR("[") : STR(",["));
        cJSON_ArrayForEach(word, tag)
        {
            if (word != tag->child)
                buf_append_char(out, ',');
            put_string(word->valuestring, out);
        }
        buf_append_char(out, ']');
    }
    buf_append_str(out, STR("],"));
    put_string(event->content.ptr ? event->content.ptr : "", out);
    buf_append_char(out, ']');
}

static void hash_event(const struct nostr_event *event, struct buf *scratch, unsigned char id_out[32])
{
    buf_clear(scratch);
    nostr_event_serialise(event, scratch);
    crypto_hash_sha256(id_out, (const unsigned char *)scratch->ptr, scratch->len);
}

const char *nostr_event_verify(struct nostr_crypto *crypto, const struct nostr_event *event, struct buf *scratch)
{
    unsigned char id[32], claimed[32], sig[64], pubkey[32];
    hash_event(event, scratch, id);
    if (scratch->has_failed)
        return "an event too large to be checked";
    if (!nostr_from_hex(event->id, claimed, 32) || memcmp(id, claimed, 32) != 0)
        return "an event whose id is not its own";
    if (!nostr_from_hex(event->sig, sig, 64) || !nostr_from_hex(event->pubkey, pubkey, 32) || !nostr_verify(crypto, sig, id, pubkey))
        return "an event with a forged signature";
    return NULL;
}

struct str nostr_tag_word(const cJSON *tag, int nth)
{
    const cJSON *word = tag->child;
    while (word && nth-- > 0)
        word = word->next;
    return word ? str_of(word->valuestring) : (struct str){"", 0};
}

const cJSON *nostr_next_tag(const struct nostr_event *event, const cJSON *after, const char *name)
{
    const cJSON *tag = after ? after->next : event->tags->child;
    while (tag && !str_equal(nostr_tag_word(tag, 0), str_of(name)))
        tag = tag->next;
    return tag;
}

void nostr_event_make(struct nostr_crypto *crypto, struct nostr_event *event, char id_out[NOSTR_HEX_BYTES], struct buf *out)
{
    unsigned char id[32], sig[64];
    char          hex[NOSTR_SIG_HEX_BYTES];
    struct buf    scratch = {0};
    struct json   json = json_writer(out);
    event->pubkey = str_of(nostr_pubkey(crypto));
    hash_event(event, &scratch, id);
    buf_fini(&scratch);
    nostr_sign(crypto, id, sig);
    nostr_to_hex(id, 32, id_out);
    nostr_to_hex(sig, 64, hex);
    json_object(&json);
    json_put_str(&json, "id", str_of(id_out));
    json_put_str(&json, "pubkey", event->pubkey);
    json_put_i64(&json, "created_at", event->created_at);
    json_put_i64(&json, "kind", event->kind);
    json_key(&json, "tags");
    json_array(&json);
    const cJSON *tag, *word;
    cJSON_ArrayForEach(tag, event->tags)
    {
        json_array(&json);
        cJSON_ArrayForEach(word, tag) json_text(&json, word->valuestring);
        json_end(&json);
    }
    json_end(&json);
    json_put_str(&json, "content", event->content);
    json_put_str(&json, "sig", str_of(hex));
    json_end(&json);
}
