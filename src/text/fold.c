#include "text/analyser.h"
#include "text/chars.h"

#include <stdlib.h>
#include <unicode/ustring.h>

struct str text_cut(struct str s, size_t max_bytes)
{
    if (s.len <= max_bytes)
        return s;
    size_t len = max_bytes;
    while (len > 0 && ((unsigned char)s.ptr[len] & 0xc0) == 0x80)
        len--;
    return str_slice(s.ptr, len);
}

static bool utf16_reserve(struct utf16 *utf16, int32_t units)
{
    if (units <= utf16->capacity)
        return true;
    UChar *grown = realloc(utf16->units, (size_t)units * sizeof *grown);
    if (!grown)
        return false;
    *utf16 = (struct utf16){grown, units};
    return true;
}

/* ICU's normaliser speaks UTF-16. Returns units in wide, or -1 without memory. */
static int32_t casefold(struct text_analyser *analyser, struct str s)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t    narrow_len = 0;
    if (s.len > INT32_MAX / 4 || !utf16_reserve(&analyser->narrow, (int32_t)s.len + 1) ||
        !utf16_reserve(&analyser->wide, 2 * (int32_t)s.len + 32))
        return -1;
    u_strFromUTF8WithSub(analyser->narrow.units, analyser->narrow.capacity, &narrow_len, s.ptr, (int32_t)s.len, 0xfffd,
                         NULL, &status);
    for (;;) {
        int32_t len = unorm2_normalize(analyser->nfkc_casefold, analyser->narrow.units, narrow_len,
                                       analyser->wide.units, analyser->wide.capacity, &status);
        if (status == U_BUFFER_OVERFLOW_ERROR && utf16_reserve(&analyser->wide, len + 1))
            status = U_ZERO_ERROR;
        else
            return U_FAILURE(status) ? -1 : len;
    }
}

static struct str fold_unicode(struct text_analyser *analyser, struct arena *arena, struct str s)
{
    int32_t len = casefold(analyser, s), bytes = 0;
    if (len < 0)
        return (struct str){0};
    UChar *units = analyser->wide.units;
    for (int32_t i = 0; i < len; i++)
        if (units[i] == 0x2019 || units[i] == 0x2018 || units[i] == 0x2bc)
            units[i] = '\'';
    struct buf *out = &analyser->scratch;
    buf_clear(out);
    if (!buf_reserve(out, (size_t)len * 3 + 1))
        return (struct str){0};
    UErrorCode status = U_ZERO_ERROR;
    u_strToUTF8WithSub(out->ptr, (int32_t)out->capacity, &bytes, units, len, 0xfffd, NULL, &status);
    if (U_FAILURE(status))
        return (struct str){0};
    struct str folded = str_slice(out->ptr, (size_t)bytes);
    return str_equal(folded, s) ? s : arena_str(arena, folded);
}

struct str text_fold_ascii(struct arena *arena, struct str s)
{
    size_t lower_len = 0;
    while (lower_len < s.len && !(ascii_kinds[(unsigned char)s.ptr[lower_len]] & ASCII_UPPER))
        lower_len++;
    if (lower_len == s.len)
        return s.ptr ? s : STR("");
    char *lower = arena_alloc(arena, s.len);
    if (!lower)
        return (struct str){0};
    for (size_t i = 0; i < s.len; i++)
        lower[i] = ascii_to_lower(s.ptr[i]);
    return str_slice(lower, s.len);
}

struct str text_fold(struct text_analyser *analyser, struct arena *arena, struct str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.len; i++)
        all |= (unsigned char)s.ptr[i];
    return all & 0x80 ? fold_unicode(analyser, arena, s) : text_fold_ascii(arena, s);
}
