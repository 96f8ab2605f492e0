#include "source/mail/mime.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "text/html.h"

#include <curl/curl.h>
#include <unicode/ucnv.h>

/* ---- Bytes to UTF-8 ---- */

static bool is_utf8_name(struct str charset)
{
    return charset.len == 0 || str_equal_ascii_nocase(charset, STR("utf-8")) || str_equal_ascii_nocase(charset, STR("utf8")) ||
           str_equal_ascii_nocase(charset, STR("us-ascii")) || str_equal_ascii_nocase(charset, STR("ascii"));
}

/* By ICU, which knows them all. What claims to be UTF-8 or nothing and is not was most often written on Windows. */
static void convert(struct str charset, struct str bytes, struct buf *out)
{
    char       name[64] = "windows-1252";
    UErrorCode status = U_ZERO_ERROR;
    if (is_utf8_name(charset) && utf8_is_valid(bytes)) {
        buf_append_str(out, bytes);
        return;
    }
    if (!is_utf8_name(charset) && charset.len < sizeof name)
        snprintf(name, sizeof name, "%.*s", STR_ARG(charset));
    UConverter *from = ucnv_open(name, &status);
    if (U_FAILURE(status)) {
        utf8_repair(bytes, out);
        return;
    }
    size_t room = bytes.len * 4 + 16;
    if (bytes.len < INT32_MAX / 8 && buf_reserve(out, room)) {
        status = U_ZERO_ERROR;
        int32_t len = ucnv_toAlgorithmic(UCNV_UTF8, from, out->ptr + out->len, (int32_t)room, bytes.ptr ? bytes.ptr : "", (int32_t)bytes.len, &status);
        if (U_SUCCESS(status) && (size_t)len <= room)
            out->len += (size_t)len;
        else
            utf8_repair(bytes, out);
    } else {
        out->has_failed = true;
    }
    ucnv_close(from);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode_quoted(struct str bytes, bool is_header, struct buf *out)
{
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.ptr[i];
        if (c == '_' && is_header) {
            buf_append_char(out, ' ');
        } else if (c == '=' && i + 2 < bytes.len && hex_digit(bytes.ptr[i + 1]) >= 0 && hex_digit(bytes.ptr[i + 2]) >= 0) {
            buf_append_char(out, (char)(hex_digit(bytes.ptr[i + 1]) << 4 | hex_digit(bytes.ptr[i + 2])));
            i += 2;
        } else if (c == '=' && !is_header) { /* a soft break: up to the end of the line, if only blanks stand there */
            size_t end = i + 1;
            while (end < bytes.len && (bytes.ptr[end] == ' ' || bytes.ptr[end] == '\t' || bytes.ptr[end] == '\r'))
                end++;
            if (end < bytes.len && bytes.ptr[end] != '\n')
                buf_append_char(out, c);
            else
                i = end;
        } else {
            buf_append_char(out, c);
        }
    }
}

static void decode_base64(struct str bytes, struct buf *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t          bits = 0;
    int               count = 0;
    for (size_t i = 0; i < bytes.len && bytes.ptr[i] != '='; i++) {
        const char *found = bytes.ptr[i] ? strchr(letters, bytes.ptr[i]) : NULL;
        if (!found)
            continue;
        bits = (bits << 6 | (uint32_t)(found - letters)) & 0xffffff;
        if ((count += 6) >= 8)
            buf_append_char(out, (char)(bits >> (count -= 8) & 0xff));
    }
}

/* ---- Encoded words (RFC 2047) ---- */

struct word {
    struct str charset, text;
    bool       is_base64;
    size_t     len; /* of the whole =?..?= */
};

static bool read_word(struct str s, struct word *word_out)
{
    struct str rest, charset, coding, text;
    if (!str_starts_with(s, STR("=?")))
        return false;
    rest = str_slice(s.ptr + 2, s.len - 2);
    if (!str_next_field(&rest, '?', &charset) || !charset.len || charset.len > 60 || !str_next_field(&rest, '?', &coding) || coding.len != 1 || !rest.ptr ||
        !str_next_field(&rest, '?', &text) || !rest.len || rest.ptr[0] != '=')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ' ' || text.ptr[i] == '\n')
            return false;
    if (coding.ptr[0] != 'B' && coding.ptr[0] != 'b' && coding.ptr[0] != 'Q' && coding.ptr[0] != 'q')
        return false;
    const char *star = memchr(charset.ptr, '*', charset.len); /* a language may stand behind it (RFC 2231) */
    charset.len = star ? (size_t)(star - charset.ptr) : charset.len;
    *word_out = (struct word){charset, text, coding.ptr[0] == 'B' || coding.ptr[0] == 'b', (size_t)(rest.ptr + 1 - s.ptr)};
    return true;
}

