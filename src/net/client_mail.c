/* One mail by SMTP. Headers are ASCII by construction: the subject is encoded words (RFC 2047), the text quoted-printable (RFC 2045). */
#include "net/client_curl.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdio.h>

/* ---- The message ---- */

/* Encoded words of at most 75 letters each; a character is never split between two. */
static void print_subject(struct str subject, struct buf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t            at = 0, room = 0;
    bool              is_open = false;
    buf_append_str(out, STR("Subject:"));
    while (at < subject.len) {
        size_t len = utf8_valid_length(subject.ptr + at, subject.len - at);
        char   encoded[16];
        size_t used = 0;
        if (!len) {
            at++;
            continue;
        }
        for (size_t i = 0; i < len; i++) {
            unsigned char c = (unsigned char)subject.ptr[at + i];
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
                encoded[used++] = (char)c;
            } else if (c <= 0x20 || c == 0x7f) {
                encoded[used++] = '_';
            } else {
                encoded[used++] = '=';
                encoded[used++] = hex[c >> 4];
                encoded[used++] = hex[c & 15];
            }
        }
        if (!is_open || used > room) {
            if (is_open)
                buf_append_str(out, STR("?=\r\n"));
            buf_append_str(out, STR(" =?UTF-8?Q?"));
            is_open = true;
            room = 75 - 12 - 8; /* "Subject: " stands before the first one */
        }
        buf_append(out, encoded, used);
        room -= used;
        at += len;
    }
    buf_append_str(out, is_open ? STR("?=\r\n") : STR(" \r\n"));
}

static void print_quoted(struct str text, struct buf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t            line = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\n') {
            buf_append_str(out, STR("\r\n"));
            line = 0;
            continue;
        }
        bool   is_last = i + 1 == text.len || text.ptr[i + 1] == '\n';
        bool   is_plain = (c > 0x20 && c < 0x7f && c != '=' && !(c == '.' && line == 0)) || (c == ' ' && !is_last);
        size_t width = is_plain ? 1 : 3;
        if (line + width > 75) {
            buf_append_str(out, STR("=\r\n"));
            line = 0;
            is_plain = is_plain && c != '.';
            width = is_plain ? 1 : 3;
        }
        if (is_plain) {
            buf_append_char(out, (char)c);
        } else {
            char encoded[3] = {'=', hex[c >> 4], hex[c & 15]};
            buf_append(out, encoded, 3);
        }
        line += width;
    }
    buf_append_str(out, STR("\r\n"));
}

static void print_date(int64_t at_us, struct buf *out)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"}; /* 1970-01-01 was a Thursday */
    int64_t                  number = clock_floor(at_us, CLOCK_DAY_US) / CLOCK_DAY_US, second = (at_us - number * CLOCK_DAY_US) / CLOCK_SECOND_US, year;
    int                      month, day;
    clock_civil_from_days(number, &year, &month, &day);
    buf_printf(out, "Date: %s, %d %s %lld %02d:%02d:%02d +0000\r\n", days[((number % 7) + 7) % 7], day, months[month - 1], (long long)year,
               (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

static bool is_id_byte(char c)
{
    return c > 0x20 && c < 0x7f && c != '<' && c != '>';
}

/* In-Reply-To and References. Ids come from a stranger's mail: only whole ones of plain letters are repeated, each on a line of its own, the last twenty. */
static void print_thread(const struct client_mail *mail, struct buf *out)
{
    const char *starts[20];
    size_t      count = 0, lens[20];
    if (!mail->in_reply_to)
        return;
    for (const char *at = mail->references ? mail->references : ""; (at = strchr(at, '<')); at++) {
        size_t len = 0;
        while (is_id_byte(at[1 + len]))
            len++;
        if (!len || len > 400 || at[1 + len] != '>' || (strlen(mail->in_reply_to) == len && !memcmp(at + 1, mail->in_reply_to, len)))
            continue;
        if (count == 20) { /* the first says where the thread began */
            memmove(starts + 1, starts + 2, 18 * sizeof *starts);
            memmove(lens + 1, lens + 2, 18 * sizeof *lens);
            count = 19;
        }
        starts[count] = at + 1;
        lens[count++] = len;
    }
    buf_printf(out, "In-Reply-To: <%s>\r\nReferences:", mail->in_reply_to);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, " <%.*s>\r\n", (int)lens[i], starts[i]);
    buf_printf(out, " <%s>\r\n", mail->in_reply_to);
}

void client_mail_print(const struct client_mail *mail, struct buf *out)
{
    buf_printf(out, "From: <%s>\r\nTo: <%s>\r\n", mail->from, mail->to);
    print_subject(mail->subject, out);
    print_date(mail->at_us, out);
    buf_printf(out, "Message-ID: <%s>\r\n", mail->message_id);
    print_thread(mail, out);
    buf_append_str(out, STR("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"));
    buf_append_str(out, mail->is_personal ? STR("\r\n") : STR("Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n\r\n"));
    print_quoted(mail->text, out);
}

/* ---- Sending ---- */

static bool is_plain_address(const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (!len || len > 254 || !strchr(text, '@'))
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= 0x20 || text[i] >= 0x7f || strchr("<>()[]\\,;:\"", text[i]))
            return false;
    return true;
}

