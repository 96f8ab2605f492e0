#include "text/html.h"

#include "base/utf8.h"
#include "text/html_scan.h"
#include "text/html_write.h"

#include <stdlib.h>

enum effect { BREAK = 1, PARAGRAPH = 2, QUOTE = 4, LIST = 8, PRE = 16, ITEM = 32, CELL = 64, DROP = 128, VOID = 256, ENDS_ITS_LIKE = 512 };

/* Sorted by name. */
static const struct element {
    char     name[HTML_NAME_BYTES];
    unsigned effects;
} elements[] = {
    {"address", BREAK}, {"annotation", DROP}, {"annotation-xml", DROP}, {"area", VOID}, {"article", BREAK}, {"aside", BREAK}, {"audio", DROP},
    {"base", VOID}, {"blockquote", PARAGRAPH | QUOTE}, {"body", BREAK}, {"br", VOID}, {"caption", BREAK}, {"center", BREAK}, {"col", VOID},
    {"datalist", DROP}, {"dd", BREAK | ENDS_ITS_LIKE}, {"details", BREAK}, {"dialog", BREAK}, {"dir", PARAGRAPH | LIST}, {"div", BREAK},
    {"dl", PARAGRAPH}, {"dt", BREAK | ENDS_ITS_LIKE}, {"embed", VOID}, {"fieldset", BREAK}, {"figcaption", BREAK}, {"figure", PARAGRAPH},
    {"footer", BREAK}, {"form", BREAK}, {"frame", VOID}, {"h1", PARAGRAPH}, {"h2", PARAGRAPH}, {"h3", PARAGRAPH}, {"h4", PARAGRAPH},
    {"h5", PARAGRAPH}, {"h6", PARAGRAPH}, {"header", BREAK}, {"hgroup", BREAK}, {"hr", PARAGRAPH | VOID}, {"html", BREAK}, {"iframe", DROP},
    {"img", VOID}, {"input", VOID}, {"keygen", VOID}, {"legend", BREAK}, {"li", BREAK | ITEM | ENDS_ITS_LIKE}, {"link", VOID},
    {"listing", PARAGRAPH | PRE}, {"main", BREAK}, {"menu", PARAGRAPH | LIST}, {"meta", VOID}, {"nav", BREAK}, {"noembed", DROP},
    {"noframes", DROP}, {"object", DROP}, {"ol", PARAGRAPH | LIST}, {"optgroup", BREAK}, {"option", BREAK | ENDS_ITS_LIKE},
    {"p", PARAGRAPH | ENDS_ITS_LIKE}, {"param", VOID}, {"plaintext", PARAGRAPH | PRE}, {"pre", PARAGRAPH | PRE}, {"script", DROP},
    {"search", BREAK}, {"section", BREAK}, {"select", DROP}, {"source", VOID}, {"style", DROP}, {"summary", BREAK}, {"svg", DROP},
    {"table", PARAGRAPH}, {"tbody", BREAK}, {"td", CELL | ENDS_ITS_LIKE}, {"template", DROP}, {"textarea", DROP}, {"tfoot", BREAK},
    {"th", CELL | ENDS_ITS_LIKE}, {"thead", BREAK}, {"title", DROP}, {"tr", BREAK | ENDS_ITS_LIKE}, {"track", VOID}, {"ul", PARAGRAPH | LIST},
    {"video", DROP}, {"wbr", VOID}, {"xmp", PARAGRAPH | PRE},
};

enum { OPEN_MAX = 128, HREF_MAX_BYTES = 4096 };

struct open {
    char     name[HTML_NAME_BYTES];
    unsigned effects;
};

struct walk {
    struct arena      *arena;
    struct str         base;
    struct html_writer writer;
    struct html_text  *text;
    struct buf         scratch;
    struct open        open[OPEN_MAX];
    size_t             open_count, over; /* over: open beyond the stack */
    size_t             dropped; /* open[dropped - 1] is dropped with all that is in it; 0: nothing is */
    struct str         href;    /* of the <a> around here; empty: none */
    size_t             words_at; /* where its words begin in the text; SIZE_MAX: none yet */
    bool               has_failed;
};

static int compare_names(const void *name, const void *element)
{
    return strcmp(name, ((const struct element *)element)->name);
}

