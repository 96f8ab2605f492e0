/* Addresses of peers: reading, printing, nets, and whom X-Forwarded-For may speak for. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/error.h"
#include "base/str.h"

#include <sys/socket.h>

/* Of IPv4 the bytes are ::ffff:a.b.c.d, so that one peer has one form however it came. A Unix socket's peers have no
 * address. */
struct address {
    bool          is_unix;
    unsigned char bytes[16];
};

enum { ADDRESS_TEXT_BYTES = 64, TRUSTED_MOST = 64 };

struct address address_of(const struct sockaddr *from); /* NULL, and what is neither IPv4 nor IPv6, is Unix */
/* "10.0.0.1", "10.0.0.1:8080", "2001:db8::1", "[2001:db8::1]:443", "unix". */
bool address_parse(struct str s, struct address *address_out);
void address_print(const struct address *address, char text[ADDRESS_TEXT_BYTES]);

struct trusted {
    struct {
        struct address address;
        unsigned       bits; /* of the 128 that count */
    } nets[TRUSTED_MOST];
    size_t count;
};

/* "127.0.0.1, 10.0.0.0/8, ::1, unix": with commas or blanks between. ERROR_INVALID names what is no address. */
enum error_code trusted_parse(struct str s, struct trusted *trusted_out, struct error *error);
bool            trusted_has(const struct trusted *trusted, const struct address *address);
/* Who asks: the peer itself, or where it is trusted, the rightmost address of the header that is not. What is no
 * address ends the walk. */
struct address trusted_client(const struct trusted *trusted, struct address peer, struct str forwarded_for);

#endif
