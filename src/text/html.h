/* HTML to plain text: fragments, whole pages, broken ones, hostile ones. Never markup out: what comes out are the words that a reader would see.
 *
 *     <p>Hi <b>all</b>,<br>see <a href="/x">this</a></p>  ─▶  "Hi all,\nsee this"  and the link https://base/x
 *
 * The tokens are those of the HTML standard (WHATWG, section 13.2.5), read in one pass without a tree: time is linear in the input whatever is
 * nested in what, nothing recurses. Tests hold the words against a tree that libgumbo built.
 *
 *     dropped     script, style, template, title, textarea, select, iframe, object, svg, head's own, comments; what is hidden (hidden, display:none)
 *     breaks      <br> and blocks are a line break, paragraphs and headings a blank line; <li> begins with "- ", <blockquote> lines with "> "
 *     white space is one blank, but for <pre>
 *     entities    all of the standard's
 *     <a>         href in links (http and https alone); where its words are the address cut short ("example.org/a…", with or without scheme)
 *                 the address stands in the text, once and whole. Mentions and hashtags (by class) are no links
 *     <img>       with alt in media; one of emoji (by class) is its alt in the text
 */
#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include "base/arena.h"
#include "base/error.h"

enum { HTML_INPUT_MAX_BYTES = 2 * 1024 * 1024, HTML_TEXT_MAX_BYTES = 256 * 1024, HTML_LINKS_MAX = 64 };

enum html_media_type { HTML_IMAGE, HTML_VIDEO, HTML_AUDIO }; /* as enum media_type of post.h */
struct html_media {
    uint8_t    type;
    struct str url, alt;
};

struct html_text { /* all in arena */
    struct str         text;  /* UTF-8, lines end with \n, no blank at either end */
    struct str        *links; /* absolute, each once, in order; at most HTML_LINKS_MAX */
    size_t             link_count;
    struct html_media *media; /* each address once; at most HTML_LINKS_MAX */
    size_t             media_count;
    bool               is_cut; /* the input or the text was over its maximum and what is behind is missing */
};
/* html may be any bytes (read as UTF-8, broken parts become U+FFFD). base: what relative addresses stand on; empty: they are left out.
 * ERROR_MEMORY alone. */
enum error_code html_to_text(struct str html, struct str base, struct arena *arena, struct html_text *text_out, struct error *error);

/* What a page names with <link rel href> (with its own <base> applied): its feeds, its canonical address. */
struct html_link {
    struct str rel, type, title, href; /* rel and type in lower case */
};
enum error_code html_page_links(struct str html, struct str address, struct arena *arena, struct html_link **links_out, size_t *count_out,
                                struct error *error);

/* reference as an absolute http or https address (RFC 3986, section 5.2), or empty where it is none: another scheme, control characters, no host,
 * over 4,096 bytes. base may be empty. In arena. */
struct str html_resolve(struct arena *arena, struct str base, struct str reference);

/* s with its entities decoded, as in an attribute. In arena; ptr NULL without memory. */
struct str html_unescape(struct arena *arena, struct str s);
/* What HTML calls name ("nbsp"), UTF-8; NULL where it calls nothing so. */
const char *html_named(struct str name);

#endif
