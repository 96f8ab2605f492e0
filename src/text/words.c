/* Words in scripts that write none of their spaces: ICU's dictionaries find them. */
#include "text/analyser.h"

bool text_words_start(struct text_analyser *analyser, struct str run)
{
    UErrorCode status = U_ZERO_ERROR;
    if (!analyser->breaker)
        analyser->breaker = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    if (!analyser->breaker)
        return false;
    utext_openUTF8(&analyser->breaker_text, run.ptr, (int64_t)run.len, &status);
    ubrk_setUText(analyser->breaker, &analyser->breaker_text, &status);
    return U_SUCCESS(status);
}

size_t text_words_next(struct text_analyser *analyser, struct str run, size_t at)
{
    int32_t next = ubrk_following(analyser->breaker, (int32_t)at);
    return next == UBRK_DONE || (size_t)next > run.len || (size_t)next <= at ? run.len : (size_t)next;
}
