/* Speaking to the outside over libcurl: one POST to a webhook, one mail to one address. No product words.
 *
 * Both are bounded in time and bytes, follow no redirect, use no proxy of the environment, and look at the very address that is connected to
 * (not at what a name resolved to before), so that a name cannot lead into the house.
 *
 * What came of it is told apart by code:
 *     ERROR_NONE        the receiver said yes
 *     ERROR_IO          it never got it whole: nothing was done, to try again is safe
 *     ERROR_BUSY        the receiver asks for later (429, 503 and other 5xx; SMTP 4xx)
 *     ERROR_INVALID     the receiver refuses it for good (4xx, a redirect; SMTP 5xx), or the address is none
 *     ERROR_FORBIDDEN   the address is private and private ones are not allowed
 *     ERROR_UNCERTAIN   all was sent and no answer came: it may have been done
 */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "base/buf.h"
#include "base/error.h"

struct client_header {
    const char *name;
    struct str  value; /* no control characters: ERROR_INVALID */
};

struct client_post {
    const char                 *url; /* http or https, without user or password */
    const char                 *content_type;
    struct str                  body;
    const struct client_header *headers;
    size_t                      header_count;
    bool                        allows_private; /* loopback, link-local and private addresses too */
    unsigned                    timeout_ms;     /* 0: 15,000, connecting included */
};
enum { CLIENT_ANSWER_MOST_BYTES = 64 * 1024, CLIENT_SAID_BYTES = 200 };
struct client_answer {
    int  status;                  /* 0: none came */
    char said[CLIENT_SAID_BYTES]; /* the beginning of its body, printable */
};
enum error_code client_post(const struct client_post *post, struct client_answer *answer_out, struct error *error);

/* ERROR_INVALID says what is wrong with it. */
enum error_code client_check_url(struct str url, struct error *error);

enum client_tls { CLIENT_STARTTLS, CLIENT_TLS, CLIENT_NO_TLS };
struct client_mail {
    const char     *host;
    unsigned        port;
    enum client_tls tls;
    const char     *user, *password; /* NULL: none */
    const char     *from, *to;       /* bare addresses */
    struct str      subject;         /* UTF-8; control characters become blanks */
    struct str      text;            /* UTF-8, lines end with \n; sent as quoted-printable */
    const char     *message_id;      /* without < and >; letters, digits, . and - */
    const char     *in_reply_to, *references; /* Message-IDs: one without < and >, many as they stand in a header; NULL: none */
    bool            is_personal;     /* written by a person: not marked as a machine's */
    int64_t         at_us;           /* Date */
    unsigned        timeout_ms;      /* 0: 15,000 */
};
/* ERROR_INVALID too for an address that could add a header or a command. */
enum error_code client_mail(const struct client_mail *mail, struct client_answer *answer_out, struct error *error);

/* The message as it is sent, without the dots that SMTP doubles. */
void client_mail_print(const struct client_mail *mail, struct buf *out);

/* True for an address that is not of the public internet: loopback, private, link-local, shared, documentation, multicast, unspecified, and
 * IPv4 within IPv6 that is one of them. address is 4 or 16 bytes. */
bool client_is_private(const unsigned char *address, size_t len);

#endif
