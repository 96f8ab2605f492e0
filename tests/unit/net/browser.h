/* A client that speaks bytes: what a browser would never send has to be sent, too. */
#ifndef TESTS_UNIT_NET_BROWSER_H
#define TESTS_UNIT_NET_BROWSER_H

#include "../check.h"

#include "base/buf.h"
#include "net/server.h"

int  browser_connect(int port);
/* All of it; false where the server closed first. */
bool browser_send(int fd, struct str bytes);
/* One whole answer (by Content-Length or chunks, then decoded) into answer; the status, or 0 where the connection ended
 * or wait_ms passed. */
struct answer {
    int        status;
    struct buf head, body;
    bool       is_whole; /* its end came as announced */
};
int        browser_read(int fd, struct answer *answer, int wait_ms);
int        browser_read_head(int fd, struct answer *answer, int wait_ms); /* of HEAD: no body follows */
void       answer_fini(struct answer *answer);
struct str answer_header(const struct answer *answer, const char *name); /* empty where there is none */
/* Connects, sends, reads one answer, closes. */
int browser_ask(int port, const char *request, struct answer *answer);
/* True once the server has closed: an end or a reset within wait_ms. */
bool browser_is_closed(int fd, int wait_ms);

#endif
