/* Links where they stand in a text: with a scheme, with www., or of a host that is well known for links. */
#include "text/scan.h"

/* Hosts whose bare form ("bit.ly/2x") is surely a link. */
static const char *const bare_hosts[] = {
    "amzn.to",         "bit.ly",        "buff.ly",     "dlvr.it",
    "facebook.com",    "fb.me",         "goo.gl",      "ift.tt",
    "instagr.am",      "instagram.com", "is.gd",       "j.mp",
    "linkedin.com",    "lnkd.in",       "medium.com",  "ow.ly",
    "pic.twitter.com", "pinterest.com", "pin.it",      "redd.it",
    "reddit.com",      "spoti.fi",      "t.co",        "t.me",
    "tiktok.com",      "tinyurl.com",   "tmblr.co",    "trib.al",
    "twitch.tv",       "twitter.com",   "vimeo.com",   "vm.tiktok.com",
    "wp.me",           "youtu.be",      "youtube.com",
};

/* Where a link that was looked for ends. */
struct link_span {
    size_t end;          /* after its last byte in the text; where it was looked for: there is none */
    bool   is_truncated; /* cut off by a platform ("http://t.co/ab…") or endless: no fact, its bytes are only skipped */
};

static bool is_ellipsis(struct str text, size_t at)
{
    return glyph_at(text, at).c == 0x2026;
}

/* Does the glyph end a link? Letters of scripts without spaces do: there the sentence goes on without one. */
static bool ends_link(struct glyph glyph)
{
    if (glyph.c < 0x80)
        return glyph.c <= ' ' || glyph.c == 0x7f || strchr("<>\"`|\\^{}", (int)glyph.c);
    enum char_class class = char_class(glyph.c);
    return class != CHAR_LETTER && class != CHAR_DIGIT && class != CHAR_MARK;
}

static size_t run_end(struct str text, size_t at)
{
    for (;;) {
        struct glyph glyph = glyph_at(text, at);
        bool         is_quoting = text.ptr[at < text.len ? at : 0] == '&' && glyph.c != '&'; /* &quot; &#39; &gt; */
        if (glyph.len == 0 || is_quoting || ends_link(glyph))
            return at;
        at += glyph.len;
    }
}

/* Punctuation behind a link belongs to the sentence; a closing bracket too unless it was opened inside the link. */
static size_t without_trailing(struct str text, size_t start, size_t end)
{
    int64_t round = 0, square = 0;
    for (size_t i = start; i < end; i++) {
        char c = text.ptr[i];
        round += (c == '(') - (c == ')');
        square += (c == '[') - (c == ']');
    }
    for (; end > start; end--) {
        char c = text.ptr[end - 1];
        if (c == ')' && round < 0)
            round++;
        else if (c == ']' && square < 0)
            square++;
        else if (c == ';' && str_ends_with(str_slice(text.ptr + start, end - start), STR("&amp;")))
            end -= 4;
        else if (c == '\0' || !strchr(".,:;!?'*&([", c))
            return end;
    }
    return end;
}

/* After the scheme: user@ before the host, if any, up to the last @. */
static size_t user_bytes(struct str s)
{
    size_t bytes = 0;
    for (size_t i = 0; i < s.len && i < 256; i++) {
        if ((unsigned char)s.ptr[i] <= ' ' || (unsigned char)s.ptr[i] >= 0x7f || strchr("/?#<>\"", s.ptr[i]))
            break;
        if (s.ptr[i] == '@')
            bytes = i + 1;
    }
    return bytes;
}

/* "http…", "https:…", "http:/…": the scheme itself was cut. */
static size_t cut_scheme_end(struct str text, size_t at)
{
    struct str s = {text.ptr + at, text.len - at};
    size_t     len = 0;
    while (len < s.len && len < 5 && ascii_to_lower(s.ptr[len]) == "https"[len])
        len++;
    if (len < 4)
        return at;
    for (const char *next = "://"; *next && len < s.len && s.ptr[len] == *next; next++)
        len++;
    return is_ellipsis(text, at + len) ? at + len : at;
}

