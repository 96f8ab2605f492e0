#include "text/analyser.h"

#include "base/hash.h"

#include <libstemmer.h>
#include <stdlib.h>

/* Languages that libstemmer knows, by our codes. */
static const char stemmed_languages[][4] = {"ar", "ca", "da", "de", "el", "en", "es", "eu", "fi", "fr",
                                            "ga", "hi", "hu", "hy", "id", "it", "lt", "ne", "no", "pt",
                                            "ro", "ru", "sr", "sv", "ta", "tr", "yi", "nl"};

enum { LANGUAGE_COUNT = sizeof stemmed_languages / sizeof *stemmed_languages, SLOT_COUNT = 8192, SLOT_WORD_BYTES = 27 };

/* Words repeat (Zipf): most stems come from here. A slot is overwritten by whatever comes next. */
struct stem_slot {
    uint8_t language; /* number + 1; 0: free */
    uint8_t word_len, stem_len;
    char    word[SLOT_WORD_BYTES], stem[SLOT_WORD_BYTES];
};

struct stem_cache {
    struct sb_stemmer *stemmers[LANGUAGE_COUNT]; /* made when first asked for */
    struct stem_slot   slots[SLOT_COUNT];
};

void stem_cache_free(struct stem_cache *cache)
{
    for (size_t i = 0; cache && i < LANGUAGE_COUNT; i++)
        sb_stemmer_delete(cache->stemmers[i]);
    free(cache);
}

int stem_language(const char *lang)
{
    for (int i = 0; lang && lang[0] && i < LANGUAGE_COUNT; i++)
        if (lang[0] == stemmed_languages[i][0] && lang[1] == stemmed_languages[i][1] && lang[2] == '\0')
            return i;
    return -1;
}

/* Without memory a word is its own stem. */
static struct str run_stemmer(struct stem_cache *cache, int language, struct str word)
{
    struct sb_stemmer **stemmer = &cache->stemmers[language];
    if (!*stemmer)
        *stemmer = sb_stemmer_new(stemmed_languages[language], NULL);
    const sb_symbol *stem = *stemmer ? sb_stemmer_stem(*stemmer, (const sb_symbol *)word.ptr, (int)word.len) : NULL;
    int              len = stem ? sb_stemmer_length(*stemmer) : 0;
    return len > 0 ? str_slice((const char *)stem, (size_t)len) : word;
}

struct str stem_in(struct text_analyser *analyser, struct str word, int language)
{
    if (language < 0 || word.len == 0 || word.len > TEXT_KEY_MAX_BYTES)
        return word;
    if (!analyser->stems && !(analyser->stems = calloc(1, sizeof *analyser->stems)))
        return word;
    if (word.len > SLOT_WORD_BYTES)
        return run_stemmer(analyser->stems, language, word);
    struct stem_slot *slot = &analyser->stems->slots[(hash_str(word) + (unsigned)language) % SLOT_COUNT];
    if (slot->language != language + 1 || !str_equal(str_slice(slot->word, slot->word_len), word)) {
        struct str stem = run_stemmer(analyser->stems, language, word);
        if (stem.len > SLOT_WORD_BYTES)
            return stem;
        slot->language = (uint8_t)(language + 1);
        slot->word_len = (uint8_t)word.len;
        slot->stem_len = (uint8_t)stem.len;
        memcpy(slot->word, word.ptr, word.len);
        memcpy(slot->stem, stem.ptr, stem.len);
    }
    return str_slice(slot->stem, slot->stem_len);
}

struct str text_stem(struct text_analyser *analyser, struct str folded_word, const char *lang)
{
    return stem_in(analyser, folded_word, stem_language(lang));
}
