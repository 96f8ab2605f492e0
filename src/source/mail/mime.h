/* A mail as words (RFC 5322, 2045 to 2047): headers decoded, the text of its best part, in UTF-8 whatever it was written in. Any bytes are a mail: what is
 * broken gives less, never an error. Bounded: depth, parts, headers and text have a maximum, and each byte is looked at once for each level it lies in. */
#ifndef SOURCE_MAIL_MIME_H
#define SOURCE_MAIL_MIME_H

#include "base/arena.h"
#include "base/error.h"

enum { MIME_PARTS_MOST = 100, MIME_DEPTH_MOST = 8, MIME_HEADER_MOST_BYTES = 64 * 1024, MIME_TEXT_MOST_BYTES = 240 * 1024, MIME_REFERENCES_MOST = 100 };

struct mime_mail { /* in arena; empty where it says nothing */
    struct str message_id;            /* without < and > */
    struct str in_reply_to, root;     /* Message-IDs: what it answers, and where the thread began (References' first) */
    struct str from_address, from_name, reply_to; /* addresses in lower case */
    struct str subject, list_id, archived_at;
    int64_t    date_us;               /* 0: none that can be read */
    struct str text;                  /* lines end with \n; of the plain part, else of the HTML one */
    struct str references;            /* as it came, unfolded: what an answer repeats */
    bool       is_automatic;          /* bounces, vacation notes, machines: Auto-Submitted, Precedence */
    bool       is_html;
};
/* ERROR_MEMORY alone. */
enum error_code mime_read(struct str bytes, struct arena *arena, struct mime_mail *mail_out, struct error *error);

/* What the author wrote: without quoted lines (">"), the line that announces them, and what stands behind "-- ". In arena. */
struct str mime_own_words(struct str text, struct arena *arena);

/* A header's value with its encoded words, UTF-8, one line. In arena; ptr NULL: no memory. */
struct str mime_decode_words(struct str value, struct arena *arena);

#endif
