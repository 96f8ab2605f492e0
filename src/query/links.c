#include "query/query.h"

#include "base/hash.h"

/* Only http and https are links here; a platform may list "mailto:" or an empty string. */
static bool is_web_link(struct str url)
{
    return (url.len > 7 && str_equal_ascii_nocase(str_slice(url.ptr, 7), STR("http://"))) ||
           (url.len > 8 && str_equal_ascii_nocase(str_slice(url.ptr, 8), STR("https://")));
}

/* Distinct strings in the order of their coming; slots hold number + 1. */
struct distinct {
    struct str *links;
    uint32_t   *slots;
    size_t      count, slot_mask;
};

static void add(struct distinct *set, struct str link)
{
    size_t slot = hash_str(link) & set->slot_mask;
    for (; set->slots[slot]; slot = (slot + 1) & set->slot_mask)
        if (str_equal(set->links[set->slots[slot] - 1], link))
            return;
    set->links[set->count++] = link;
    set->slots[slot] = (uint32_t)set->count;
}

bool query_post_links(const struct post *post, const struct text_facts *facts, struct arena *arena,
                      struct str **links_out, size_t *count_out)
{
    size_t most = post->link_count;
    *links_out = NULL;
    *count_out = 0;
    for (uint32_t i = 0; i < facts->token_count; i++)
        most += facts->tokens[i].kind == TOKEN_LINK;
    if (most == 0)
        return true;
    size_t slot_count = 4;
    while (slot_count < most * 2)
        slot_count *= 2;
    struct distinct set = {.links = arena_array(arena, most, sizeof *set.links),
                           .slots = arena_array(arena, slot_count, sizeof *set.slots),
                           .slot_mask = slot_count - 1};
    if (!set.links || !set.slots)
        return false;
    for (uint32_t i = 0; i < facts->token_count; i++)
        if (facts->tokens[i].kind == TOKEN_LINK)
            add(&set, facts->tokens[i].key);
    for (uint32_t i = 0; i < post->link_count; i++) {
        if (!is_web_link(post->links[i]))
            continue;
        struct str link = text_link_canonical(arena, post->links[i]);
        if (link.len)
            add(&set, link);
        else if (!link.ptr)
            return false;
    }
    *links_out = set.links;
    *count_out = set.count;
    return true;
}

/* Is there a question mark at s[at], of any script that has one? */
static bool is_question_mark(struct str s, size_t at)
{
    static const struct str wide[] = {{"？", 3}, {"؟", 2}, {"¿", 2}, {"⁇", 3}, {"⁈", 3}, {"⁉", 3}};
    if (s.ptr[at] == '?')
        return true;
    if ((unsigned char)s.ptr[at] < 0xc2)
        return false;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (str_starts_with(str_slice(s.ptr + at, s.len - at), wide[i]))
            return true;
    return false;
}

/* Addresses hold question marks that ask nothing: they are passed over. */
static bool asks(const struct text_facts *facts)
{
    uint32_t token = 0;
    for (size_t at = 0; at < facts->text.len; at++) {
        if (!is_question_mark(facts->text, at))
            continue;
        while (token < facts->token_count &&
               (facts->tokens[token].kind != TOKEN_LINK || facts->tokens[token].start + facts->tokens[token].len <= at))
            token++;
        if (token == facts->token_count || at < facts->tokens[token].start)
            return true;
    }
    return false;
}

uint32_t query_has_bits(const struct post *post, const struct text_facts *facts)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < facts->token_count; i++) {
        switch (facts->tokens[i].kind) {
        case TOKEN_LINK: bits |= HAS_LINK; break;
        case TOKEN_TAG: bits |= HAS_TAG; break;
        case TOKEN_MENTION: bits |= HAS_MENTION; break;
        case TOKEN_EMOJI: bits |= HAS_EMOJI; break;
        default: break;
        }
    }
    for (uint32_t i = 0; i < post->link_count; i++)
        bits |= is_web_link(post->links[i]) ? HAS_LINK : 0;
    for (uint32_t i = 0; i < post->media_count; i++) {
        bits |= HAS_MEDIA;
        switch (post->media[i].type) {
        case MEDIA_IMAGE: bits |= HAS_IMAGE; break;
        case MEDIA_VIDEO: bits |= HAS_VIDEO; break;
        case MEDIA_AUDIO: bits |= HAS_AUDIO; break;
        default: break;
        }
    }
    bits |= post->reply_to.len ? HAS_REPLY : 0;
    bits |= post->repost_of.len ? HAS_REPOST : 0;
    bits |= post->quote_of.len ? HAS_QUOTE : 0;
    return bits | (asks(facts) ? HAS_QUESTION : 0);
}
