/* What a POST and a mail share: a bounded easy handle, and a look at each address before it is connected to. */
#include "net/client_curl.h"

#include "base/utf8.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Addresses ---- */

static bool is_private_v4(const unsigned char *a)
{
    return a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224 || (a[0] == 100 && (a[1] & 0xc0) == 64) || (a[0] == 169 && a[1] == 254) ||
           (a[0] == 172 && (a[1] & 0xf0) == 16) || (a[0] == 192 && a[1] == 168) || (a[0] == 192 && a[1] == 0 && (a[2] == 0 || a[2] == 2)) ||
           (a[0] == 198 && (a[1] & 0xfe) == 18) || (a[0] == 198 && a[1] == 51 && a[2] == 100) || (a[0] == 203 && a[1] == 0 && a[2] == 113);
}

bool client_is_private(const unsigned char *address, size_t len)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, nat64[12] = {0, 0x64, 0xff, 0x9b},
                               zeros[12] = {0};
    if (len == 4)
        return is_private_v4(address);
    if (len != 16)
        return true;
    if (!memcmp(address, mapped, 12) || !memcmp(address, nat64, 12))
        return is_private_v4(address + 12);
    if (!memcmp(address, zeros, 12)) /* ::, ::1 and the IPv4-compatible ones */
        return true;
    if (address[0] == 0x20 && address[1] == 0x02) /* 6to4 */
        return is_private_v4(address + 2);
    /* Only 2000::/3 is the public internet; within it documentation (2001:db8) and Teredo (2001:0) are not. */
    return (address[0] & 0xe0) != 0x20 || (address[0] == 0x20 && address[1] == 0x01 && ((address[2] == 0x0d && address[3] == 0xb8) ||
                                                                                            (address[2] == 0 && address[3] == 0)));
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct client_talk *talk = context;
    bool                is_private = true;
    (void)purpose;
    if (address->family == AF_INET)
        is_private = client_is_private((const unsigned char *)&((struct sockaddr_in *)(void *)&address->addr)->sin_addr, 4);
    else if (address->family == AF_INET6)
        is_private = client_is_private((const unsigned char *)&((struct sockaddr_in6 *)(void *)&address->addr)->sin6_addr, 16);
    if (is_private && !talk->allows_private) {
        talk->was_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- The handle ---- */

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct client_talk *talk = context;
    size_t              len = size * count, room = sizeof talk->said - 1 - talk->said_len;
    talk->answer_bytes += len;
    if (talk->answer_bytes > CLIENT_ANSWER_MOST_BYTES) /* enough: what it says is known by its status */
        return 0;
    memcpy(talk->said + talk->said_len, bytes, len < room ? len : room);
    talk->said_len += len < room ? len : room;
    return len;
}

static size_t give_body(char *bytes, size_t size, size_t count, void *context)
{
    struct client_talk *talk = context;
    size_t              left = talk->body.len - talk->given, room = size * count, len = left < room ? left : room;
    memcpy(bytes, talk->body.ptr + talk->given, len);
    talk->given += len;
    if (talk->given == talk->body.len)
        talk->has_given_all = true;
    return len;
}

enum error_code client_talk_begin(struct client_talk *talk, const char *url, const char *protocols, unsigned timeout_ms, struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    talk->curl = curl_easy_init();
    if (!talk->curl)
        return error_set(error, ERROR_MEMORY, "no memory for a connection");
    CURL *curl = talk->curl;
    long  timeout = timeout_ms ? (long)timeout_ms : 15000;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout < 10000 ? timeout : 10000L);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, talk);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, talk);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(curl, CURLOPT_READDATA, talk);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 65536L);
    return ERROR_NONE;
}

void client_talk_end(struct client_talk *talk, struct client_answer *answer_out)
{
    long status = 0;
    if (!talk->curl)
        return;
    curl_easy_getinfo(talk->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(talk->list);
    curl_easy_cleanup(talk->curl);
    *answer_out = (struct client_answer){.status = (int)status};
    size_t len = 0;
    for (size_t i = 0; i < talk->said_len && len + 1 < sizeof answer_out->said; i++)
        answer_out->said[len++] = talk->said[i] >= 0x20 && talk->said[i] < 0x7f ? talk->said[i] : ' ';
    answer_out->said[len] = 0;
}

bool client_has_control(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return true;
    return false;
}

bool client_is_token(const char *name)
{
    if (!name || !*name)
        return false;
    for (; *name; name++)
        if ((unsigned char)*name <= 0x20 || (unsigned char)*name >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", *name))
            return false;
    return true;
}
