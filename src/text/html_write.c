#include "text/html_write.h"

#include "base/utf8.h"

enum { QUOTES_SHOWN = 8 };

/* As much of words as fits, in whole characters. */
static void append(struct html_writer *writer, struct str words)
{
    size_t left = writer->out.max_bytes - writer->out.len;
    if (words.len > left) {
        writer->is_cut = true;
        words.len = left;
        while (words.len && ((unsigned char)words.ptr[words.len] & 0xc0) == 0x80)
            words.len--;
    }
    buf_append_str(&writer->out, words);
}

/* What is due before the next word. */
static void settle(struct html_writer *writer)
{
    bool is_start = writer->out.len == 0;
    for (; writer->breaks > 0 && !is_start; writer->breaks--) {
        append(writer, STR("\n"));
        /* An empty line between two lines of a quote is one of the quote's. */
        if (writer->breaks == 2 && writer->quotes)
            append(writer, STR(">"));
        if (writer->breaks == 1)
            for (unsigned i = 0; i < writer->quotes && i < QUOTES_SHOWN; i++)
                append(writer, STR("> "));
        writer->is_apart = false;
        if (writer->breaks == 1 && writer->is_item)
            append(writer, STR("- "));
        if (writer->breaks == 1)
            writer->is_item = false;
    }
    if (is_start) {
        for (unsigned i = 0; i < writer->quotes && i < QUOTES_SHOWN; i++)
            append(writer, STR("> "));
        if (writer->is_item)
            append(writer, STR("- "));
        writer->is_item = writer->is_apart = false;
    }
    writer->breaks = 0;
    if (writer->is_apart)
        append(writer, STR(" "));
    writer->is_apart = false;
}

/* Bytes of the white space or control at s (a no-break space is one to a reader of plain text), or 0. */
static size_t blank_bytes(struct str s)
{
    unsigned char c = (unsigned char)s.ptr[0];
    if (c <= ' ' || c == 0x7f)
        return 1;
    return c == 0xc2 && s.len > 1 && ((unsigned char)s.ptr[1] == 0xa0 || (unsigned char)s.ptr[1] < 0xa0) ? 2 : 0;
}

static bool is_soft_hyphen(struct str s)
{
    return s.len > 1 && (unsigned char)s.ptr[0] == 0xc2 && (unsigned char)s.ptr[1] == 0xad;
}

void html_write(struct html_writer *writer, struct str words)
{
    for (size_t at = 0, first = 0, len = 0; at < words.len && !writer->is_cut; first = at) {
        struct str rest = str_slice(words.ptr + at, words.len - at);
        if ((len = blank_bytes(rest))) {
            at += len;
            if (writer->pres && rest.ptr[0] == '\n')
                html_write_line(writer);
            else if (writer->pres && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t') && writer->out.len && !writer->breaks)
                append(writer, STR(" "));
            else if (writer->pres && rest.ptr[0] == ' ' && writer->breaks)
                settle(writer), append(writer, STR(" ")); /* an indented line */
            else
                writer->is_apart = true;
            continue;
        }
        if (is_soft_hyphen(rest)) {
            at += 2;
            continue;
        }
        while (at < words.len && !blank_bytes(str_slice(words.ptr + at, words.len - at)) && !is_soft_hyphen(str_slice(words.ptr + at, words.len - at)))
            at++;
        settle(writer);
        append(writer, str_slice(words.ptr + first, at - first));
    }
}

void html_write_break(struct html_writer *writer, unsigned breaks)
{
    if (breaks == 2 && writer->lists)
        breaks = 1;
    writer->breaks = writer->breaks > breaks ? writer->breaks : breaks;
}

void html_write_line(struct html_writer *writer)
{
    writer->breaks = writer->breaks < 2 ? writer->breaks + 1 : 2;
}

void html_rewrite(struct html_writer *writer, size_t at, struct str words)
{
    writer->out.len = at;
    append(writer, words);
}