static unsigned effects_of(const char *name)
{
    const struct element *element = bsearch(name, elements, sizeof elements / sizeof *elements, sizeof *elements, compare_names);
    return element ? element->effects : 0;
}

/* ---- Attributes ---- */

/* Decoded, in the scratch buffer until the next call; empty where there is none or it is over HREF_MAX_BYTES. */
static struct str attribute(struct walk *walk, const struct html_piece *piece, const char *name)
{
    struct str value = html_attribute(piece->attributes, name);
    buf_clear(&walk->scratch);
    if (value.len && value.len <= HREF_MAX_BYTES)
        html_decode(value, true, &walk->scratch);
    walk->has_failed = walk->has_failed || walk->scratch.has_failed;
    return buf_str(&walk->scratch);
}

static bool mentions(struct str s, const char *word)
{
    for (size_t at = 0, len = strlen(word); at + len <= s.len; at++)
        if (str_equal_ascii_nocase(str_slice(s.ptr + at, len), str_of(word)))
            return true;
    return false;
}

static bool is_hidden(const struct html_piece *piece)
{
    struct str style = html_attribute(piece->attributes, "style");
    if (html_attribute(piece->attributes, "hidden").ptr)
        return true;
    for (size_t at = 0; at + 8 < style.len; at++) {
        if (!str_equal_ascii_nocase(str_slice(style.ptr + at, 7), STR("display")))
            continue;
        for (at += 7; at < style.len && (style.ptr[at] == ' ' || style.ptr[at] == ':'); at++)
            ;
        if (at + 4 <= style.len && str_equal_ascii_nocase(str_slice(style.ptr + at, 4), STR("none")))
            return true;
    }
    return false;
}

/* A picture of one point counts who reads; nobody sees it. */
static bool is_pixel(const struct html_piece *piece)
{
    struct str width = html_attribute(piece->attributes, "width"), height = html_attribute(piece->attributes, "height");
    return width.len == 1 && height.len == 1 && width.ptr[0] <= '1' && height.ptr[0] <= '1';
}

/* ---- What is listed ---- */

static void add_link(struct walk *walk, struct str url)
{
    struct html_text *text = walk->text;
    if (url.len == 0 || text->link_count == HTML_LINKS_MAX)
        return;
    for (size_t i = 0; i < text->link_count; i++)
        if (str_equal(text->links[i], url))
            return;
    text->links[text->link_count++] = url;
}

static void add_media(struct walk *walk, enum html_media_type type, const struct html_piece *piece)
{
    struct html_text *text = walk->text;
    struct str        src = attribute(walk, piece, "src"), alt;
    struct str        url = src.len ? html_resolve(walk->arena, walk->base, src) : src;
    if (url.len == 0 || text->media_count == HTML_LINKS_MAX)
        return;
    for (size_t i = 0; i < text->media_count; i++)
        if (str_equal(text->media[i].url, url))
            return;
    alt = arena_str(walk->arena, str_trim(attribute(walk, piece, "alt")));
    walk->has_failed = walk->has_failed || !alt.ptr;
    text->media[text->media_count++] = (struct html_media){type, url, alt};
}

/* ---- Links in the text ---- */

static struct str without_scheme(struct str url)
{
    const struct str beginnings[] = {STR("https://"), STR("http://"), STR("www.")};
    for (size_t i = 0; i < 3; i++)
        if (url.len >= beginnings[i].len && str_equal_ascii_nocase(str_slice(url.ptr, beginnings[i].len), beginnings[i]))
            url = str_slice(url.ptr + beginnings[i].len, url.len - beginnings[i].len);
    return url;
}

static void end_link(struct walk *walk)
{
    struct buf *out = &walk->writer.out;
    if (walk->href.len && walk->words_at < out->len && !walk->writer.is_cut) {
        struct str words = str_slice(out->ptr + walk->words_at, out->len - walk->words_at), shown = words;
        bool       is_short = str_ends_with(words, STR("…")) || str_ends_with(words, STR("..."));
        if (is_short)
            shown.len -= 3;
        bool       has_scheme = shown.len > 8 && memchr(shown.ptr, ':', 6);
        struct str bare = without_scheme(shown), href = without_scheme(walk->href);
        bool       is_same = str_starts_with(href, bare) && (href.len == bare.len || (href.len == bare.len + 1 && href.ptr[bare.len] == '/'));
        if (bare.len > 3 && memchr(bare.ptr, '.', bare.len) && (is_short ? str_starts_with(href, bare) : is_same && !has_scheme))
            html_rewrite(&walk->writer, walk->words_at, walk->href);
    }
    walk->href = (struct str){0};
}

