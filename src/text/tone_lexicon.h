/* The words of the VADER lexicon, made at build by tools/tone_lexicon.py. */
#ifndef TEXT_TONE_LEXICON_H
#define TEXT_TONE_LEXICON_H

#include <stdint.h>

struct tone_word {
    const char *word;   /* lower case; an emoticon as it is */
    int8_t      tenths; /* mean of ten raters, -4.0 to 4.0, times ten */
};
extern const struct tone_word tone_words[];

/* Open addressing by FNV-1a (32 bits): number of the word + 1, 0 is free. */
enum { TONE_SLOTS = 1 << 14 };
extern const uint16_t tone_slots[TONE_SLOTS];

#endif
