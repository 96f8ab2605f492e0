/* Settings: one table of rows, and the values they have here.
 *
 *     built-in < FILE < what ends in .conf in conf.d beside it, by name < environment < command line
 *
 * FILE is --config, else BELLWETHER_CONFIG, else /etc/bellwether/bellwether.conf where it exists. It is an INI file:
 *     [server]
 *     listen = 127.0.0.1:8600
 * In the environment the same is BELLWETHER_SERVER_LISTEN. A secret may also be the name of a file that holds it, in
 * either place: `password_file = /run/secrets/mail`, BELLWETHER_MAIL_PASSWORD_FILE. What is unknown, given twice in one
 * place, or out of bounds is an error that names the place. Values are read anew by settings_reload; a row says whether
 * a running server heeds that.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* ---- Rows ---- */

enum setting_type {
    SETTING_TEXT,    /* UTF-8 without control bytes */
    SETTING_URL,     /* http:// or https://, no blank, no / at its end; or empty */
    SETTING_NUMBER,  /* whole, within least and most */
    SETTING_BYTES,   /* "65536", "64KiB", "32MiB", "1GiB" */
    SETTING_BOOLEAN, /* yes or no, true or false, on or off */
    SETTING_WORD,    /* one of `words` */
};

struct setting_row {
    const char       *section, *key;
    enum setting_type type;
    const char       *fallback; /* as it would stand in a file */
    int64_t           least, most;
    const char       *words;    /* of SETTING_WORD: "text logfmt json" */
    bool              is_secret;
    bool              needs_restart; /* else a running server heeds a reload */
    const char       *help;     /* a sentence */
};

extern const struct setting_row setting_rows[]; /* ends with a row without a key */
enum { SETTINGS_MOST = 64, SETTING_VALUE_MAX_BYTES = 4096 };

/* ---- Reading ---- */

struct settings;

struct settings_flag {
    const char *name;  /* "server.listen" */
    const char *value; /* NULL: not given */
    const char *flag;  /* "--listen", for messages */
};

struct settings_sources {
    const char        *file;        /* --config; NULL: see above */
    char *const       *environment; /* like environ; NULL: none */
    const struct settings_flag *flags; /* ends with a row without a name; NULL: none. Must outlive the settings */
};

/* ERROR_INVALID: a value, a key or a section, with its place; ERROR_NOT_FOUND: the named file is missing; ERROR_SYNTAX:
 * a line is no INI. */
enum error_code settings_load(const struct settings_sources *sources, struct settings **settings_out,
                              struct error *error);
void            settings_free(struct settings *settings);

/* Reads everything anew, then swaps: whoever asks from now on gets the new values. After an error nothing has changed.
 * changed_out (may be NULL) gets the names of the rows that changed, one a line, with " (after a restart)" behind those
 * that need one. Old values live until settings_free, so that a text in use stays valid. One thread at a time. */
enum error_code settings_reload(struct settings *settings, struct buf *changed_out, struct error *error);

/* By "section.key"; a name that is no row is a defect. Text is never NULL; it lives as long as the settings. Any
 * thread. settings NULL gives the built-in values. */
const char *settings_text(const struct settings *settings, const char *name);
int64_t     settings_number(const struct settings *settings, const char *name); /* also bytes */
bool        settings_boolean(const struct settings *settings, const char *name);

/* ---- Telling ---- */

/* Where the value of the ith row came from: "built-in", "/etc/bellwether/bellwether.conf:3",
 * "BELLWETHER_SERVER_LISTEN", "--listen". */
const char *settings_source(const struct settings *settings, size_t row);
const char *settings_value(const struct settings *settings, size_t row); /* as text, secrets too: see settings_shown */
/* The value for people's eyes: a secret is "(set)" or "". */
const char *settings_shown(const struct settings *settings, size_t row);
/* The files that were read, in order; NULL behind the last. */
const char *settings_file(const struct settings *settings, size_t i);

#endif
