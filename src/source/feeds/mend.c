#include "source/feeds/feed_inside.h"

#include "base/utf8.h"
#include "text/html.h"

bool feed_is_utf8(struct str body)
{
    struct str  head = str_slice(body.ptr, body.len < 200 ? body.len : 200);
    const char *end = memchr(head.ptr, '>', head.len);
    head.len = end ? (size_t)(end - head.ptr) : 0;
    return str_starts_with(head, STR("<?xml")) && (str_contains(head, STR("utf-8")) || str_contains(head, STR("UTF-8")));
}

bool feed_from_windows_1252(struct str body, struct buf *out)
{
    if (utf8_is_valid(body))
        return false;
    for (size_t at = 0; at < body.len; at++) {
        size_t len = (unsigned char)body.ptr[at] < 0x80 ? 1 : utf8_valid_length(body.ptr + at, body.len - at);
        if (len > 1)
            return false; /* UTF-8 with a wound: its broken parts become U+FFFD later */
    }
    struct arena arena = {0};
    for (size_t at = 0; at < body.len; at++) {
        unsigned char c = (unsigned char)body.ptr[at];
        char          reference[8];
        if (c < 0x80) {
            buf_append_char(out, (char)c);
            continue;
        }
        snprintf(reference, sizeof reference, "&#%u;", c); /* HTML knows what such numbers mean */
        buf_append_str(out, html_unescape(&arena, str_of(reference)));
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return true;
}

static bool is_name_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Does the & at s.ptr[0] begin a character that XML or HTML knows? */
static bool is_reference(struct str s)
{
    size_t end = 1;
    bool   is_number = s.len > 2 && s.ptr[1] == '#';
    end += is_number;
    size_t first = end;
    while (end < s.len && end < 40 && is_name_byte(s.ptr[end]))
        end++;
    return end > first && end < s.len && s.ptr[end] == ';' && (is_number || html_named(str_slice(s.ptr + 1, end - 1)));
}

/* The name of a tag of HTML that has no end, right behind the < at s.ptr[0]: its bytes, or 0. */
static size_t void_tag(struct str s)
{
    static const char *const names[] = {"br", "hr", "img", "wbr", "input"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]);
        if (s.len > len + 1 && str_equal_ascii_nocase(str_slice(s.ptr + 1, len), str_of(names[i])) && !is_name_byte(s.ptr[len + 1]) &&
            s.ptr[len + 1] != ':' && s.ptr[len + 1] != '-')
            return len + 1;
    }
    return 0;
}

/* Behind needle, or the end. */
static size_t behind(struct str s, size_t at, const char *needle)
{
    const char *found = memmem(s.ptr + at, s.len - at, needle, strlen(needle));
    return found ? (size_t)(found - s.ptr) + strlen(needle) : s.len;
}

/* <br class="x"> at at becomes <br class="x"/>, unless its end follows. Behind it. */
static size_t mend_tag(struct str s, size_t at, struct buf *out, bool *was_mended)
{
    enum { TAG_MAX_BYTES = 4096 };
    const char *end = memchr(s.ptr + at, '>', s.len - at < TAG_MAX_BYTES ? s.len - at : TAG_MAX_BYTES);
    size_t      len = end ? (size_t)(end - s.ptr) - at : 0;
    if (!end)
        return 0;
    bool has_end = end[-1] == '/' || (at + len + 2 < s.len && end[1] == '<' && end[2] == '/');
    for (size_t i = at; i < at + len; i++)
        if (s.ptr[i] == '&' && !is_reference(str_slice(s.ptr + i, s.len - i)))
            buf_append_str(out, STR("&amp;"));
        else
            buf_append_char(out, s.ptr[i]);
    buf_append_str(out, has_end ? STR(">") : STR("/>"));
    *was_mended = *was_mended || !has_end;
    return at + len + 1;
}

bool feed_mend(struct str body, struct buf *out)
{
    bool was_mended = false;
    if (body.len > 1 && (body.ptr[0] == '\0' || body.ptr[1] == '\0' || (unsigned char)body.ptr[0] >= 0xfe))
        return false; /* UTF-16 */
    for (size_t at = 0; at < body.len;) {
        struct str rest = str_slice(body.ptr + at, body.len - at);
        size_t     end = 0;
        if (rest.ptr[0] == '<' && str_starts_with(rest, STR("<![CDATA[")))
            end = behind(body, at, "]]>");
        else if (rest.ptr[0] == '<' && str_starts_with(rest, STR("<!--")))
            end = behind(body, at + 4, "-->");
        if (end) {
            buf_append(out, rest.ptr, end - at);
            at = end;
        } else if (rest.ptr[0] == '<' && void_tag(rest) && (end = mend_tag(body, at, out, &was_mended))) {
            at = end;
        } else if (rest.ptr[0] == '&' && !is_reference(rest)) {
            buf_append_str(out, STR("&amp;"));
            was_mended = true;
            at++;
        } else {
            bool is_control = (unsigned char)rest.ptr[0] < ' ' && !strchr("\t\n\r", rest.ptr[0]);
            buf_append_char(out, is_control || rest.ptr[0] == '\0' ? ' ' : rest.ptr[0]);
            was_mended = was_mended || is_control;
            at++;
        }
    }
    return was_mended && !out->has_failed;
}
