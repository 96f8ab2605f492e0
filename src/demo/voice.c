#include "demo/town.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_stop(char c)
{
    return c == '.' || c == '!' || c == '?';
}

/* Slots may leave double blanks, blanks before a stop, and two stops of which the first means more ("Why?." and "Ha!."). */
static size_t squeeze(char *text, size_t len)
{
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i], before = to ? text[to - 1] : ' ';
        if (c == ' ' && before == ' ')
            continue;
        if ((c == '.' || c == ',') && before == ' ' && to > 1 && (i + 1 == len || text[i + 1] != '.'))
            before = text[--to - 1];
        if (c == '.' && (before == '!' || before == '?' || before == ',' ||
                         (before == '.' && (i + 1 == len || text[i + 1] != '.') && !(to > 1 && text[to - 2] == '.'))))
            continue;
        text[to++] = c;
    }
    while (to && text[to - 1] == ' ')
        to--;
    return to;
}

void voice_tidy(struct buf *text)
{
    text->len = squeeze(text->ptr, text->len);
    bool starts = true;
    for (size_t i = 0; i < text->len; i++) {
        char *c = &text->ptr[i];
        if (starts && *c >= 'a' && *c <= 'z' && !str_starts_with(str_slice(c, text->len - i), STR("http")))
            *c = (char)(*c - 'a' + 'A');
        if (is_letter(*c) || (*c >= '0' && *c <= '9') || *c == '#' || *c == '@' || (unsigned char)*c >= 0x80)
            starts = false;
        if (*c == ' ' && i > 0 && is_stop(text->ptr[i - 1]))
            starts = true;
    }
}

/* Words that a slip of the finger may hit: plain, long enough, no link, tag, name or number. */
static bool may_slip(struct str word)
{
    if (word.len < 5)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (!is_letter(word.ptr[i]))
            return false;
    return !(word.ptr[0] >= 'A' && word.ptr[0] <= 'Z');
}

static void slip(struct str word, struct rng *rng, struct buf *out)
{
    size_t at = 1 + rng_below(rng, word.len - 2);
    buf_append(out, word.ptr, at);
    switch (rng_below(rng, 3)) {
    case 0: /* swapped */
        buf_append_char(out, word.ptr[at + 1]);
        buf_append_char(out, word.ptr[at]);
        buf_append(out, word.ptr + at + 2, word.len - at - 2);
        break;
    case 1: /* left out */ buf_append(out, word.ptr + at + 1, word.len - at - 1); break;
    default: /* doubled */
        buf_append_char(out, word.ptr[at]);
        buf_append(out, word.ptr + at, word.len - at);
    }
}

static const struct { const char *from, *to; } brief_words[] = {
    {"you", "u"}, {"are", "r"}, {"because", "cos"}, {"please", "pls"}, {"tomorrow", "tmrw"}, {"tonight", "tonite"},
        {"about", "abt"},
    {"people", "ppl"}, {"though", "tho"}, {"through", "thru"}, {"with", "w/"}, {"and", "&"}, {"going", "goin"},
        {"something", "smth"},
};

static bool put_brief(struct str word, struct buf *out)
{
    for (size_t i = 0; i < sizeof brief_words / sizeof brief_words[0]; i++)
        if (str_equal(word, str_of(brief_words[i].from)))
            return buf_append_str(out, str_of(brief_words[i].to));
    return false;
}

static void put_word(const struct person *person, struct rng *rng, struct str word, struct buf *out)
{
    const struct voice *voice = &person->voice;
    bool is_fixed = str_starts_with(word, STR("http")) || word.ptr[0] == '#' || word.ptr[0] == '@';
    if (is_fixed) {
        buf_append_str(out, word);
        return;
    }
    if (voice->is_brief && put_brief(word, out))
        return;
    size_t start = out->len;
    if (may_slip(word) && rng_unit(rng) < (double)voice->typo / 3)
        slip(word, rng, out);
    else
        buf_append_str(out, word);
    size_t to = start;
    for (size_t i = start; i < out->len; i++) {
        char c = out->ptr[i];
        if (voice->has_no_apostrophes && c == '\'')
            continue;
        out->ptr[to++] = voice->is_lower && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out->len = to;
}

void voice_style(const struct person *person, struct rng *rng, struct str plain, struct buf *out)
{
    const struct voice *voice = &person->voice;
    struct str rest = plain, word;
    bool       is_first = true;
    while (str_next_field(&rest, ' ', &word)) {
        if (!word.len)
            continue;
        if (!is_first) {
            if (voice->is_dotted && out->len && out->ptr[out->len - 1] == '.' && rng_unit(rng) < 0.7)
                buf_append_str(out, STR(".."));
            buf_append_char(out, ' ');
        }
        is_first = false;
        put_word(person, rng, word, out);
    }
    if (!out->len)
        return;
    char *last = &out->ptr[out->len - 1];
    if (voice->is_loud && is_stop(*last) && rng_unit(rng) < 0.6) {
        *last = *last == '?' ? '?' : '!';
        buf_append(out, "!!", 1 + rng_below(rng, 2));
    } else if (voice->has_no_stop && *last == '.' && !(out->len > 1 && last[-1] == '.')) {
        out->len--;
    }
}

static void add_line_of(const struct town *town, uint32_t list, unsigned scene, struct rng *rng, struct buf *out)
{
    size_t start = out->len;
    buf_append_char(out, ' ');
    grammar_say(&town->grammar, list, scene, rng, out);
    if (out->len == start + 1)
        out->len = start;
}

void voice_garnish(const struct town *town, const struct person *person, uint32_t emoji, uint32_t tags, unsigned scene,
                   struct rng *rng,
                   struct buf *out)
{
    const struct voice *voice = &person->voice;
    if (rng_unit(rng) < (double)voice->emoji) {
        if (rng_unit(rng) < 0.5) {
            buf_append_char(out, ' ');
            grammar_say_line(&town->grammar, town->say_any_emoji, voice->own_emoji[rng_below(rng, 2)], 0, rng, out);
        } else {
            add_line_of(town, emoji, scene, rng, out);
        }
    }
    if (rng_unit(rng) < (double)voice->tag)
        add_line_of(town, rng_unit(rng) < 0.2 ? town->say_small_tag : tags, scene, rng, out);
}
