/* The lists behind text_is_stop_word. */
#ifndef TEXT_STOP_WORDS_H
#define TEXT_STOP_WORDS_H

#include <stddef.h>

struct stop_list {
    char               lang[4];
    const char *const *words; /* in byte order */
    size_t             count;
};

extern const struct stop_list stop_lists[]; /* in order of lang */
extern const size_t           stop_list_count;
extern const struct stop_list social_stop_list; /* rt, via, amp: in every language */

#endif
