#include "text/analyser.h"
#include "text/chars.h"

#include "base/hash.h"

/* How many of the added numbers have each of the 64 bits set, as vertical counters: plane i holds bit i of all 64
 * counts. Adding costs two operations on average instead of 64. */
struct bit_counts {
    uint64_t planes[32];
    uint32_t added;
};

static void bit_counts_add(struct bit_counts *counts, uint64_t number)
{
    for (uint64_t *plane = counts->planes; number; plane++) {
        uint64_t carry = *plane & number;
        *plane ^= number;
        number = carry;
    }
    counts->added++;
}

/* The bits that more than half of the numbers have. */
static uint64_t bit_counts_majority(const struct bit_counts *counts)
{
    uint32_t half = counts->added / 2;
    uint64_t is_above = 0, is_equal = UINT64_MAX;
    for (int i = counts->added ? 31 - __builtin_clz(counts->added) : -1; i >= 0; i--) {
        uint64_t half_bit = half >> i & 1 ? UINT64_MAX : 0;
        is_above |= is_equal & counts->planes[i] & ~half_bit;
        is_equal &= ~(counts->planes[i] ^ half_bit);
    }
    return is_above;
}

static uint64_t hash_without_digits(struct str key)
{
    char   letters[TEXT_KEY_MAX_BYTES];
    size_t len = 0;
    bool   has_letter = false;
    for (size_t i = 0; i < key.len && len < sizeof letters; i++)
        if (!ascii_is_digit(key.ptr[i])) {
            has_letter |= key.ptr[i] != '.' && key.ptr[i] != ',' && key.ptr[i] != '_';
            letters[len++] = key.ptr[i];
        }
    return has_letter ? hash_bytes(letters, len) | 1 : 0;
}

/* The hash of a key without its ASCII digits; 0 where nothing is left ("1,000"). */
static uint64_t word_hash(struct str key)
{
    for (size_t i = 0; i < key.len; i++)
        if (ascii_is_digit(key.ptr[i]))
            return hash_without_digits(key);
    return hash_str(key) | 1;
}

/* "RT @somebody" and "via @somebody" say who said it, not what. */
static bool is_credit(const struct token *tokens, uint32_t count, uint32_t i)
{
    return i + 1 < count && tokens[i + 1].kind == TOKEN_MENTION &&
           (str_equal(tokens[i].key, STR("rt")) || str_equal(tokens[i].key, STR("via")));
}

/* M. Charikar, "Similarity estimation techniques from rounding algorithms" (2002), with pairs of neighbouring words
 * as features. */
void text_copies(const struct token *tokens, uint32_t count, struct text_facts *facts)
{
    struct bit_counts counts = {0};
    uint64_t          copy = 0, previous = 0;
    uint32_t          words = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_name = token_is_sigil_word(tokens, i) && tokens[i - 1].kind == TOKEN_MENTION;
        if (tokens[i].kind != TOKEN_WORD || is_name || is_credit(tokens, count, i))
            continue;
        uint64_t hash = word_hash(tokens[i].key);
        if (!hash)
            continue;
        copy = hash_mix(copy, hash);
        if (words++ > 0)
            bit_counts_add(&counts, hash_mix(previous, hash));
        previous = hash;
    }
    facts->word_count = words;
    facts->copy_hash = words ? copy | (copy == 0) : 0;
    facts->simhash = words > 1 ? bit_counts_majority(&counts) : hash_mix(0, previous) * (words == 1);
}
