/* Within the room: one conversation over libcurl. */
#ifndef NET_CLIENT_CURL_H
#define NET_CLIENT_CURL_H

#include "net/client.h"

#include <curl/curl.h>

struct client_talk {
    CURL              *curl;
    struct curl_slist *list;
    bool               allows_private, was_private;
    struct str         body;
    size_t             given;
    bool               has_given_all; /* the receiver may have all of it */
    size_t             answer_bytes;
    char               said[CLIENT_SAID_BYTES];
    size_t             said_len;
};

/* {.allows_private, .body} filled; ends with client_talk_end in any case. protocols: "http,https". */
enum error_code client_talk_begin(struct client_talk *talk, const char *url, const char *protocols, unsigned timeout_ms, struct error *error);
void            client_talk_end(struct client_talk *talk, struct client_answer *answer_out);
bool            client_has_control(struct str text);
bool            client_is_token(const char *name); /* a header's name, a method */

#endif
