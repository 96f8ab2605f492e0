#include "text/stop_words.h"

#include "text/text.h"

/* The order of str_compare, without measuring the listed word first: nearly always the first bytes decide. */
static inline int compare(const char *listed, struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        int order = (unsigned char)listed[i] - (unsigned char)word.ptr[i];
        if (order || !listed[i])
            return order ? order : -1;
    }
    return listed[word.len] != '\0';
}

static bool list_has(const struct stop_list *list, struct str word)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int    order = compare(list->words[middle], word);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* NULL for a language without a list. */
static const struct stop_list *list_of(const char *lang)
{
    for (size_t i = 0; i < stop_list_count; i++)
        if (stop_lists[i].lang[0] == lang[0] && strcmp(stop_lists[i].lang, lang) == 0)
            return &stop_lists[i];
    return NULL;
}

bool text_is_stop_word(struct str folded_word, const char *lang)
{
    enum { LONGEST_BYTES = 32 };
    if (folded_word.len == 0 || folded_word.len > LONGEST_BYTES)
        return false;
    const struct stop_list *list = list_of(lang && lang[0] ? lang : "en");
    return list_has(&social_stop_list, folded_word) || (list && list_has(list, folded_word));
}
