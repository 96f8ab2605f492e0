#include "query/parse.h"

#include <stdio.h>

enum { NAME_MAX = 32 };

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Edits (insert, remove, replace, swap neighbours) that turn a into b: optimal string alignment, three rows at a time. */
static unsigned edit_distance(struct str a, struct str b)
{
    unsigned rows[3][NAME_MAX + 1];
    if (a.len > NAME_MAX || b.len > NAME_MAX)
        return NAME_MAX;
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            char     x = lower(a.ptr[i - 1]), y = lower(b.ptr[j - 1]);
            unsigned best = above[j - 1] + (x != y);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && x == lower(b.ptr[j - 2]) && y == lower(a.ptr[i - 2]) && two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a.len % 3][b.len];
}

const char *near_names(struct str word, const struct str *names, size_t count, char out[NEAR_NAMES_BYTES])
{
    enum { MOST = 3 };
    unsigned limit = word.len <= 3 ? 1 : word.len <= 6 ? 2 : 3, found = 0;
    size_t   used = 0;
    out[0] = '\0';
    for (unsigned distance = 0; distance <= limit; distance++)
        for (size_t i = 0; i < count && found < MOST; i++)
            if (edit_distance(word, names[i]) == distance && used < NEAR_NAMES_BYTES / 2)
                used += (size_t)snprintf(out + used, NEAR_NAMES_BYTES - used, "%s%.*s", found++ ? " or " : "",
                                         STR_ARG(names[i]));
    return out;
}
