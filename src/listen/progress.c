#include "listen/progress.h"

#include "base/clock.h"

#include <stdio.h>

enum { BAR_CELLS = 20, RATE_AFTER_US = 200000 };

char *progress_number(uint64_t number, char text[PROGRESS_NUMBER_BYTES])
{
    char digits[24];
    int  len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number), used = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

static void print_left(int64_t left_us, struct buf *out)
{
    int64_t seconds = left_us / CLOCK_SECOND_US + 1;
    if (seconds < 90)
        buf_printf(out, "  %lld s left", (long long)seconds);
    else if (seconds < 90 * 60)
        buf_printf(out, "  %lld min left", (long long)(seconds + 30) / 60);
    else
        buf_printf(out, "  %lld h left", (long long)(seconds + 1800) / 3600);
}

/* A file's name may hold anything; its end says most. */
static void print_name(const char *name, int room, struct buf *out)
{
    const char *slash = strrchr(name, '/');
    name = slash && slash[1] ? slash + 1 : name;
    for (int i = 0; name[i] && i < room; i++)
        buf_append_char(out, (unsigned char)name[i] < 0x20 || (unsigned char)name[i] >= 0x7f ? '?' : name[i]);
}

void progress_print(const struct progress_view *view, int columns, struct buf *out)
{
    char   posts[PROGRESS_NUMBER_BYTES], rate[PROGRESS_NUMBER_BYTES];
    size_t start = out->len;
    if (view->total) {
        double share = (double)view->done / (double)view->total;
        share = share > 1 ? 1 : share;
        int filled = (int)(share * BAR_CELLS);
        buf_append_char(out, '[');
        for (int i = 0; i < BAR_CELLS; i++)
            buf_append_char(out, i < filled ? '#' : '.');
        buf_printf(out, "] %3d %%", (int)(share * 100));
    }
    buf_printf(out, "  %s posts", progress_number(view->posts, posts));
    if (view->elapsed_us > RATE_AFTER_US) {
        double seconds = (double)view->elapsed_us / 1e6;
        buf_printf(out, "  %s/s", progress_number((uint64_t)((double)view->posts / seconds), rate));
        if (view->total && view->done && view->done < view->total)
            print_left((int64_t)((double)view->elapsed_us * ((double)view->total / (double)view->done - 1)), out);
    }
    int room = columns - (int)(out->len - start) - 2;
    if (view->what && room > 8) {
        buf_append_str(out, STR("  "));
        print_name(view->what, room, out);
    }
}
