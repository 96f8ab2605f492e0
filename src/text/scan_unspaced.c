/* Words in scripts that write none of their spaces: ICU's dictionaries find them. */
#include "text/scan.h"

static bool start_words(struct text_analyser *analyser, struct str run)
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

static size_t next_word(struct text_analyser *analyser, struct str run, size_t at)
{
    int32_t next = ubrk_following(analyser->breaker, (int32_t)at);
    return next == UBRK_DONE || (size_t)next > run.len || (size_t)next <= at ? run.len : (size_t)next;
}

/* A run of a script without spaces, in pieces of bounded length. */
void scan_unspaced(struct scan *scan)
{
    enum { RUN_MAX_BYTES = 4096 };
    size_t start = scan->at, end = start;
    for (;;) {
        struct glyph    glyph = glyph_at(scan->text, end);
        enum char_class class = glyph.len && scan->text.ptr[end] != '&' ? char_class(glyph.c) : CHAR_OTHER;
        if (class != CHAR_UNSPACED && class != CHAR_MARK && (class != CHAR_FORMAT || end == start))
            break;
        if (end - start + glyph.len > RUN_MAX_BYTES)
            break;
        end += glyph.len;
    }
    if (end == start) { /* one letter written as an entity */
        struct glyph glyph = glyph_at(scan->text, start);
        scan->at = start + glyph.len;
        scan_push_word(scan, start, scan->at);
        return;
    }
    struct str run = {scan->text.ptr + start, end - start};
    scan->at = end;
    if (!start_words(scan->analyser, run)) {
        scan->has_failed = true;
        return;
    }
    for (size_t at = 0; at < run.len && !scan->has_failed;) {
        size_t next = next_word(scan->analyser, run, at);
        scan_push_word(scan, start + at, start + next);
        at = next;
    }
}
