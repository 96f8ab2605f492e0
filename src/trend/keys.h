/* What a post can trend by: its words, tags, mentions, cashtags and links, each once.
 *
 * A tag and its word are one key ("#haze" and "haze" are the same talk), words meet by their stem ("flood", "floods"). Stop
 * words, single letters and bare numbers below 1000 carry no topic. Emoji alone say how, not what: they are no keys. Hosts are none
 * either: that many people link to one site is no news, that many link to one page is.
 * Pairs of keys are no keys of their own: they are counted on demand by walking chains (detect.h).
 */
#ifndef TREND_KEYS_H
#define TREND_KEYS_H

#include "text/text.h"
#include "post/post.h"
#include "trend/store.h"

enum key_kind { KEY_WORD, KEY_MENTION, KEY_CASHTAG, KEY_LINK };

struct post_key {
    uint64_t   hash;
    struct str name; /* as shown: folded form; for words the form met, not the stem */
    uint32_t   start, len; /* surface in the text, with its sigil */
    uint8_t    kind;
};

/* Distinct keys of a post in order of position, at most STORE_KEYS_MAX. */
size_t keys_of_post(const struct post *post, const struct text_facts *facts, struct post_key keys[STORE_KEYS_MAX]);

/* The post's word 2-shingles for near copies: words as written, no links, mentions, numbers; sorted, distinct, at most
 * STORE_SHINGLES_MAX. *form_out: hash of all words and emoji in order, 0 for a post without any; *word_count_out: words seen. */
size_t keys_shingles(const struct text_facts *facts, uint32_t shingles[STORE_SHINGLES_MAX], uint64_t *form_out, unsigned *word_count_out);

/* True where the text names whom it repeats: "RT @user", "via @user" or "@user:". */
bool keys_is_attributed(const struct text_facts *facts);

#endif
