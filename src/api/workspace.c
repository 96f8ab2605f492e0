/* What a client does by itself: trends are kept as they come, and once a minute of its clock what is due is done. */
#include "api/service.h"

const struct record_domain *const api_server_domains[] = {&team_domain, NULL};
const struct record_domain *const api_workspace_domains[] = {NULL};

void workspace_on_trend(void *context, enum stream_trend_event event, int64_t at_us, bool is_replay, const struct trend *trend)
{
    struct workspace *workspace = context;
    (void)at_us;
    (void)trend;
    if (!is_replay && event != STREAM_TREND_UPDATE)
        api_tell(workspace, "trend", STR("{}"));
}

enum error_code workspace_tick(struct workspace *workspace, int64_t now_us, struct error *error)
{
    (void)workspace;
    (void)now_us;
    (void)error;
    return ERROR_NONE;
}
