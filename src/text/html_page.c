/* What a page says about itself by <link>, and addresses that stand on others. */
#include "text/html.h"

#include "base/utf8.h"
#include "text/html_scan.h"

enum { ADDRESS_MAX_BYTES = 4096 };

/* ---- Addresses (RFC 3986, section 5) ---- */

struct parts {
    struct str origin; /* "https://host:port" */
    struct str path, query; /* query with its ? */
};

static bool is_scheme_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' || c == '-' || c == '.';
}

/* Bytes of "scheme:" at the beginning of s, or 0. */
static size_t scheme_bytes(struct str s)
{
    size_t at = 0;
    while (at < s.len && is_scheme_byte(s.ptr[at]))
        at++;
    return at > 0 && at < s.len && s.ptr[at] == ':' && (s.ptr[0] | 0x20) >= 'a' && (s.ptr[0] | 0x20) <= 'z' ? at + 1 : 0;
}

static size_t until(struct str s, size_t at, const char *stops)
{
    while (at < s.len && !strchr(stops, s.ptr[at]))
        at++;
    return at;
}

static bool split(struct str url, struct parts *parts_out)
{
    size_t scheme = scheme_bytes(url);
    bool   is_http = (scheme == 5 && str_equal_ascii_nocase(str_slice(url.ptr, 5), STR("http:"))) ||
                   (scheme == 6 && str_equal_ascii_nocase(str_slice(url.ptr, 6), STR("https:")));
    if (!is_http || url.len < scheme + 3 || memcmp(url.ptr + scheme, "//", 2) != 0)
        return false;
    size_t host = until(url, scheme + 2, "/?#"), path = until(url, host, "?#"), query = until(url, path, "#");
    parts_out->origin = str_slice(url.ptr, host);
    parts_out->path = str_slice(url.ptr + host, path - host);
    parts_out->query = str_slice(url.ptr + path, query - path);
    char first = host > scheme + 2 ? url.ptr[scheme + 2] : '\0';
    return (first >= '0' && first <= '9') || ((first | 0x20) >= 'a' && (first | 0x20) <= 'z') || first == '[' || (unsigned char)first >= 0x80;
}

/* "/a/b/../c/./d" is "/a/c/d". */
static void append_without_dots(struct buf *out, size_t origin, struct str path)
{
    for (size_t at = 0; at < path.len;) {
        size_t     end = until(path, at + 1, "/");
        struct str segment = str_slice(path.ptr + at, end - at);
        bool       is_last = end == path.len, is_up = str_equal(segment, STR("/..")), is_here = str_equal(segment, STR("/."));
        if (is_up)
            while (out->len > origin && out->ptr[--out->len] != '/')
                ;
        else if (!is_here)
            buf_append_str(out, segment);
        if ((is_up || is_here) && is_last)
            buf_append_char(out, '/');
        at = end;
    }
}

static bool is_writable(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
            return false;
    return s.len <= ADDRESS_MAX_BYTES && utf8_is_valid(s);
}

/* Browsers write blanks in an address as %20 and leave < > and quotes out of the host: in an address they are never. */
static struct str finish(struct arena *arena, struct buf *out)
{
    struct buf   whole = {.max_bytes = ADDRESS_MAX_BYTES};
    struct str   url = {0};
    struct parts parts;
    for (size_t i = 0; i < out->len; i++) {
        char c = out->ptr[i];
        if (c == ' ' || c == '<' || c == '>' || c == '"')
            buf_printf(&whole, "%%%02X", (unsigned)c);
        else
            buf_append_char(&whole, c);
    }
    bool is_whole = !out->has_failed && !whole.has_failed && split(buf_str(&whole), &parts) && !memchr(parts.origin.ptr, '%', parts.origin.len);
    if (is_whole)
        url = arena_str(arena, buf_str(&whole));
    buf_fini(&whole);
    buf_fini(out);
    return url;
}

