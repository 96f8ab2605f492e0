/* Which deliveries were taken already. */
#include "source/webhook/webhook.h"

#include "base/hash.h"

enum { ROW_BYTES = 24 }; /* 16 of the hash, 8 of the second */

static bool read_hex(const char *text, size_t len, uint64_t *number_out)
{
    *number_out = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        int  digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        *number_out = *number_out << 4 | (uint64_t)digit;
    }
    return true;
}

void webhook_names_read(struct str state, struct webhook_names *names_out)
{
    names_out->count = 0;
    for (size_t at = 0; at + ROW_BYTES <= state.len && names_out->count < WEBHOOK_NAMES_MAX; at += ROW_BYTES) {
        uint64_t name, at_s;
        if (!read_hex(state.ptr + at, 16, &name) || !read_hex(state.ptr + at + 16, 8, &at_s))
            return;
        names_out->rows[names_out->count].name = name;
        names_out->rows[names_out->count++].at_s = (int64_t)at_s;
    }
}

bool webhook_names_have(const struct webhook_names *names, struct str name)
{
    uint64_t hash = hash_str(name);
    for (size_t i = 0; i < names->count; i++)
        if (names->rows[i].name == hash)
            return true;
    return false;
}

void webhook_names_add(struct webhook_names *names, struct str name, int64_t now_s)
{
    size_t from = 0;
    while (from < names->count && (names->rows[from].at_s < now_s - 2 * WEBHOOK_WINDOW_S || names->count - from >= WEBHOOK_NAMES_MAX))
        from++;
    memmove(names->rows, names->rows + from, (names->count - from) * sizeof names->rows[0]);
    names->count -= from;
    names->rows[names->count].name = hash_str(name);
    names->rows[names->count++].at_s = now_s;
}

void webhook_names_print(const struct webhook_names *names, struct buf *out)
{
    for (size_t i = 0; i < names->count; i++)
        buf_printf(out, "%016llx%08llx", (unsigned long long)names->rows[i].name, (unsigned long long)(names->rows[i].at_s & 0xffffffff));
}
