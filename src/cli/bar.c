#include "cli/bar.h"

enum { EVERY_US = 100000 };

void bar_draw(struct bar *bar, const struct progress_view *view)
{
    struct buf line = {0};
    if (!bar->cli->is_progress_on || (bar->is_drawn && view->elapsed_us - bar->drawn_us < EVERY_US))
        return;
    progress_print(view, cli_error_columns() - 1, &line);
    fprintf(stderr, "\r%.*s\x1b[K", STR_ARG(buf_str(&line)));
    fflush(stderr);
    buf_fini(&line);
    bar->drawn_us = view->elapsed_us;
    bar->is_drawn = true;
}

void bar_wipe(struct bar *bar)
{
    if (!bar->is_drawn)
        return;
    fputs("\r\x1b[K", stderr);
    fflush(stderr);
    bar->is_drawn = false;
}

void bar_of_import(void *context, const struct import_progress *progress)
{
    struct progress_view view = {progress->bytes_taken, progress->bytes_total, progress->counts.read,
                                 progress->elapsed_us, progress->file};
    bar_draw(context, &view);
}
