/* Serving: the service and the HTTP server, from start to a clean end. For `serve` and for `demo`. */
#ifndef CLI_SERVING_H
#define CLI_SERVING_H

#include "api/service.h"
#include "cli/cli.h"
#include "net/server.h"

struct serving_options {
    const char *listen; /* NULL: the setting */
    bool        is_demo; /* somebody looks at the terminal: answered requests are not logged */
    /* The client whose clock runs faster (an invented town); NULL: none. */
    const char *fast_client;
    int64_t     fast_starts_us;
    double      fast_speed;
    /* Called once everything answers, before anything is printed for people; an error ends the serving. base is
     * "http://127.0.0.1:8600". */
    enum error_code (*on_ready)(struct cli *cli, struct api *api, const char *base, void *context);
    /* Called before the streams are closed. */
    void (*on_end)(void *context);
    void  *context;
};

/* Serves until cli->stop. ERROR_NONE after a clean stop: running requests were finished, everything is committed and
 * sealed. */
enum error_code serving_run(struct cli *cli, const struct serving_options *options);

#endif
