/* The tone of an English text: positive, neutral or negative, by the rules of VADER (Hutto and Gilbert, "VADER: A Parsimonious Rule-based
 * Model for Sentiment Analysis of Social Media Text", ICWSM 2014), over the tokens that text_analyse found.
 *
 * What it is worth, on 2,000 tweets that nothing was tuned on (TweetEval sentiment, validation part): docs/tone.md states macro-recall beside
 * what others reach. It errs in more than a third of single posts, so show shares of many with their intervals, say that a machine
 * read them, and let people correct it. It hears no irony. Texts in other languages are TONE_UNKNOWN: they are never guessed.
 *
 * Pure; the lexicon is a table in the program, so any number of threads may ask. About 1 us for a post.
 */
#ifndef TEXT_TONE_H
#define TEXT_TONE_H

#include "text/text.h"

enum tone {
    TONE_UNKNOWN, /* not English, or no words at all */
    TONE_NEGATIVE,
    TONE_NEUTRAL,
    TONE_POSITIVE,
    TONE_COUNT
};
extern const char *const tone_names[TONE_COUNT]; /* "unknown", "negative", "neutral", "positive" */

struct tone_score {
    enum tone tone;
    double    compound; /* -1 to 1; sum of valences / sqrt(sum^2 + 15). 0 where the tone is unknown */
};

/* Needs facts->text, tokens and lang ("en"); no `want` beyond TEXT_WANT_LANGUAGE. */
struct tone_score tone_of(const struct text_facts *facts);

/* ---- Shares over many posts ---- */

struct tone_share {
    uint64_t count;
    double   share, low, high; /* of the known; Wilson's interval at 95 % (1927). All NaN where nothing is known */
};

/* Init with {0}, add each post, finish; then read. */
struct tone_shares {
    uint64_t          n_known, n_all;
    struct tone_share negative, neutral, positive;
};
void tone_shares_add(struct tone_shares *shares, enum tone tone);
void tone_shares_finish(struct tone_shares *shares);

/* Where a scan ends: tone is told from at most so many posts, the newest. */
enum { TONE_SCAN_MOST = 20000 };

/* Wilson's score interval of hits out of n at 95 %; NaN for n = 0. */
void tone_wilson(uint64_t hits, uint64_t n, double *low_out, double *high_out);

#endif
