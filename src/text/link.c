#include "text/analyser.h"
#include "text/chars.h"

#include "base/utf8.h"

/* Hosts whose bare form ("bit.ly/2x") is surely a link. Sorted. */
static const char *const bare_hosts[] = {
    "amzn.to",     "bit.ly",       "buff.ly",    "dlvr.it",  "facebook.com", "fb.me",      "goo.gl",          "ift.tt",
    "instagr.am",  "instagram.com", "is.gd",     "j.mp",     "linkedin.com", "lnkd.in",    "medium.com",      "ow.ly",
    "pic.twitter.com", "pinterest.com", "pin.it", "redd.it", "reddit.com",   "spoti.fi",   "t.co",            "t.me",
    "tiktok.com",  "tinyurl.com",  "tmblr.co",   "trib.al",  "twitch.tv",    "twitter.com", "vimeo.com",      "vm.tiktok.com",
    "wp.me",       "youtu.be",     "youtube.com",
};

/* Parameters that say where a reader came from, not what is read. Names that start with "utm_" go too. */
static const char *const tracking_parameters[] = {
    "_ga",     "dclid",     "fb_action_ids", "fb_action_types", "fb_ref", "fb_source", "fbclid", "ga_source", "gbraid",
    "gclid",   "gclsrc",    "hsctatracking", "ig_rid", "igsh",       "igshid", "mc_cid",    "mc_eid", "mkt_tok",   "msclkid",
    "ocid",    "ref_src",   "ref_url",       "s_cid",  "twclid",     "ttclid", "vero_id",   "wbraid", "wickedid",  "yclid",
};

static size_t scheme_bytes(struct str s)
{
    if (s.len > 7 && str_equal_ascii_nocase(str_slice(s.ptr, 7), STR("http://")))
        return 7;
    if (s.len > 8 && str_equal_ascii_nocase(str_slice(s.ptr, 8), STR("https://")))
        return 8;
    return 0;
}

/* ---- Finding links in a text ---- */

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

/* Is there a host at the start of s: labels of letters, digits and hyphens with a dot between? *end_out: where it, or what
 * looked like one, ends. */
static bool host_scan(struct str s, size_t *end_out)
{
    size_t at = 0, label = 0, dots = 0, end = 0;
    bool   has_inner_dot = false;
    while (at < s.len && s.ptr[at] != '&') {
        struct glyph    glyph = glyph_at(s, at);
        enum char_class class = char_class(glyph.c);
        at += glyph.len;
        if (glyph.c == '.' && label > 0) {
            label = 0, dots++;
        } else if (glyph.c == '-' || (char_is_wordy(class) && class != CHAR_INNER)) {
            label++, end = at;
            has_inner_dot = dots > 0;
        } else {
            break;
        }
    }
    *end_out = end;
    return has_inner_dot;
}

/* After the scheme: user@ before the host, if any. */
static size_t user_bytes(struct str s)
{
    for (size_t i = 0; i < s.len && i < 256; i++) {
        if (s.ptr[i] == '@')
            return i + 1;
        if (strchr("/?# ", s.ptr[i]) || s.ptr[i] == '\0')
            return 0;
    }
    return 0;
}

static bool is_listed(struct str host, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal_ascii_nocase(host, str_of(names[i])))
            return true;
    return false;
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
    for (; end < text.len && end - at < HOST_MAX && (ascii_kinds[(unsigned char)text.ptr[end]] || text.ptr[end] == '.'); end++)
        dots += text.ptr[end] == '.';
    struct str host = {text.ptr + at, end - at};
    bool       is_www = host.len > 4 && str_equal_ascii_nocase(str_slice(host.ptr, 4), STR("www."));
    size_t     www_end;
    if (is_www && host_scan(str_slice(text.ptr + at + 4, text.len - at - 4), &www_end) &&
        !(at + 4 + www_end < text.len && text.ptr[at + 4 + www_end] == '@')) /* an e-mail address */
        return (struct link_span){without_trailing(text, at, run_end(text, at)), false};
    if (dots == 0 || end + 1 >= text.len || text.ptr[end] != '/' || !ascii_kinds[(unsigned char)text.ptr[end + 1]] ||
        !is_listed(host, bare_hosts, sizeof bare_hosts / sizeof *bare_hosts))
        return (struct link_span){at, false};
    return (struct link_span){without_trailing(text, at, run_end(text, at)), false};
}