static void begin_link(struct walk *walk, const struct html_piece *piece)
{
    struct str class = html_attribute(piece->attributes, "class");
    end_link(walk);
    walk->href = html_resolve(walk->arena, walk->base, attribute(walk, piece, "href"));
    walk->words_at = SIZE_MAX;
    if (!mentions(class, "mention") && !mentions(class, "hashtag"))
        add_link(walk, walk->href);
    else
        walk->href = (struct str){0};
}

/* ---- Tags and words ---- */

static void close_last(struct walk *walk)
{
    struct html_writer *writer = &walk->writer;
    unsigned            effects = walk->open[--walk->open_count].effects;
    bool                is_seen = !walk->dropped;
    if (walk->dropped > walk->open_count)
        walk->dropped = 0;
    writer->lists -= (effects & LIST) != 0;
    if (is_seen && (effects & (BREAK | PARAGRAPH)))
        html_write_break(writer, effects & PARAGRAPH ? 2 : 1);
    if (is_seen && (effects & CELL))
        writer->is_apart = true;
    writer->quotes -= (effects & QUOTE) != 0;
    writer->pres -= (effects & PRE) != 0;
    if (effects & ITEM)
        writer->is_item = false;
}

static void close_tag(struct walk *walk, const struct html_piece *piece)
{
    if (!walk->dropped && strcmp(piece->name, "a") == 0)
        end_link(walk);
    if (strcmp(piece->name, "br") == 0 || strcmp(piece->name, "p") == 0) /* what browsers make of a lone </br> and </p> */
        html_write_break(&walk->writer, walk->dropped ? 0 : 1);
    if (walk->over) {
        walk->over--;
        return;
    }
    for (size_t i = walk->open_count; i-- > 0;) {
        if (strcmp(walk->open[i].name, piece->name) != 0)
            continue;
        while (walk->open_count > i)
            close_last(walk);
        break;
    }
}

static void push(struct walk *walk, const struct html_piece *piece, unsigned effects)
{
    struct html_writer *writer = &walk->writer;
    if (walk->open_count == OPEN_MAX) {
        walk->over++;
        return;
    }
    struct open *open = &walk->open[walk->open_count++];
    memcpy(open->name, piece->name, sizeof open->name);
    open->effects = effects;
    writer->quotes += (effects & QUOTE) != 0;
    writer->pres += (effects & PRE) != 0;
    writer->lists += (effects & LIST) != 0;
    if (!walk->dropped && ((effects & DROP) || is_hidden(piece)))
        walk->dropped = walk->open_count;
}

/* Tags that are more than their place in the text. */
static void meet(struct walk *walk, const struct html_piece *piece)
{
    const char *name = piece->name;
    if (strcmp(name, "a") == 0) {
        begin_link(walk, piece);
    } else if (strcmp(name, "br") == 0) {
        html_write_line(&walk->writer);
    } else if (strcmp(name, "img") == 0) {
        struct str class = html_attribute(piece->attributes, "class");
        if (mentions(class, "emoji") || mentions(class, "smiley"))
            html_write(&walk->writer, attribute(walk, piece, "alt"));
        else if (!is_pixel(piece))
            add_media(walk, HTML_IMAGE, piece);
    } else if (strcmp(name, "iframe") == 0 || strcmp(name, "embed") == 0) {
        struct str src = attribute(walk, piece, "src");
        if (src.len)
            add_link(walk, html_resolve(walk->arena, walk->base, src));
    } else if (strcmp(name, "video") == 0 || strcmp(name, "audio") == 0) {
        add_media(walk, name[0] == 'v' ? HTML_VIDEO : HTML_AUDIO, piece);
    }
}

