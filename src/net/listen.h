/* From "127.0.0.1:8600", "[::1]:0", ":8600" (every address) or "unix:/path" to a socket that listens. */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "base/error.h"

struct listening {
    int  fd;
    int  port; /* 0 for a Unix socket */
    char unix_path[108]; /* to be removed at the end; empty otherwise */
};

/* ERROR_CONFLICT: in use; ERROR_INVALID: no address, or not one of this machine. */
enum error_code listen_open(const char *where, struct listening *listening_out, struct error *error);

#endif