static struct link_span full_link(struct str text, size_t at, size_t scheme)
{
    struct str rest = {text.ptr + at + scheme, text.len - at - scheme};
    size_t     user = user_bytes(rest), host;
    bool       has_host = host_scan(str_slice(rest.ptr + user, rest.len - user), &host);
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
struct link_span text_link_scan(struct str text, size_t at)
{
    size_t scheme = scheme_bytes(str_slice(text.ptr + at, text.len - at));
    return checked(text, at, scheme ? full_link(text, at, scheme) : (struct link_span){cut_scheme_end(text, at), true});
}

struct link_span text_bare_link_scan(struct str text, size_t at)
{
    return checked(text, at, bare_link(text, at));
}

/* ---- Their canonical form ---- */

static bool is_tracking(struct str parameter)
{
    const char *equals = parameter.len ? memchr(parameter.ptr, '=', parameter.len) : NULL;
    struct str  name = {parameter.ptr, equals ? (size_t)(equals - parameter.ptr) : parameter.len};
    return (name.len >= 4 && str_equal_ascii_nocase(str_slice(name.ptr, 4), STR("utm_"))) ||
           is_listed(name, tracking_parameters, sizeof tracking_parameters / sizeof *tracking_parameters);
}

/* Pieces written one after the other into memory that is known to be long enough. */
struct writer {
    char  *ptr;
    size_t len;
};

static void put(struct writer *out, struct str s)
{
    if (s.len)
        memcpy(out->ptr + out->len, s.ptr, s.len);
    out->len += s.len;
}

static void put_query(struct writer *out, struct str query)
{
    struct str parameter;
    char       separator = '?';
    while (str_next_field(&query, '&', &parameter)) {
        if (parameter.len == 0 || is_tracking(parameter))
            continue;
        put(out, str_slice(&separator, 1));
        put(out, parameter);
        separator = '&';
    }
}

/* Bytes of s before the first of the characters in stops. */
static size_t span_until(struct str s, const char *stops)
{
    size_t at = 0;
    while (at < s.len && (s.ptr[at] == '\0' || !strchr(stops, s.ptr[at])))
        at++;
    return at;
}

static struct str take(struct str *rest, size_t len)
{
    struct str taken = {rest->ptr, len};
    rest->ptr += len;
    rest->len -= len;
    return taken;
}

/* "host.:443" without the port where it is the scheme's own, and without the dot of a complete name. */
static struct str without_default_port(struct str host, bool is_https)
{
    const struct str endings[] = {STR("."), STR(":"), is_https ? STR(":443") : STR(":80")};
    for (size_t i = 0; i < 3;)
        if (str_ends_with(host, endings[i])) {
            host.len -= endings[i].len;
            i = 0;
        } else {
            i++;
        }
    return host;
}

struct str text_link_canonical(struct arena *arena, struct str url)
{
    url = str_trim(url);
    if (!utf8_is_valid(url))
        return arena_str(arena, url);
    size_t     scheme = scheme_bytes(url);
    struct str rest = {url.len ? url.ptr + scheme : "", url.len - scheme};
    struct str authority = take(&rest, span_until(rest, "/?#"));
    for (size_t at = authority.len; at-- > 0;)
        if (authority.ptr[at] == '@') {
            take(&authority, at + 1);
            break;
        }
    struct str host = without_default_port(authority, scheme == 8);
    size_t     host_end;
    if (!host_scan(host, &host_end) && !(scheme && host.len))
        return arena_str(arena, url);
    struct writer out = {arena_alloc(arena, url.len + 16), 0};
    if (!out.ptr)
        return (struct str){0};
    put(&out, scheme == 8 ? STR("https://") : STR("http://"));
    for (size_t i = 0; i < host.len; i++) {
        char lower = ascii_to_lower(host.ptr[i]);
        put(&out, str_slice(&lower, 1));
    }
    struct str path = take(&rest, span_until(rest, "?#"));
    put(&out, path.len ? path : STR("/"));
    if (rest.len && rest.ptr[0] == '?') {
        take(&rest, 1);
        put_query(&out, str_slice(rest.ptr, span_until(rest, "#")));
    }
    return str_slice(out.ptr, out.len);
}

struct str text_link_host(struct str canonical_url)
{
    size_t scheme = scheme_bytes(canonical_url);
    if (!scheme)
        return STR("");
    struct str rest = {canonical_url.ptr + scheme, canonical_url.len - scheme};
    struct str host = {rest.ptr, span_until(rest, "/?#")};
    const char *colon = host.len && host.ptr[0] != '[' ? memchr(host.ptr, ':', host.len) : NULL;
    if (colon)
        host.len = (size_t)(colon - host.ptr);
    if (host.len > 4 && str_starts_with(host, STR("www.")))
        take(&host, 4);
    return host;
}
