/* What the files of settings share: one set of values, and how it is filled. */
#ifndef SETTINGS_INSIDE_H
#define SETTINGS_INSIDE_H

#include "settings/settings.h"

#include <stdatomic.h>

enum { SETTINGS_FILES_MOST = 66, SETTING_SOURCE_BYTES = 600 };

/* The layers, from the weakest on. A value and a _file of one layer and place contradict each other. */
struct value {
    const char *text;   /* NULL: not given yet */
    const char *source;
    int64_t     number; /* of numbers, bytes, booleans and words (which of them) */
    int         layer;  /* which file, the environment or the flags: given twice in one is an error */
};

struct value_set {
    struct value_set *older; /* see settings_reload */
    struct arena      arena;
    struct value      values[SETTINGS_MOST];
    const char       *files[SETTINGS_FILES_MOST + 1];
    size_t            file_count;
    int               layer;
};

struct settings {
    struct settings_sources sources;
    char                    file[512]; /* copy of sources.file; empty: none was named */
    _Atomic(struct value_set *) current;
};

/* The row, or -1. */
int find_row(struct str section, struct str key);
/* Checks the text against the row and takes it. The error names the value, not the place. */
enum error_code take_value(struct value_set *set, size_t row, struct str text, const char *source, struct error *error);
/* The same for a file that holds a secret. */
enum error_code take_file(struct value_set *set, size_t row, struct str path, const char *source, struct error *error);

/* file.c: FILE and the files of conf.d beside it. */
enum error_code read_files(struct value_set *set, const char *file, bool must_exist, struct error *error);
/* One file's bytes: for tests and the fuzzer, too. */
enum error_code read_ini(struct value_set *set, const char *path, struct str bytes, struct error *error);
/* The row whose name is nearest to what was written, as a hint: "listen" for "lisen". */
void hint_nearest(struct error *error, struct str section, struct str key);

#endif
