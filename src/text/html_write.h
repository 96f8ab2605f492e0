/* Within the room: words into plain text, white space and line breaks as a reader sees them. */
#ifndef TEXT_HTML_WRITE_H
#define TEXT_HTML_WRITE_H

#include "base/buf.h"

/* What is due before the next word is kept, not written: so nothing stands at the beginning, the end or twice. */
struct html_writer {
    struct buf out;     /* max_bytes set by the caller */
    unsigned   breaks;  /* due: 1 a line, 2 a blank line */
    bool       is_apart; /* a blank is due */
    bool       is_item; /* "- " is due */
    unsigned   quotes, lists, pres; /* open around here */
    bool       is_cut;
};

void html_write(struct html_writer *writer, struct str words); /* valid UTF-8 */
void html_write_break(struct html_writer *writer, unsigned breaks);
/* A <br>: one more. */
void html_write_line(struct html_writer *writer);
/* Takes back all from at on (a value of out.len before) and writes words in its place, as they are. */
void html_rewrite(struct html_writer *writer, size_t at, struct str words);

#endif
