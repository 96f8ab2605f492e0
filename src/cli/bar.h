/* A bar on standard error while something long runs; nothing where that is no terminal, or with --quiet. */
#ifndef CLI_BAR_H
#define CLI_BAR_H

#include "cli/cli.h"
#include "listen/import.h"
#include "listen/progress.h"

/* Initialise with {.cli = cli}; the rest is its own. */
struct bar {
    struct cli *cli;
    int64_t     drawn_us; /* elapsed time when it was drawn last */
    bool        is_drawn;
};

/* Draws, ten times a second at most. */
void bar_draw(struct bar *bar, const struct progress_view *view);
void bar_wipe(struct bar *bar);

/* As on_progress of an import, with the bar as context. */
void bar_of_import(void *bar, const struct import_progress *progress);

#endif
