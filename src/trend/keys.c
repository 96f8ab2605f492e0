#include "trend/keys.h"

#include "base/hash.h"
#include "base/utf8.h"

#include <stdlib.h>

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return true;
}

/* Words that the net adds to texts rather than people: pieces of cut links and the marks of a repost. */
static bool is_net_word(struct str s)
{
    static const struct str words[] = {{"http", 4}, {"https", 5}, {"www", 3}, {"rt", 2}, {"mt", 2}, {"via", 3}, {"amp", 3}, {"t.co", 4}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(s, words[i]))
            return true;
    return false;
}

static bool is_topic_word(const struct token *token, const char *lang)
{
    struct str key = token->key;
    if (key.len == 0 || utf8_valid_length(key.ptr, key.len) == 0)
        return false;
    bool is_ascii = (unsigned char)key.ptr[0] < 0x80;
    if (is_ascii && (key.len < 2 || (is_number(key) && key.len < 4)))
        return false;
    return !is_net_word(key) && !text_is_stop_word(key, lang) && (!lang[0] || !text_is_stop_word(key, ""));
}

static bool has_path(struct str link)
{
    const char *scheme_end = memmem(link.ptr, link.len, "://", 3);
    if (!scheme_end)
        return false;
    const char *host = scheme_end + 3, *end = link.ptr + link.len;
    const char *slash = memchr(host, '/', (size_t)(end - host));
    return slash && slash + 1 < end;
}

static size_t add_key(struct post_key *keys, size_t count, struct post_key key)
{
    if (count == STORE_KEYS_MAX)
        return count;
    for (size_t i = 0; i < count; i++)
        if (keys[i].hash == key.hash)
            return count;
    keys[count] = key;
    return count + 1;
}

static uint64_t kind_hash(struct str s, enum key_kind kind)
{
    return hash_mix(hash_str(s), kind);
}

size_t keys_of_post(const struct post *post, const struct text_facts *facts, struct post_key keys[STORE_KEYS_MAX])
{
    size_t              count = 0;
    const struct token *sigil = NULL; /* the tag or mention that the next word at its position repeats */
    for (uint32_t i = 0; i < facts->token_count && count < STORE_KEYS_MAX; i++) {
        const struct token *token = &facts->tokens[i];
        struct post_key     key = {.name = token->key, .start = token->start, .len = token->len};
        switch (token->kind) {
        case TOKEN_TAG:
            sigil = token;
            continue;
        case TOKEN_MENTION:
            sigil = token;
            key.kind = KEY_MENTION;
            key.hash = kind_hash(token->key, KEY_MENTION);
            break;
        case TOKEN_CASHTAG:
            sigil = token;
            key.kind = KEY_CASHTAG;
            key.hash = kind_hash(token->key, KEY_CASHTAG);
            break;
        case TOKEN_LINK:
            if (!has_path(token->key))
                continue;
            key.kind = KEY_LINK;
            key.hash = kind_hash(token->key, KEY_LINK);
            break;
        case TOKEN_WORD:
            if (sigil && sigil->position == token->position) {
                if (sigil->kind != TOKEN_TAG)
                    continue;
                key.start = sigil->start;
                key.len = sigil->len;
            }
            if (!is_topic_word(token, facts->lang))
                continue;
            key.kind = KEY_WORD;
            key.hash = kind_hash(token->stem.len ? token->stem : token->key, KEY_WORD);
            break;
        default:
            continue;
        }
        count = add_key(keys, count, key);
    }
    for (uint32_t i = 0; i < post->link_count; i++)
        if (has_path(post->links[i]))
            count = add_key(keys, count, (struct post_key){.hash = kind_hash(post->links[i], KEY_LINK), .name = post->links[i],
                                                           .kind = KEY_LINK});
    return count;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

size_t keys_shingles(const struct text_facts *facts, uint32_t shingles[STORE_SHINGLES_MAX], uint64_t *form_out, unsigned *word_count_out)
{
    size_t   count = 0;
    unsigned words = 0;
    uint64_t previous = 0, form = 0;
    uint32_t mention_position = UINT32_MAX;
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        if (token->kind == TOKEN_MENTION)
            mention_position = token->position;
        if (token->kind == TOKEN_EMOJI)
            form = hash_mix(form, hash_str(token->key));
        if (token->kind != TOKEN_WORD || token->position == mention_position || is_number(token->key) || is_net_word(token->key))
            continue;
        uint64_t hash = hash_str(token->key);
        form = hash_mix(form, hash);
        if (words++ > 0 && count < STORE_SHINGLES_MAX)
            shingles[count++] = (uint32_t)hash_mix(previous, hash);
        previous = hash;
    }
    qsort(shingles, count, sizeof *shingles, compare_u32);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || shingles[i] != shingles[i - 1])
            shingles[distinct++] = shingles[i];
    *form_out = form;
    *word_count_out = words;
    return distinct;
}

bool keys_is_attributed(const struct text_facts *facts)
{
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        if (token->kind != TOKEN_MENTION)
            continue;
        size_t end = (size_t)token->start + token->len;
        if (end < facts->text.len && facts->text.ptr[end] == ':')
            return true;
        if (i > 0 && facts->tokens[i - 1].kind == TOKEN_WORD &&
            (str_equal(facts->tokens[i - 1].key, STR("rt")) || str_equal(facts->tokens[i - 1].key, STR("via")) ||
             str_equal(facts->tokens[i - 1].key, STR("mt"))))
            return true;
    }
    return false;
}
