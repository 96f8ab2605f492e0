#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { HOPS_MOST = 32, V4_BITS = 96 /* bits before those of an IPv4 address */ };

static struct address address_of_v4(const void *bytes)
{
    struct address address = {.bytes = {[10] = 0xff, [11] = 0xff}};
    memcpy(address.bytes + 12, bytes, 4);
    return address;
}

static bool is_v4(const struct address *address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    return !address->is_unix && memcmp(address->bytes, mapped, sizeof mapped) == 0;
}

struct address address_of(const struct sockaddr *from)
{
    struct address address = {.is_unix = true};
    if (from && from->sa_family == AF_INET)
        return address_of_v4(&((const struct sockaddr_in *)(const void *)from)->sin_addr);
    if (from && from->sa_family == AF_INET6) {
        address.is_unix = false;
        memcpy(address.bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
    }
    return address;
}

static bool is_port(struct str s)
{
    int64_t port;
    return s.len > 0 && s.len <= 5 && s.ptr[0] != '-' && s.ptr[0] != '+' && str_to_i64(s, &port) && port <= 65535;
}

/* Takes the brackets and the port off. */
static bool bare(struct str s, struct str *bare_out)
{
    if (s.len && s.ptr[0] == '[') {
        const char *end = memchr(s.ptr, ']', s.len);
        if (!end)
            return false;
        struct str behind = str_slice(end + 1, s.len - (size_t)(end + 1 - s.ptr));
        *bare_out = str_slice(s.ptr + 1, (size_t)(end - s.ptr - 1));
        return behind.len == 0 || (behind.ptr[0] == ':' && is_port(str_slice(behind.ptr + 1, behind.len - 1)));
    }
    const char *colon = memchr(s.ptr, ':', s.len);
    *bare_out = s;
    if (!colon || memchr(colon + 1, ':', s.len - (size_t)(colon + 1 - s.ptr)))
        return true; /* IPv4 alone, or IPv6 without brackets */
    *bare_out = str_slice(s.ptr, (size_t)(colon - s.ptr));
    return is_port(str_slice(colon + 1, s.len - (size_t)(colon + 1 - s.ptr)));
}

bool address_parse(struct str s, struct address *address_out)
{
    char          text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    struct str    host;
    s = str_trim(s);
    if (str_equal(s, STR("unix"))) {
        *address_out = (struct address){.is_unix = true};
        return true;
    }
    if (s.len == 0 || !bare(s, &host) || host.len >= sizeof text || memchr(host.ptr, '\0', host.len))
        return false;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *address_out = address_of_v4(bytes);
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) != 1)
        return false;
    *address_out = (struct address){.is_unix = false};
    memcpy(address_out->bytes, bytes, 16);
    return true;
}

void address_print(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
    if (address->is_unix)
        snprintf(text, ADDRESS_TEXT_BYTES, "unix");
    else if (is_v4(address))
        inet_ntop(AF_INET, address->bytes + 12, text, ADDRESS_TEXT_BYTES);
    else
        inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_BYTES);
}

/* ---- Whom a proxy may speak for ---- */

static bool net_parse(struct str s, struct address *address_out, unsigned *bits_out)
{
    struct str host = s;
    int64_t    bits = -1;
    const char *slash = memchr(s.ptr, '/', s.len);
    if (slash) {
        host = str_slice(s.ptr, (size_t)(slash - s.ptr));
        if (!str_to_i64(str_slice(slash + 1, s.len - host.len - 1), &bits) || bits < 0)
            return false;
    }
    if (!address_parse(host, address_out) || (address_out->is_unix && slash))
        return false;
    unsigned before = is_v4(address_out) ? V4_BITS : 0;
    if (bits > 128 - (int64_t)before)
        return false;
    *bits_out = bits < 0 ? 128 : (unsigned)bits + before;
    return true;
}

enum error_code trusted_parse(struct str s, struct trusted *trusted_out, struct error *error)
{
    *trusted_out = (struct trusted){.count = 0};
    for (size_t at = 0; at < s.len;) {
        size_t end = at;
        while (end < s.len && !strchr(", \t\n", s.ptr[end]))
            end++;
        struct str word = str_slice(s.ptr + at, end - at);
        at = end + 1;
        if (word.len == 0)
            continue;
        if (trusted_out->count == TRUSTED_MOST)
            return error_set(error, ERROR_INVALID, "trusted proxies: more than %d", TRUSTED_MOST);
        if (!net_parse(word, &trusted_out->nets[trusted_out->count].address,
                       &trusted_out->nets[trusted_out->count].bits))
            return error_set(error, ERROR_INVALID, "trusted proxies: %.*s is no address and no net", STR_ARG(word));
        trusted_out->count++;
    }
    return ERROR_NONE;
}

static bool is_within(const struct address *net, unsigned bits, const struct address *address)
{
    if (net->is_unix || address->is_unix)
        return net->is_unix && address->is_unix;
    unsigned whole = bits / 8, rest = bits % 8;
    return memcmp(net->bytes, address->bytes, whole) == 0 &&
           (rest == 0 || ((net->bytes[whole] ^ address->bytes[whole]) & (0xff00 >> rest) & 0xff) == 0);
}

bool trusted_has(const struct trusted *trusted, const struct address *address)
{
    for (size_t i = 0; i < trusted->count; i++)
        if (is_within(&trusted->nets[i].address, trusted->nets[i].bits, address))
            return true;
    return false;
}

struct address trusted_client(const struct trusted *trusted, struct address peer, struct str forwarded_for)
{
    struct address client = peer;
    size_t         end = forwarded_for.len;
    for (int hop = 0; hop < HOPS_MOST && end > 0 && trusted_has(trusted, &client); hop++) {
        size_t begin = end;
        while (begin > 0 && forwarded_for.ptr[begin - 1] != ',')
            begin--;
        struct address next;
        if (!address_parse(str_slice(forwarded_for.ptr + begin, end - begin), &next) || next.is_unix)
            break;
        client = next;
        end = begin > 0 ? begin - 1 : 0;
    }
    return client;
}