struct str mime_decode_words(struct str value, struct arena *arena)
{
    struct buf out = {.max_bytes = MIME_HEADER_MOST_BYTES}, bytes = {.max_bytes = MIME_HEADER_MOST_BYTES}, plain = {.max_bytes = MIME_HEADER_MOST_BYTES};
    struct str charset = {0};
    for (size_t at = 0; at <= value.len;) {
        struct word word;
        struct str  rest = {value.ptr + at, value.len - at};
        bool        is_word = rest.len && read_word(rest, &word), is_end = at == value.len;
        size_t      blanks = 0;
        /* The bytes of neighbours belong together: a character may be cut between two. */
        if (bytes.len && (is_end || !is_word || !str_equal_ascii_nocase(word.charset, charset))) {
            convert(charset, buf_str(&bytes), &out);
            buf_clear(&bytes);
        }
        if (is_end)
            break;
        if (!is_word) {
            buf_append_char(&plain, value.ptr[at] == '\r' || value.ptr[at] == '\n' || value.ptr[at] == '\t' ? ' ' : value.ptr[at]);
            at++;
            if (at < value.len && !str_starts_with(str_slice(value.ptr + at, value.len - at), STR("=?")))
                continue;
            convert((struct str){0}, buf_str(&plain), &out);
            buf_clear(&plain);
            continue;
        }
        charset = word.charset;
        if (word.is_base64)
            decode_base64(word.text, &bytes);
        else
            decode_quoted(word.text, true, &bytes);
        at += word.len;
        while (at + blanks < value.len && strchr(" \t\r\n", value.ptr[at + blanks]) && value.ptr[at + blanks])
            blanks++;
        if (blanks && read_word(str_slice(value.ptr + at + blanks, value.len - at - blanks), &word))
            at += blanks; /* blanks between two encoded words are none */
    }
    struct buf clean = {.max_bytes = MIME_HEADER_MOST_BYTES};
    for (size_t i = 0; i < out.len; i++)
        buf_append_char(&clean, (unsigned char)out.ptr[i] < 0x20 || out.ptr[i] == 0x7f ? ' ' : out.ptr[i]);
    struct str decoded = arena_str(arena, str_trim(buf_str(&clean)));
    buf_fini(&clean);
    buf_fini(&out);
    buf_fini(&bytes);
    buf_fini(&plain);
    return decoded;
}

/* ---- Headers ---- */

struct head {
    struct str all, body;
};

/* The head ends with the first empty line; a mail without one is a head alone. */
static struct head split(struct str bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        const char *newline = memchr(bytes.ptr + at, '\n', bytes.len - at);
        size_t      end = newline ? (size_t)(newline - bytes.ptr) : bytes.len;
        if (end == at || (end == at + 1 && bytes.ptr[at] == '\r'))
            return (struct head){str_slice(bytes.ptr, at < MIME_HEADER_MOST_BYTES ? at : MIME_HEADER_MOST_BYTES),
                                 newline ? str_slice(newline + 1, bytes.len - end - 1) : (struct str){"", 0}};
        at = newline ? end + 1 : bytes.len;
    }
    return (struct head){str_slice(bytes.ptr, bytes.len < MIME_HEADER_MOST_BYTES ? bytes.len : MIME_HEADER_MOST_BYTES), {"", 0}};
}

/* The value of the first header of that name, unfolded, in out; false: there is none. */
static bool header(struct str head, const char *name, struct buf *out)
{
    size_t     name_len = strlen(name);
    struct str line;
    bool       is_inside = false;
    buf_clear(out);
    while (str_next_field(&head, '\n', &line)) {
        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (is_inside) {
            if (!line.len || (line.ptr[0] != ' ' && line.ptr[0] != '\t'))
                return true;
            buf_append_char(out, ' ');
            buf_append_str(out, str_trim(line));
        } else if (line.len > name_len && line.ptr[name_len] == ':' && str_equal_ascii_nocase(str_slice(line.ptr, name_len), str_of(name))) {
            is_inside = true;
            buf_append_str(out, str_trim(str_slice(line.ptr + name_len + 1, line.len - name_len - 1)));
        }
    }
    return is_inside;
}

