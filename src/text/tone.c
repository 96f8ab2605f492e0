#include "text/tone.h"

#include "text/tone_lexicon.h"

#include <math.h>

/* The paper's constants: mean rises of intensity that raters saw. */
#define BOOST 0.293       /* a degree adverb before the word */
#define CAPITALS 0.733    /* the word in capitals among others that are not */
#define EXCLAMATION 0.292 /* each of up to four */
#define QUESTIONS 0.18    /* each of two or three */
#define QUESTIONS_MOST 0.96
#define NEGATION -0.74
#define NORMALISE 15.0
#define NEUTRAL 0.05      /* compound: less than so far from 0 is neutral */
enum { LOOK_BACK = 3, ITEMS_MAX = 512 }; /* a longer text is told by its first words */

const char *const tone_names[TONE_COUNT] = {"unknown", "negative", "neutral", "positive"};

/* ---- Words ---- */

struct phrase {
    const char *words;
    double      valence;
};

static const char *const boosters[] = {
    "absolutely", "amazingly", "awfully", "completely", "considerable", "considerably", "decidedly", "deeply", "effing", "enormous",
    "enormously", "entirely", "especially", "exceptional", "exceptionally", "extreme", "extremely", "fabulously", "flippin", "flipping",
    "frackin", "fracking", "frickin", "fricking", "friggin", "frigging", "fuckin", "fucking", "fuggin", "fugging", "fully", "greatly", "hella",
    "highly", "hugely", "incredible", "incredibly", "intensely", "major", "majorly", "more", "most", "particularly", "purely", "quite",
    "really", "remarkably", "so", "substantially", "thoroughly", "total", "totally", "tremendous", "tremendously", "uber", "unbelievably",
    "unusually", "utter", "utterly", "very"};
static const char *const dampers[] = {"almost",  "barely",     "hardly", "kinda",  "kindof",   "less",   "little",   "marginal", "marginally",
                                      "occasional", "occasionally", "partly", "scarce", "scarcely", "slight", "slightly", "somewhat", "sorta",
                                      "sortof"};
static const char *const negations[] = {
    "aint", "arent", "cannot", "cant", "couldnt", "darent", "despite", "didnt", "doesnt", "dont", "hadnt", "hasnt", "havent", "isnt",
    "mightnt", "mustnt", "neednt", "neither", "never", "none", "nope", "nor", "not", "nothing", "nowhere", "oughtnt", "rarely", "seldom",
    "shant", "shouldnt", "uhuh", "wasnt", "werent", "without", "wont", "wouldnt"};

/* Said together they mean something else than word by word. The valence is that of the last word. */
static const struct phrase idioms[] = {
    {"the shit", 3},         {"the bomb", 3},      {"bad ass", 1.5},       {"badass", 1.5},     {"yeah right", -2},
    {"kiss of death", -1.5}, {"to die for", 3},    {"cut the mustard", 2}, {"hand to mouth", -2}, {"fed up", -1.8},
    {"screwed up", -1.5},    {"can't stand", -2.0}, {"bus stop", 0},
};