struct str html_resolve(struct arena *arena, struct str base, struct str reference)
{
    struct buf   out = {.max_bytes = 2 * ADDRESS_MAX_BYTES};
    struct parts parts;
    reference = str_trim(reference);
    if (!is_writable(reference) || !is_writable(base))
        return (struct str){0};
    if (scheme_bytes(reference)) {
        buf_append_str(&out, reference);
        return finish(arena, &out);
    }
    if (!split(base, &parts))
        return (struct str){0};
    if (str_starts_with(reference, STR("//"))) {
        buf_append(&out, base.ptr, scheme_bytes(base));
        buf_append_str(&out, reference);
        return finish(arena, &out);
    }
    size_t path_end = until(reference, 0, "?#"), directory = parts.path.len;
    struct str path = str_slice(reference.ptr, path_end), rest = str_slice(reference.ptr + path_end, reference.len - path_end);
    buf_append_str(&out, parts.origin);
    if (path.len == 0) {
        buf_append_str(&out, parts.path.len ? parts.path : STR("/"));
        if (!str_starts_with(rest, STR("?")))
            buf_append_str(&out, parts.query);
    } else if (path.ptr[0] == '/') {
        append_without_dots(&out, out.len, path);
    } else {
        struct buf joined = {.max_bytes = 2 * ADDRESS_MAX_BYTES};
        while (directory > 0 && parts.path.ptr[directory - 1] != '/')
            directory--;
        buf_append_str(&joined, directory ? str_slice(parts.path.ptr, directory) : STR("/"));
        buf_append_str(&joined, path);
        append_without_dots(&out, out.len, buf_str(&joined));
        buf_fini(&joined);
    }
    buf_append_str(&out, rest);
    return finish(arena, &out);
}

/* ---- <link> ---- */

static struct str value_of(struct arena *arena, struct str attributes, const char *name, bool is_lowered)
{
    struct str raw = html_attribute(attributes, name), value = {0};
    struct buf decoded = {0};
    if (raw.len && raw.len <= ADDRESS_MAX_BYTES)
        html_decode(raw, true, &decoded);
    for (size_t i = 0; is_lowered && i < decoded.len; i++)
        if (decoded.ptr[i] >= 'A' && decoded.ptr[i] <= 'Z')
            decoded.ptr[i] |= 0x20;
    value = arena_str(arena, str_trim(buf_str(&decoded)));
    buf_fini(&decoded);
    return value;
}

enum error_code html_page_links(struct str html, struct str address, struct arena *arena, struct html_link **links_out, size_t *count_out,
                                struct error *error)
{
    struct html_link *links = arena_array(arena, HTML_LINKS_MAX, sizeof *links);
    struct html_scan  scan = {.html = str_slice(html.ptr, html.len < HTML_INPUT_MAX_BYTES ? html.len : HTML_INPUT_MAX_BYTES)};
    struct html_piece piece;
    struct str        base = address;
    bool              has_base = false;
    size_t            count = 0, kept = 0;
    if (!links)
        return error_set(error, ERROR_MEMORY, "no memory for the links of a page");
    while (count < HTML_LINKS_MAX && html_next(&scan, &piece)) {
        if (piece.kind != HTML_OPEN)
            continue;
        struct str href = html_attribute(piece.attributes, "href");
        if (strcmp(piece.name, "base") == 0 && !has_base && href.len) {
            struct str moved = html_resolve(arena, address, value_of(arena, piece.attributes, "href", false));
            base = moved.len ? moved : base;
            has_base = true;
        } else if (strcmp(piece.name, "link") == 0 && href.len) {
            links[count++] = (struct html_link){
                value_of(arena, piece.attributes, "rel", true), value_of(arena, piece.attributes, "type", true),
                value_of(arena, piece.attributes, "title", false), value_of(arena, piece.attributes, "href", false)};
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct html_link link = links[i];
        link.href = html_resolve(arena, base, link.href);
        if (link.href.len)
            links[kept++] = link;
    }
    *links_out = links;
    *count_out = kept;
    return ERROR_NONE;
}
