/* Reading a mailbox by IMAP (RFC 9051, and 3501 as servers have it): libcurl connects, turns to TLS and logs in; the few commands behind that are spoken
 * here, because curl's own FETCH marks what it reads as read. The mailbox is only examined: nothing in it changes. One thread.
 *
 * Errors: ERROR_IO (lost, or an answer that is no IMAP: open it anew), ERROR_DENIED (user and password), ERROR_FORBIDDEN (a private address), ERROR_NOT_FOUND
 * (no such mailbox or message), ERROR_INVALID (a setting), ERROR_CANCELLED, ERROR_TOO_LARGE (an answer that has no end). */
#ifndef NET_IMAP_H
#define NET_IMAP_H

#include "net/client.h"

struct imap;
struct imap_options {
    const char     *host;
    unsigned        port; /* 0: the usual one */
    enum client_tls tls;
    const char     *user, *password;
    bool            allows_private;
    unsigned        timeout_ms; /* of connecting, and of each answer; 0: 30,000 */
    int             stop_fd;    /* readable: connecting ends; 0: none */
};
enum error_code imap_open(const struct imap_options *options, struct imap **imap_out, struct error *error);
void            imap_close(struct imap *imap); /* legal on NULL */

struct imap_mailbox {
    uint32_t uid_validity; /* another one: all UIDs mean other messages than before */
    uint32_t uid_next;     /* larger than any UID that is there */
    uint32_t count;        /* of messages */
    uint32_t first_uid;    /* of the oldest; 0: it is empty */
};
/* Opens the mailbox for reading, or looks again. name: as a server has it, UTF-8 letters alone where they are ASCII. */
enum error_code imap_examine(struct imap *imap, const char *name, struct imap_mailbox *mailbox_out, struct error *error);
/* UIDs from..to that are there, ascending, at most `most`; where there are more, *count_out is most: go on behind the last. */
enum error_code imap_list(struct imap *imap, uint32_t from, uint32_t to, uint32_t *uids, size_t most, size_t *count_out, struct error *error);
/* UIDs of messages with that Message-ID (without < and >). */
enum error_code imap_find(struct imap *imap, const char *message_id, uint32_t *uids, size_t most, size_t *count_out, struct error *error);
/* The message, at most its first most_bytes, and when the server got it (0: it does not say). */
enum error_code imap_fetch(struct imap *imap, uint32_t uid, size_t most_bytes, struct buf *out, int64_t *received_us_out, struct error *error);

#endif