/* One parameter of a Content-Type: name=value, name="value". Not copied. */
static struct str parameter(struct str value, const char *name)
{
    size_t len = strlen(name);
    bool   is_quoted = false;
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"')
            is_quoted = !is_quoted;
        if (is_quoted || value.ptr[i] != ';')
            continue;
        struct str rest = str_trim(str_slice(value.ptr + i + 1, value.len - i - 1));
        if (rest.len <= len || !str_equal_ascii_nocase(str_slice(rest.ptr, len), str_of(name)))
            continue;
        rest = str_trim(str_slice(rest.ptr + len, rest.len - len));
        if (!rest.len || rest.ptr[0] != '=')
            continue;
        rest = str_trim(str_slice(rest.ptr + 1, rest.len - 1));
        if (rest.len && rest.ptr[0] == '"') {
            const char *end = memchr(rest.ptr + 1, '"', rest.len - 1);
            return str_slice(rest.ptr + 1, end ? (size_t)(end - rest.ptr) - 1 : rest.len - 1);
        }
        size_t end = 0;
        while (end < rest.len && !strchr("; \t", rest.ptr[end]))
            end++;
        return str_slice(rest.ptr, end);
    }
    return (struct str){"", 0};
}

/* "Ann <a@b>", "a@b (Ann)", "\"B, Ann\" <a@b>": the first address. */
static bool read_address(struct str value, struct arena *arena, struct str *address_out, struct str *name_out)
{
    struct str  address = value, name = {"", 0};
    const char *open = NULL, *close = NULL;
    bool        is_quoted = false;
    for (size_t i = 0; i < value.len && !close; i++) {
        if (value.ptr[i] == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && value.ptr[i] == '<')
            open = value.ptr + i;
        else if (!is_quoted && open && value.ptr[i] == '>')
            close = value.ptr + i;
    }
    if (close) {
        address = str_slice(open + 1, (size_t)(close - open) - 1);
        name = str_trim(str_slice(value.ptr, (size_t)(open - value.ptr)));
    } else if (value.len) {
        size_t end = 0;
        while (end < value.len && !strchr(" ,(\t", value.ptr[end]))
            end++;
        address = str_slice(value.ptr, end);
        const char *bracket = memchr(value.ptr, '(', value.len), *closing = bracket ? memchr(bracket, ')', value.len - (size_t)(bracket - value.ptr)) : NULL;
        name = closing ? str_slice(bracket + 1, (size_t)(closing - bracket) - 1) : name;
    }
    if (name.len >= 2 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"')
        name = str_slice(name.ptr + 1, name.len - 2);
    address = str_trim(address);
    char *lower = arena_alloc(arena, address.len + 1);
    *name_out = mime_decode_words(name, arena);
    if (!lower || !name_out->ptr)
        return false;
    bool is_plain = address.len <= 254 && memchr(address.ptr ? address.ptr : "", '@', address.len);
    for (size_t i = 0; i < address.len; i++) {
        char c = address.ptr[i];
        is_plain = is_plain && c > 0x20 && c < 0x7f;
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    *address_out = is_plain ? str_slice(lower, address.len) : (struct str){"", 0};
    return true;
}

/* Message-IDs between < and >: the first, or the last. Those that an archive could not take are none. */
static struct str pick_id(struct str value, bool is_last, struct arena *arena)
{
    struct str picked = {"", 0};
    int        count = 0;
    for (size_t i = 0; i < value.len && count < MIME_REFERENCES_MOST; i++) {
        if (value.ptr[i] != '<')
            continue;
        size_t end = i + 1;
        while (end < value.len && value.ptr[end] != '>' && value.ptr[end] != '<' && (unsigned char)value.ptr[end] > 0x20 && (unsigned char)value.ptr[end] < 0x7f)
            end++;
        if (end < value.len && value.ptr[end] == '>' && end > i + 1 && end - i - 1 <= 400) {
            picked = str_slice(value.ptr + i + 1, end - i - 1);
            count++;
            if (!is_last)
                break;
        }
    }
    return arena_str(arena, picked);
}

/* ---- Parts ---- */

struct reading {
    struct arena *arena;
    struct buf    plain, html; /* in UTF-8 */
    unsigned      parts;
};

static void take_text(struct reading *reading, struct str head, struct str body, struct str type, struct buf *into)
{
    struct buf coding = {.max_bytes = MIME_HEADER_MOST_BYTES}, bytes = {.max_bytes = 4 * 1024 * 1024};
    struct str charset = parameter(type, "charset");
    (void)reading;
    header(head, "Content-Transfer-Encoding", &coding);
    struct str name = str_trim(buf_str(&coding));
    if (str_equal_ascii_nocase(name, STR("base64")))
        decode_base64(body, &bytes);
    else if (str_equal_ascii_nocase(name, STR("quoted-printable")))
        decode_quoted(body, false, &bytes);
    else
        buf_append_str(&bytes, body);
    if (into->len)
        buf_append_char(into, '\n');
    convert(charset, buf_str(&bytes), into);
    buf_fini(&bytes);
    buf_fini(&coding);
}

static void take_part(struct reading *reading, struct str bytes, int depth);

/* Between lines "--boundary"; what stands before the first and behind "--boundary--" is no part. */
static void take_parts(struct reading *reading, struct str body, struct str boundary, int depth)
{
    const char *start = NULL;
    for (size_t at = 0; at < body.len;) {
        const char *line = body.ptr + at, *newline = memchr(line, '\n', body.len - at);
        size_t      len = newline ? (size_t)(newline - line) : body.len - at;
        if (len >= boundary.len + 2 && line[0] == '-' && line[1] == '-' && memcmp(line + 2, boundary.ptr, boundary.len) == 0) {
            struct str behind = str_trim(str_slice(line + 2 + boundary.len, len - 2 - boundary.len));
            bool       is_last = str_equal(behind, STR("--"));
            if (is_last || !behind.len) {
                if (start)
                    take_part(reading, str_slice(start, (size_t)(line - start)), depth + 1);
                start = is_last || !newline ? NULL : newline + 1;
                if (is_last)
                    return;
            }
        }
        at += len + 1;
    }
    if (start) /* cut off */
        take_part(reading, str_slice(start, (size_t)(body.ptr + body.len - start)), depth + 1);
}

static void take_part(struct reading *reading, struct str bytes, int depth)
{
    struct head head = split(bytes);
    struct buf  type = {.max_bytes = MIME_HEADER_MOST_BYTES}, disposition = {.max_bytes = MIME_HEADER_MOST_BYTES};
    if (depth > MIME_DEPTH_MOST || reading->parts++ >= MIME_PARTS_MOST)
        return;
    bool       has_type = header(head.all, "Content-Type", &type);
    bool       is_attached = header(head.all, "Content-Disposition", &disposition) && disposition.len >= 10 &&
                       str_equal_ascii_nocase(str_slice(disposition.ptr, 10), STR("attachment"));
    struct str value = buf_str(&type), rest = value, kind = {"", 0}, boundary = parameter(value, "boundary");
    str_next_field(&rest, ';', &kind);
    kind = str_trim(kind);
    if (kind.len > 10 && str_equal_ascii_nocase(str_slice(kind.ptr, 10), STR("multipart/"))) {
        if (boundary.len && boundary.len <= 200)
            take_parts(reading, head.body, boundary, depth);
    } else if (is_attached) {
        ; /* what is attached was not said */
    } else if (!has_type || !kind.len || str_equal_ascii_nocase(kind, STR("text/plain"))) {
        take_text(reading, head.all, head.body, value, &reading->plain);
    } else if (str_equal_ascii_nocase(kind, STR("text/html"))) {
        take_text(reading, head.all, head.body, value, &reading->html);
    }
    buf_fini(&type);
    buf_fini(&disposition);
}

/* ---- The mail ---- */

/* \r\n becomes \n, a NUL a blank; at most the maximum, cut between characters. */
static struct str tidy(struct str text, struct arena *arena)
{
    struct buf out = {0};
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\r' || (i + 1 < text.len && text.ptr[i + 1] != '\n'))
            buf_append_char(&out, text.ptr[i] == '\r' ? '\n' : text.ptr[i] == '\0' ? ' ' : text.ptr[i]);
    size_t len = out.len;
    if (len > MIME_TEXT_MOST_BYTES) {
        len = MIME_TEXT_MOST_BYTES;
        while (len && ((unsigned char)out.ptr[len] & 0xc0) == 0x80)
            len--;
    }
    struct str tidied = out.has_failed ? (struct str){0} : arena_str(arena, str_trim(str_slice(out.ptr, len)));
    buf_fini(&out);
    return tidied;
}

static bool read_ids(struct str head, struct arena *arena, struct mime_mail *mail, struct buf *value)
{
    mail->message_id = header(head, "Message-ID", value) ? pick_id(buf_str(value), false, arena) : STR("");
    mail->in_reply_to = header(head, "In-Reply-To", value) ? pick_id(buf_str(value), false, arena) : STR("");
    bool has_references = header(head, "References", value);
    mail->root = has_references ? pick_id(buf_str(value), false, arena) : STR("");
    mail->references = arena_str(arena, has_references && !value->has_failed ? buf_str(value) : STR(""));
    if (mail->in_reply_to.ptr && !mail->in_reply_to.len && has_references)
        mail->in_reply_to = pick_id(buf_str(value), true, arena);
    if (mail->root.ptr && !mail->root.len)
        mail->root = mail->in_reply_to;
    return mail->message_id.ptr && mail->in_reply_to.ptr && mail->root.ptr && mail->references.ptr;
}

static bool read_words(struct str head, struct arena *arena, struct mime_mail *mail, struct buf *value)
{
    struct str unused = {"", 0};
    mail->from_address = mail->from_name = mail->reply_to = mail->list_id = mail->archived_at = mail->subject = STR("");
    bool has_memory = !header(head, "From", value) || read_address(buf_str(value), arena, &mail->from_address, &mail->from_name);
    if (has_memory && header(head, "Reply-To", value))
        has_memory = read_address(buf_str(value), arena, &mail->reply_to, &unused);
    if (has_memory && header(head, "Subject", value))
        has_memory = (mail->subject = mime_decode_words(buf_str(value), arena)).ptr;
    if (has_memory && header(head, "List-Id", value)) {
        struct str id = pick_id(buf_str(value), true, arena);
        has_memory = id.ptr && (mail->list_id = id.len ? id : mime_decode_words(buf_str(value), arena)).ptr;
    }
    if (has_memory && header(head, "Archived-At", value))
        has_memory = (mail->archived_at = pick_id(buf_str(value), false, arena)).ptr;
    if (header(head, "Date", value) && buf_append_char(value, '\0')) {
        time_t at = curl_getdate(value->ptr, NULL);
        mail->date_us = at > 0 && at <= CLOCK_MAX_US / CLOCK_SECOND_US ? (int64_t)at * CLOCK_SECOND_US : 0;
    }
    mail->is_automatic = (header(head, "Auto-Submitted", value) && !str_equal_ascii_nocase(str_trim(buf_str(value)), STR("no"))) ||
                         (header(head, "Precedence", value) && str_equal_ascii_nocase(str_trim(buf_str(value)), STR("auto_reply")));
    return has_memory;
}

enum error_code mime_read(struct str bytes, struct arena *arena, struct mime_mail *mail_out, struct error *error)
{
    struct buf       value = {.max_bytes = MIME_HEADER_MOST_BYTES};
    struct reading   reading = {.arena = arena, .plain = {.max_bytes = 16 * 1024 * 1024}, .html = {.max_bytes = 16 * 1024 * 1024}};
    struct head      head = split(bytes);
    struct html_text html = {0};
    enum error_code  code = ERROR_NONE;
    *mail_out = (struct mime_mail){0};
    bool has_memory = read_ids(head.all, arena, mail_out, &value) && read_words(head.all, arena, mail_out, &value);
    take_part(&reading, bytes, 0);
    mail_out->is_html = str_trim(buf_str(&reading.plain)).len == 0 && reading.html.len > 0;
    if (has_memory && mail_out->is_html)
        code = html_to_text(buf_str(&reading.html), STR(""), arena, &html, error);
    if (has_memory && !code)
        has_memory = (mail_out->text = tidy(mail_out->is_html ? html.text : buf_str(&reading.plain), arena)).ptr;
    buf_fini(&reading.plain);
    buf_fini(&reading.html);
    buf_fini(&value);
    return code ? code : has_memory ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a mail");
}

/* ---- The author's own words ---- */

struct str mime_own_words(struct str text, struct arena *arena)
{
    struct buf out = {0};
    struct str line, rest = text;
    size_t     kept = 0; /* behind the last line that is surely the author's */
    while (str_next_field(&rest, '\n', &line)) {
        struct str bare = str_trim(line);
        if (str_equal(line, STR("-- ")) || str_equal(line, STR("--")))
            break;
        if (bare.len && bare.ptr[0] == '>') {
            /* "On Monday Ann wrote:" stands right before, at most two lines of it. */
            struct str before = str_trim(str_slice(out.ptr ? out.ptr + kept : "", out.len - kept));
            if (before.len && before.len < 300 && before.ptr[before.len - 1] == ':')
                out.len = kept;
            kept = out.len;
            continue;
        }
        if (!bare.len) {
            if (out.len < 2 || (out.ptr[out.len - 1] == '\n' && out.ptr[out.len - 2] == '\n'))
                continue; /* one empty line where quotes were */
            kept = out.len;
        }
        buf_append_str(&out, line);
        buf_append_char(&out, '\n');
    }
    struct str own = out.has_failed ? (struct str){0} : arena_str(arena, str_trim(buf_str(&out)));
    buf_fini(&out);
    return own;
}
