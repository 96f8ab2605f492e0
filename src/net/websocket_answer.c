#include "net/websocket_answer.h"

#include "base/clock.h"
#include "net/fetch.h"

#include <openssl/sha.h>
#include <sodium.h>

void websocket_accept(const char *key, char accept_out[WEBSOCKET_ACCEPT_BYTES])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char              text[WEBSOCKET_KEY_BYTES + sizeof guid];
    unsigned char     sum[SHA_DIGEST_LENGTH];
    snprintf(text, sizeof text, "%s%s", key, guid);
    SHA1((const unsigned char *)text, strlen(text), sum);
    sodium_bin2base64(accept_out, WEBSOCKET_ACCEPT_BYTES, sum, sizeof sum, sodium_base64_VARIANT_ORIGINAL);
}

size_t websocket_head_length(struct str bytes)
{
    const char *end = bytes.len ? memmem(bytes.ptr, bytes.len, "\r\n\r\n", 4) : NULL;
    return end ? (size_t)(end - bytes.ptr) + 4 : 0;
}

/* The header is there once; its value. */
static bool take_once(struct str head, const char *name, struct str *value_out, unsigned *count_out)
{
    struct str line;
    size_t     len = strlen(name);
    *count_out = 0;
    while (str_next_field(&head, '\n', &line))
        if (line.len > len && line.ptr[len] == ':' && str_equal_ascii_nocase(str_slice(line.ptr, len), str_of(name))) {
            *value_out = str_trim(str_slice(line.ptr + len + 1, line.len - len - 1));
            (*count_out)++;
        }
    return *count_out == 1;
}

static bool has_word(struct str list, struct str word)
{
    struct str one;
    while (str_next_field(&list, ',', &one))
        if (str_equal_ascii_nocase(str_trim(one), word))
            return true;
    return false;
}

static int read_status(struct str head)
{
    int64_t status;
    if (head.len < 13 || !str_starts_with(head, STR("HTTP/1.")) || head.ptr[8] != ' ' || !str_to_i64(str_slice(head.ptr + 9, 3), &status) ||
        (head.ptr[12] != ' ' && head.ptr[12] != '\r') || status < 100)
        return 0;
    return (int)status;
}

enum error_code websocket_read_head(struct str head, const char *accept, const char *subprotocol, int *status_out, struct error *error)
{
    struct str value = {0};
    unsigned   count;
    *status_out = read_status(head);
    if (!*status_out)
        return error_set(error, ERROR_INVALID, "the answer is no HTTP");
    if (*status_out != 101)
        return error_set(error, ERROR_INVALID, "the answer is %d and no switch to a WebSocket", *status_out);
    if (!take_once(head, "Upgrade", &value, &count) || !str_equal_ascii_nocase(value, STR("websocket")))
        return error_set(error, ERROR_INVALID, "the answer does not switch to a WebSocket");
    if (!take_once(head, "Connection", &value, &count) || !has_word(value, STR("upgrade")))
        return error_set(error, ERROR_INVALID, "the answer's Connection is no upgrade");
    if (!take_once(head, "Sec-WebSocket-Accept", &value, &count) || !str_equal(value, str_of(accept)))
        return error_set(error, ERROR_INVALID, "the answer's Sec-WebSocket-Accept does not fit: it is not an answer to this request");
    take_once(head, "Sec-WebSocket-Extensions", &value, &count);
    if (count)
        return error_set(error, ERROR_INVALID, "the answer has an extension that was not offered: '%.*s'",
                         (int)(value.len < 60 ? value.len : 60), value.len ? value.ptr : "");
    bool is_one = take_once(head, "Sec-WebSocket-Protocol", &value, &count);
    if (subprotocol ? !is_one || !str_equal(value, str_of(subprotocol)) : count > 0)
        return error_set(error, ERROR_INVALID, "the subprotocol was not agreed to: wanted '%s'", subprotocol ? subprotocol : "none");
    return ERROR_NONE;
}