static void open_tag(struct walk *walk, const struct html_piece *piece)
{
    unsigned effects = effects_of(piece->name);
    if ((effects & ENDS_ITS_LIKE) && !walk->over && walk->open_count && strcmp(walk->open[walk->open_count - 1].name, piece->name) == 0)
        close_last(walk);
    bool is_void = (effects & VOID) || (strcmp(piece->name, "svg") == 0 && str_ends_with(piece->attributes, STR("/")));
    if (walk->dropped) {
        const char *dropped = walk->open[walk->dropped - 1].name;
        bool        is_media = strcmp(dropped, "video") == 0 || strcmp(dropped, "audio") == 0;
        if (is_media && strcmp(piece->name, "source") == 0 && walk->dropped == walk->open_count)
            add_media(walk, dropped[0] == 'v' ? HTML_VIDEO : HTML_AUDIO, piece);
    } else if (!is_void || !is_hidden(piece)) {
        if (effects & (BREAK | PARAGRAPH))
            html_write_break(&walk->writer, effects & PARAGRAPH ? 2 : 1);
        if (effects & CELL)
            walk->writer.is_apart = true;
        meet(walk, piece);
    }
    if (!is_void)
        push(walk, piece, effects);
    if ((effects & ITEM) && !walk->dropped)
        walk->writer.is_item = true;
}

static void take_words(struct walk *walk, const struct html_piece *piece)
{
    struct str words = piece->words;
    if (walk->dropped)
        return;
    if (!piece->is_literal && memchr(words.ptr, '&', words.len)) {
        buf_clear(&walk->scratch);
        html_decode(words, false, &walk->scratch);
        words = buf_str(&walk->scratch);
        walk->has_failed = walk->has_failed || walk->scratch.has_failed;
    }
    size_t before = walk->writer.out.len;
    html_write(&walk->writer, words);
    if (walk->href.len && walk->words_at == SIZE_MAX && walk->writer.out.len > before) {
        /* Behind the blank or break that was due before its first word. */
        while (before < walk->writer.out.len && (walk->writer.out.ptr[before] == ' ' || walk->writer.out.ptr[before] == '\n'))
            before++;
        walk->words_at = before;
    }
}

/* ---- The whole ---- */

/* html as UTF-8, cut to its maximum at the beginning of a character. *repaired_io holds what had to be changed. */
static struct str readable(struct str html, struct buf *repaired_io, bool *is_cut_out)
{
    *is_cut_out = html.len > HTML_INPUT_MAX_BYTES;
    if (*is_cut_out)
        for (html.len = HTML_INPUT_MAX_BYTES; html.len && ((unsigned char)html.ptr[html.len] & 0xc0) == 0x80;)
            html.len--;
    if (str_starts_with(html, STR("\xef\xbb\xbf")))
        html = str_slice(html.ptr + 3, html.len - 3);
    if (utf8_is_valid(html))
        return html;
    utf8_repair(html, repaired_io);
    return buf_str(repaired_io);
}

enum error_code html_to_text(struct str html, struct str base, struct arena *arena, struct html_text *text_out, struct error *error)
{
    struct buf        repaired = {0};
    struct html_piece piece;
    struct walk       walk = {.arena = arena, .base = base, .text = text_out, .writer = {.out = {.max_bytes = HTML_TEXT_MAX_BYTES}}};
    *text_out = (struct html_text){.links = arena_array(arena, HTML_LINKS_MAX, sizeof(struct str)),
                                   .media = arena_array(arena, HTML_LINKS_MAX, sizeof(struct html_media))};
    struct html_scan scan = {.html = readable(html, &repaired, &text_out->is_cut)};
    walk.has_failed = !text_out->links || !text_out->media || repaired.has_failed;
    while (!walk.has_failed && !walk.writer.is_cut && html_next(&scan, &piece)) {
        if (piece.kind == HTML_WORDS)
            take_words(&walk, &piece);
        else if (piece.kind == HTML_OPEN)
            open_tag(&walk, &piece);
        else
            close_tag(&walk, &piece);
    }
    end_link(&walk);
    text_out->is_cut = text_out->is_cut || walk.writer.is_cut;
    text_out->text = arena_str(arena, str_trim(buf_str(&walk.writer.out)));
    bool has_failed = walk.has_failed || walk.writer.out.has_failed || !text_out->text.ptr;
    buf_fini(&walk.writer.out);
    buf_fini(&walk.scratch);
    buf_fini(&repaired);
    return has_failed ? error_set(error, ERROR_MEMORY, "no memory for the text of a page") : ERROR_NONE;
}