static enum error_code judge(struct client_talk *talk, CURLcode result, struct error *error)
{
    long status = 0;
    curl_easy_getinfo(talk->curl, CURLINFO_RESPONSE_CODE, &status);
    if (result == CURLE_OK)
        return ERROR_NONE;
    if (status >= 500)
        return error_set(error, ERROR_INVALID, "the mail server refused it with %ld", status);
    if (status >= 400)
        return error_set(error, ERROR_BUSY, "the mail server asks for later with %ld", status);
    if (result == CURLE_LOGIN_DENIED)
        return error_set(error, ERROR_INVALID, "the mail server does not take the user and password of the settings");
    if (talk->has_given_all)
        return error_set(error, ERROR_UNCERTAIN, "it was sent, but the mail server did not confirm it: %s", curl_easy_strerror(result));
    return error_set(error, ERROR_IO, "the mail server was not reached: %s", curl_easy_strerror(result));
}

static void set_options(struct client_talk *talk, const struct client_mail *mail)
{
    char from[300];
    snprintf(from, sizeof from, "<%s>", mail->from);
    curl_easy_setopt(talk->curl, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(talk->curl, CURLOPT_MAIL_RCPT, talk->list);
    curl_easy_setopt(talk->curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(talk->curl, CURLOPT_USE_SSL, mail->tls == CLIENT_STARTTLS ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    if (mail->user && mail->user[0]) {
        curl_easy_setopt(talk->curl, CURLOPT_USERNAME, mail->user);
        curl_easy_setopt(talk->curl, CURLOPT_PASSWORD, mail->password ? mail->password : "");
    }
}

enum error_code client_mail(const struct client_mail *mail, struct client_answer *answer_out, struct error *error)
{
    char               url[400], to[300];
    struct buf         message = {.max_bytes = 4 * 1024 * 1024};
    struct client_talk talk = {.allows_private = true}; /* the mail server is the administrator's choice, and often stands inside */
    unsigned           port = mail->port ? mail->port : mail->tls == CLIENT_TLS ? 465 : mail->tls == CLIENT_NO_TLS ? 25 : 587;
    *answer_out = (struct client_answer){0};
    if (!mail->host || !mail->host[0] || strlen(mail->host) > 255 || strpbrk(mail->host, "/@?# \r\n"))
        return error_set(error, ERROR_INVALID, "the mail server's name '%.60s' is none", mail->host ? mail->host : "");
    if (!is_plain_address(mail->from))
        return error_set(error, ERROR_INVALID, "the sender's address '%.100s' is none", mail->from ? mail->from : "");
    if (!is_plain_address(mail->to))
        return error_set(error, ERROR_INVALID, "the address '%.100s' is none", mail->to ? mail->to : "");
    for (const char *at = mail->in_reply_to ? mail->in_reply_to : ""; *at; at++)
        if (!is_id_byte(*at))
            return error_set(error, ERROR_INVALID, "what it answers, '%.60s', is no Message-ID", mail->in_reply_to);
    /* What follows the host is the name of EHLO. */
    snprintf(url, sizeof url, "%s://%s:%u/%s", mail->tls == CLIENT_TLS ? "smtps" : "smtp", mail->host, port, strchr(mail->from, '@') + 1);
    snprintf(to, sizeof to, "<%s>", mail->to);
    client_mail_print(mail, &message);
    talk.body = buf_str(&message);
    enum error_code code = message.has_failed ? error_set(error, ERROR_MEMORY, "no memory for a mail")
                                              : client_talk_begin(&talk, url, "smtp,smtps", mail->timeout_ms, error);
    if (!code && !(talk.list = curl_slist_append(NULL, to)))
        code = error_set(error, ERROR_MEMORY, "no memory for a mail");
    if (!code) {
        set_options(&talk, mail);
        code = judge(&talk, curl_easy_perform(talk.curl), error);
    }
    client_talk_end(&talk, answer_out);
    buf_fini(&message);
    return code;
}
