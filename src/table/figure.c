#include "table/figure.h"

#include "post/post.h"

enum { DIGITS_MAX = 16 };

/* Blanks between thousands: space, no-break, narrow no-break, thin; and apostrophes. Returns the bytes, 0 for anything else. */
static size_t blank_at(struct str s, size_t at)
{
    static const struct str blanks[] = {STR(" "), STR("\xc2\xa0"), STR("\xe2\x80\xaf"), STR("\xe2\x80\x89"), STR("'"), STR("\xe2\x80\x99")};
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
        if (str_starts_with(str_slice(s.ptr + at, s.len - at), blanks[i]))
            return blanks[i].len;
    return 0;
}

static int64_t times_of(struct str *s)
{
    static const struct {
        struct str sign;
        int64_t    times;
    } signs[] = {{STR("K"), 1000}, {STR("k"), 1000}, {STR("M"), 1000000}, {STR("m"), 1000000}, {STR("B"), 1000000000}, {STR("\xe4\xb8\x87"), 10000}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (s->len > signs[i].sign.len && str_ends_with(*s, signs[i].sign)) {
            s->len -= signs[i].sign.len;
            *s = str_trim(*s);
            return signs[i].times;
        }
    return 1;
}

/* Whether the separator at `at` stands before exactly three digits and then another separator or the end. */
static bool is_before_three(struct str s, size_t at)
{
    size_t digits = 0;
    while (at + 1 + digits < s.len && s.ptr[at + 1 + digits] >= '0' && s.ptr[at + 1 + digits] <= '9')
        digits++;
    return digits == 3;
}

int64_t figure_of(struct str s)
{
    s = str_trim(s);
    int64_t times = times_of(&s), whole = 0, fraction = 0, scale = 1;
    size_t  last = SIZE_MAX, digits = 0, commas = 0, dots = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == ',' || s.ptr[i] == '.') {
            last = i;
            *(s.ptr[i] == ',' ? &commas : &dots) += 1;
        }
    /* The last separator begins the fraction where both kinds stand, or where what follows it are no thousands. */
    bool is_mixed = commas && dots, is_decimal = last != SIZE_MAX && (is_mixed ? true : commas + dots == 1 && (times > 1 || !is_before_three(s, last)));
    for (size_t i = 0; i < s.len;) {
        char   c = s.ptr[i];
        size_t blank = blank_at(s, i);
        if (c >= '0' && c <= '9') {
            if (is_decimal && i > last) {
                if (scale < 1000000) {
                    fraction = fraction * 10 + (c - '0');
                    scale *= 10;
                }
            } else {
                if (++digits > DIGITS_MAX)
                    return POST_COUNT_UNKNOWN;
                whole = whole * 10 + (c - '0');
            }
            i++;
        } else if ((c == ',' || c == '.') && (i != last || !is_decimal)) {
            if (!digits || !is_before_three(s, i))
                return POST_COUNT_UNKNOWN;
            i++;
        } else if (c == ',' || c == '.')
            i++;
        else if (blank && digits && i + blank < s.len)
            i += blank;
        else
            return POST_COUNT_UNKNOWN;
    }
    if (!digits || whole > INT64_C(9000000000000000) / times)
        return POST_COUNT_UNKNOWN;
    return whole * times + fraction * times / scale;
}