/* The lexicon is older than emoji. These are ours, by what they are plainly used for; what is used both ways is left out. */
static const struct phrase emoji[] = {
    {"❤", 2.7},   {"💕", 2.6}, {"💖", 2.6}, {"💗", 2.6}, {"💙", 2.5}, {"💚", 2.5}, {"💛", 2.5}, {"💜", 2.5}, {"🧡", 2.5}, {"😍", 2.7},
    {"🥰", 2.7}, {"😘", 2.3}, {"😊", 2.2}, {"☺", 2.0}, {"😀", 2.0}, {"😃", 2.0}, {"😄", 2.1}, {"😁", 1.9}, {"😂", 1.3}, {"🤣", 1.3},
    {"😆", 1.6}, {"🙂", 0.9}, {"😎", 1.7}, {"🤩", 2.5}, {"🥳", 2.6}, {"🎉", 2.2}, {"👍", 1.8}, {"👏", 1.8}, {"🙌", 2.0}, {"💪", 1.5},
    {"✨", 1.4}, {"🔥", 1.3}, {"🤗", 2.0}, {"😇", 1.6}, {"🏆", 1.8}, {"💯", 1.7}, {"😢", -1.9}, {"😭", -1.3}, {"😞", -1.9}, {"😔", -1.7},
    {"☹", -1.9}, {"🙁", -1.5}, {"😠", -2.4}, {"😡", -2.7}, {"🤬", -3.0}, {"😤", -1.6}, {"😩", -1.6}, {"😫", -1.7}, {"😣", -1.6},
    {"😖", -1.6}, {"😒", -1.6}, {"🙄", -1.5}, {"😑", -0.9}, {"😕", -1.1}, {"😱", -1.0}, {"😨", -1.4}, {"😰", -1.5}, {"🤢", -2.2},
    {"🤮", -2.6}, {"💔", -2.6}, {"👎", -2.0}, {"🤦", -1.3}, {"💩", -1.3}, {"🖕", -2.9}, {"😪", -1.2}, {"😓", -1.2}, {"🥺", -0.4},
};

static bool is_among(const char *const *words, size_t count, struct str word)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(str_of(words[i]), word))
            return true;
    return false;
}

static bool lexicon_find(struct str word, double *valence_out)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < word.len; i++)
        hash = (hash ^ (unsigned char)word.ptr[i]) * UINT32_C(16777619);
    for (uint32_t at = hash % TONE_SLOTS; tone_slots[at]; at = (at + 1) % TONE_SLOTS) {
        const struct tone_word *found = &tone_words[tone_slots[at] - 1];
        if (str_equal(str_of(found->word), word)) {
            *valence_out = found->tenths / 10.0;
            return true;
        }
    }
    return false;
}

static void emoji_find(struct str key, double *valence_out)
{
    for (size_t i = 0; i < sizeof emoji / sizeof *emoji; i++)
        if (str_equal(str_of(emoji[i].words), key))
            *valence_out = emoji[i].valence;
}

/* ---- The text as a row of words and emoticons ---- */

struct item {
    struct str word;    /* folded */
    double     valence; /* of the lexicon; 0: it has none */
    bool       is_shouted; /* in capitals, two letters or more */
    bool       is_negation, is_boosted, is_damped; /* what it does to those behind it */
};

struct items {
    struct item rows[ITEMS_MAX];
    size_t      count, words, shouted;
};

static bool is_shouted(struct str surface)
{
    size_t upper = 0;
    for (size_t i = 0; i < surface.len; i++) {
        upper += surface.ptr[i] >= 'A' && surface.ptr[i] <= 'Z';
        if (surface.ptr[i] >= 'a' && surface.ptr[i] <= 'z')
            return false;
    }
    return upper > 1;
}

static void add_item(struct items *items, struct str word, struct str surface, double valence)
{
    if (items->count == ITEMS_MAX)
        return;
    struct item *item = &items->rows[items->count++];
    *item = (struct item){.word = word, .valence = valence, .is_shouted = is_shouted(surface)};
    item->is_negation = is_among(negations, sizeof negations / sizeof *negations, word) || str_ends_with(word, STR("n't"));
    item->is_boosted = is_among(boosters, sizeof boosters / sizeof *boosters, word);
    item->is_damped = !item->is_boosted && is_among(dampers, sizeof dampers / sizeof *dampers, word);
    items->words++;
    items->shouted += item->is_shouted;
}

