/* The canonical form of links, and what is shared with finding them in a text. */
#include "text/analyser.h"
#include "text/chars.h"

#include "base/utf8.h"

/* Parameters that say where a reader came from, not what is read. Names that start with "utm_" go too. */
static const char *const tracking_parameters[] = {
    "_ga",      "dclid",  "fb_action_ids", "fb_action_types", "fb_ref", "fb_source", "fbclid", "ga_source", "gbraid",
    "gclid",    "gclsrc", "hsctatracking", "ig_rid",          "igsh",   "igshid",    "mc_cid", "mc_eid",    "mkt_tok",
    "msclkid",  "ocid",   "ref_src",       "ref_url",         "s_cid",  "twclid",    "ttclid", "vero_id",   "wbraid",
    "wickedid", "yclid",
};

size_t link_scheme_bytes(struct str s)
{
    if (s.len > 7 && str_equal_ascii_nocase(str_slice(s.ptr, 7), STR("http://")))
        return 7;
    if (s.len > 8 && str_equal_ascii_nocase(str_slice(s.ptr, 8), STR("https://")))
        return 8;
    return 0;
}

bool link_host_scan(struct str s, size_t *end_out)
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

bool link_is_listed(struct str host, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal_ascii_nocase(host, str_of(names[i])))
            return true;
    return false;
}

static bool is_tracking(struct str parameter)
{
    const char *equals = parameter.len ? memchr(parameter.ptr, '=', parameter.len) : NULL;
    struct str  name = {parameter.ptr, equals ? (size_t)(equals - parameter.ptr) : parameter.len};
    return (name.len >= 4 && str_equal_ascii_nocase(str_slice(name.ptr, 4), STR("utm_"))) ||
           link_is_listed(name, tracking_parameters, sizeof tracking_parameters / sizeof *tracking_parameters);
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

/* Behind a scheme: names, localhost, [2001:db8::1]. */
static bool is_host(struct str host)
{
    size_t end;
    bool   is_ipv6 = str_starts_with(host, STR("[")) && memchr(host.ptr, ']', host.len);
    return is_ipv6 || (host.len && ascii_kinds[(unsigned char)host.ptr[0]]) || link_host_scan(host, &end);
}

struct str text_link_canonical(struct arena *arena, struct str url)
{
    url = str_trim(url);
    if (!utf8_is_valid(url))
        return arena_str(arena, url);
    size_t     scheme = link_scheme_bytes(url);
    struct str rest = {url.len ? url.ptr + scheme : "", url.len - scheme};
    struct str authority = take(&rest, span_until(rest, "/?#"));
    for (size_t at = authority.len; at-- > 0;)
        if (authority.ptr[at] == '@') {
            take(&authority, at + 1);
            break;
        }
    struct str host = without_default_port(authority, scheme == 8);
    size_t     host_end;
    if (!(scheme ? is_host(host) : link_host_scan(host, &host_end)))
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
    size_t scheme = link_scheme_bytes(canonical_url);
    if (!scheme)
        return STR("");
    struct str rest = {canonical_url.ptr + scheme, canonical_url.len - scheme};
    struct str host = {rest.ptr, span_until(rest, "/?#")};
    bool       is_ipv6 = str_starts_with(host, STR("["));
    if (!utf8_is_valid(host) || !is_host(host))
        return STR("");
    host.len = is_ipv6 ? span_until(host, "]") : span_until(host, ":");
    if (host.len > 4 && str_starts_with(host, STR("www.")))
        take(&host, 4);
    if (is_ipv6)
        take(&host, 1);
    return host;
}
