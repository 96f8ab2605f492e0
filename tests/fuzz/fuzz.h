/* What every fuzzer shares. A target is one function that takes any bytes and checks what must hold of them:
 *
 *     fuzz_text    tokens lie in the text, a second look sees the same, keys read back as themselves
 *     fuzz_html    plain words and whole addresses come out, whatever goes in
 *     fuzz_feed    entries that a post can hold, of the host that they came from, within every maximum; state that reads back
 *     fuzz_post    parse -> print -> parse and encode -> decode give the same post
 *     fuzz_bluesky   DAG-CBOR, CAR and frames of both wires: reading ends within its bytes, and gives items a host can check
 *     fuzz_query   parse -> print -> parse gives the same tree; the linter and the matcher live with it
 *     fuzz_http    a target and headers: a path that leads nowhere else, one length of a body, or a refusal
 *     fuzz_settings  a file of settings: values within their bounds, or an error with its place
 *     fuzz_api     a call of the API, on a server of its own: an answer of a known status and form, never a 500
 *     fuzz_hackernews  an answer of its API: a sound post or a refusal
 *     fuzz_source  a line of a connector: what was understood says the same when it is printed and read again
 *     fuzz_table   a table reads the same however its bytes arrive; its posts survive the outer form
 *     fuzz_mastodon  a stream of server-sent events is the same however it is cut; its statuses become items with sound ids
 *     fuzz_mail    any bytes are a mail: words in UTF-8, ids that an archive takes
 *     fuzz_nostr   an event is refused with a reason or reads the same again; what we sign holds
 *     fuzz_webhook  a delivery: batches within their bounds, ids of their sender; a state is printed as it was read
 *     fuzz_websocket  a server's answer and its frames: the same however they arrive, within the maximum
 *
 * With -Dfuzzers=true and clang they are libFuzzer programs (make fuzz). Without, driver.c feeds them the seeds in
 * corpus/ and what becomes of those under a few thousand random changes, always the same ones, as a part of make
 * test.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, with the reason, where condition does not hold of the input. */
#define fuzz_check(condition, ...)                                                        \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s does not hold: ", __FILE__, __LINE__, #condition); \
            fprintf(stderr, __VA_ARGS__);                                                 \
            fputc('\n', stderr);                                                          \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

/* An analyser that lives as long as the program: making one costs more than most inputs. */
#define FUZZ_ANALYSER(name)                                              \
    static struct text_analyser *name;                                   \
    fuzz_check(name || text_analyser_new(&name, NULL) == ERROR_NONE, "no memory")

#endif