static void add_token(struct items *items, const struct text_facts *facts, const struct token *token)
{
    double     valence = 0;
    struct str surface = {facts->text.ptr + token->start, token->len};
    if (token->kind == TOKEN_EMOJI) {
        emoji_find(token->key, &valence);
        add_item(items, token->key, (struct str){0}, valence);
    } else if (token->kind == TOKEN_WORD) {
        lexicon_find(token->key, &valence);
        add_item(items, token->key, surface, valence);
    }
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A run between blanks that the lexicon knows as it stands and that is no single word: ":-)", "<3", "short-sighted". */
static bool add_whole(struct items *items, struct str run, size_t tokens)
{
    enum { LONGEST = 24 };
    char   folded[LONGEST];
    double valence;
    if (tokens == 1 && run.len > 0 && ((run.ptr[0] | 0x20) >= 'a' && (run.ptr[0] | 0x20) <= 'z') && !memchr(run.ptr, '-', run.len))
        return false;
    while (run.len > 2 && tokens > 1 && memchr(".,!?", run.ptr[run.len - 1], 4))
        run.len--;
    if (run.len < 2 || run.len > LONGEST)
        return false;
    for (size_t i = 0; i < run.len; i++)
        folded[i] = run.ptr[i] >= 'A' && run.ptr[i] <= 'Z' ? (char)(run.ptr[i] | 0x20) : run.ptr[i];
    if (!lexicon_find(str_slice(folded, run.len), &valence))
        return false;
    add_item(items, run, (struct str){0}, valence);
    return true;
}

static void gather(const struct text_facts *facts, struct items *items)
{
    const char *text = facts->text.ptr;
    uint32_t    next = 0;
    for (size_t at = 0; at < facts->text.len;) {
        size_t start = at, end;
        while (start < facts->text.len && is_blank(text[start]))
            start++;
        for (end = start; end < facts->text.len && !is_blank(text[end]);)
            end++;
        uint32_t first = next;
        while (next < facts->token_count && facts->tokens[next].start < end)
            next++;
        if (end > start && !add_whole(items, str_slice(text + start, end - start), next - first))
            for (uint32_t i = first; i < next; i++)
                add_token(items, facts, &facts->tokens[i]);
        at = end;
    }
}

/* ---- The rules ---- */

/* How a word before changes the valence: the closer, the more. */
static double intensity(const struct items *items, const struct item *before, double valence, size_t distance)
{
    if (!before->is_boosted && !before->is_damped)
        return 0;
    double change = before->is_boosted ? BOOST : -BOOST;
    if (before->is_shouted && items->shouted < items->words)
        change += CAPITALS;
    change *= distance == 1 ? 1 : distance == 2 ? 0.95 : 0.9;
    return valence < 0 ? -change : change;
}

static bool is_word(const struct items *items, size_t i, const char *word)
{
    return i < items->count && str_equal(items->rows[i].word, str_of(word));
}

/* "never so good" is praise, and "without doubt" is no doubt. */
static double negation(const struct items *items, size_t i, size_t distance)
{
    size_t at = i - distance;
    if (is_word(items, at, "never") && distance > 1 && (is_word(items, at + 1, "so") || is_word(items, at + 1, "this")))
        return distance == 2 ? 1.25 : 1.5;
    if (is_word(items, at, "without") && is_word(items, at + 1, "doubt"))
        return 1;
    return items->rows[at].is_negation ? NEGATION : 1;
}

/* How many words the idiom has that ends at i; 0: there is none. */
static size_t idiom_at(const struct items *items, size_t i, double *valence_out)
{
    for (size_t k = 0; k < sizeof idioms / sizeof *idioms; k++) {
        struct str words[LOOK_BACK], rest = str_of(idioms[k].words);
        size_t     count = 0;
        while (count < LOOK_BACK && str_next_field(&rest, ' ', &words[count]))
            count++;
        bool is_here = i + 1 >= count;
        for (size_t w = 0; is_here && w < count; w++)
            is_here = str_equal(items->rows[i + 1 - count + w].word, words[w]);
        if (is_here) {
            *valence_out = idioms[k].valence;
            return count;
        }
    }
    return 0;
}

static double valence_at(const struct items *items, size_t i)
{
    const struct item *item = &items->rows[i];
    double             valence = item->valence;
    if (valence == 0 || item->is_boosted || item->is_damped)
        return 0;
    bool has_following = i + 1 < items->count && items->rows[i + 1].valence != 0;
    if (str_equal(item->word, STR("no")) && has_following)
        return 0; /* it negates what follows */
    if (item->is_shouted && items->shouted < items->words)
        valence += valence > 0 ? CAPITALS : -CAPITALS;
    for (size_t distance = 1; distance <= LOOK_BACK && distance <= i; distance++) {
        const struct item *before = &items->rows[i - distance];
        if (before->valence != 0 && !before->is_negation && !str_equal(before->word, STR("no")))
            continue;
        valence += intensity(items, before, valence, distance);
        valence *= distance == 1 && is_word(items, i - 1, "no") ? NEGATION : negation(items, i, distance);
    }
    bool is_least = i > 0 && is_word(items, i - 1, "least") && !(i > 1 && (is_word(items, i - 2, "at") || is_word(items, i - 2, "very")));
    return is_least ? valence * NEGATION : valence;
}

static double emphasis(struct str text)
{
    size_t exclamations = 0, questions = 0;
    for (size_t i = 0; i < text.len; i++) {
        exclamations += text.ptr[i] == '!';
        questions += text.ptr[i] == '?';
    }
    double asked = questions < 2 ? 0 : questions <= 3 ? (double)questions * QUESTIONS : QUESTIONS_MOST;
    return asked + EXCLAMATION * (double)(exclamations < 4 ? exclamations : 4);
}

struct tone_score tone_of(const struct text_facts *facts)
{
    struct items items;
    items.count = items.words = items.shouted = 0;
    if (strcmp(facts->lang, "en") == 0)
        gather(facts, &items);
    if (items.count == 0)
        return (struct tone_score){TONE_UNKNOWN, 0};
    /* What stands behind "but" is what was meant. */
    size_t but = 0;
    while (but < items.count && !is_word(&items, but, "but"))
        but++;
    double sum = 0, valences[ITEMS_MAX];
    for (size_t i = 0; i < items.count; i++) {
        valences[i] = valence_at(&items, i);
        size_t words = idiom_at(&items, i, &valences[i]);
        for (size_t w = 1; w < words; w++)
            valences[i - w] = 0; /* they are part of it, and mean nothing by themselves */
    }
    for (size_t i = 0; i < items.count; i++)
        sum += valences[i] * (but == items.count || i == but ? 1 : i < but ? 0.5 : 1.5);
    if (sum != 0)
        sum += sum > 0 ? emphasis(facts->text) : -emphasis(facts->text);
    double compound = sum / sqrt(sum * sum + NORMALISE);
    return (struct tone_score){compound >= NEUTRAL ? TONE_POSITIVE : compound <= -NEUTRAL ? TONE_NEGATIVE : TONE_NEUTRAL, compound};
}

/* ---- Shares ---- */

void tone_shares_add(struct tone_shares *shares, enum tone tone)
{
    shares->n_all++;
    shares->n_known += tone != TONE_UNKNOWN;
    shares->negative.count += tone == TONE_NEGATIVE;
    shares->neutral.count += tone == TONE_NEUTRAL;
    shares->positive.count += tone == TONE_POSITIVE;
}

void tone_wilson(uint64_t hits, uint64_t n, double *low_out, double *high_out)
{
    const double z = 1.959963984540054;
    double       p = (double)hits / (double)n, size = (double)n;
    double       centre = p + z * z / (2 * size), half = z * sqrt(p * (1 - p) / size + z * z / (4 * size * size));
    *low_out = n ? fmax(0, (centre - half) / (1 + z * z / size)) : NAN;
    *high_out = n ? fmin(1, (centre + half) / (1 + z * z / size)) : NAN;
}

void tone_shares_finish(struct tone_shares *shares)
{
    struct tone_share *rows[] = {&shares->negative, &shares->neutral, &shares->positive};
    for (size_t i = 0; i < 3; i++) {
        rows[i]->share = shares->n_known ? (double)rows[i]->count / (double)shares->n_known : NAN;
        tone_wilson(rows[i]->count, shares->n_known, &rows[i]->low, &rows[i]->high);
    }
}