static struct link_span bare_link(struct str text, size_t at)
{
    enum { HOST_MAX = 16 };
    size_t end = at, dots = 0;
    for (; end < text.len && end - at < HOST_MAX && (ascii_kinds[(unsigned char)text.ptr[end]] || text.ptr[end] == '.');
         end++)
        dots += text.ptr[end] == '.';
    struct str host = {text.ptr + at, end - at};
    bool       is_www = host.len > 4 && str_equal_ascii_nocase(str_slice(host.ptr, 4), STR("www."));
    size_t     www_end;
    if (is_www && link_host_scan(str_slice(text.ptr + at + 4, text.len - at - 4), &www_end) &&
        !(at + 4 + www_end < text.len && text.ptr[at + 4 + www_end] == '@')) /* an e-mail address */
        return (struct link_span){without_trailing(text, at, run_end(text, at)), false};
    if (dots == 0 || end + 1 >= text.len || text.ptr[end] != '/' || !ascii_kinds[(unsigned char)text.ptr[end + 1]] ||
        !link_is_listed(host, bare_hosts, sizeof bare_hosts / sizeof *bare_hosts))
        return (struct link_span){at, false};
    return (struct link_span){without_trailing(text, at, run_end(text, at)), false};
}

static struct link_span full_link(struct str text, size_t at, size_t scheme)
{
    struct str rest = {text.ptr + at + scheme, text.len - at - scheme};
    size_t     user = user_bytes(rest), host;
    bool       has_host = link_host_scan(str_slice(rest.ptr + user, rest.len - user), &host);
    size_t     host_end = at + scheme + user + host;
    if (is_ellipsis(text, host_end))
        return (struct link_span){host_end, true};
    if (!has_host)
        return (struct link_span){at, false};
    return (struct link_span){without_trailing(text, at, run_end(text, host_end)), false};
}

static struct link_span checked(struct str text, size_t at, struct link_span span)
{
    if (span.end > at && is_ellipsis(text, span.end))
        span.is_truncated = true;
    if (span.end - at > TEXT_LINK_MAX_BYTES)
        span.is_truncated = true;
    return span;
}

/* A failing attempt reads no further than the next character that neither word nor host can hold: linear in all. */
static struct link_span find_link(struct str text, size_t at)
{
    size_t scheme = link_scheme_bytes(str_slice(text.ptr + at, text.len - at));
    return checked(text, at, scheme ? full_link(text, at, scheme) : (struct link_span){cut_scheme_end(text, at), true});
}

static struct link_span find_bare_link(struct str text, size_t at)
{
    return checked(text, at, bare_link(text, at));
}

static bool take_link(struct scan *scan, struct link_span link)
{
    if (link.end == scan->at)
        return false;
    if (!link.is_truncated) {
        struct str url = scan_plain(scan, scan->at, link.end);
        struct str key = url.ptr ? text_link_canonical(scan->arena, url) : url;
        struct str host = text_link_host(key);
        size_t     host_end = 0;
        bool       is_nowhere = key.ptr && (!link_host_scan(host, &host_end) || host_end != host.len);
        if (!is_nowhere && scan_push(scan, TOKEN_LINK, key, scan->at, link.end))
            scan->position++;
    }
    scan->at = link.end;
    return true;
}

/* "htt": cheap to ask of every word. */
static bool may_be_link(struct str text, size_t at)
{
    const char *s = text.ptr + at;
    return (s[0] | 0x20) == 'h' && text.len - at > 4 && (s[1] | 0x20) == 't' && (s[2] | 0x20) == 't';
}

bool scan_starts_link(struct str text, size_t at)
{
    return may_be_link(text, at) && find_link(text, at).end > at;
}

bool scan_link(struct scan *scan)
{
    return may_be_link(scan->text, scan->at) && take_link(scan, find_link(scan->text, scan->at));
}

bool scan_bare_link(struct scan *scan)
{
    return take_link(scan, find_bare_link(scan->text, scan->at));
}
