/* How a person lets Bellwether into their account (OAuth 2, a code that the instance shows to be copied): an address to open, the code back, a token.
 * Nothing listens on a port, and no password is seen. */
#ifndef SOURCE_MASTODON_LOGIN_H
#define SOURCE_MASTODON_LOGIN_H

#include "base/arena.h"
#include "base/error.h"

struct mastodon_login { /* strings in the caller's arena */
    struct str base, client_id, client_secret;
    struct str address; /* to be opened in a browser */
    struct str token;   /* a secret; after finish */
    struct str who;     /* "ann@mastodon.example"; after finish */
};

/* Registers Bellwether with the instance ("mastodon.example", or its address) for reading and answering. ERROR_INVALID: no
 * such instance, or it refuses; else as fetch. */
enum error_code mastodon_login_begin(struct str instance, bool allows_private, struct arena *arena,
                                     struct mastodon_login *login_out, struct error *error);
/* code: what the instance shows. ERROR_DENIED: it does not take it. */
enum error_code mastodon_login_finish(struct mastodon_login *login, struct str code, bool allows_private, struct arena *arena, struct error *error);

#endif
