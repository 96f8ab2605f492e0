/* A client's alerts at work: judged once a minute, told to the page, delivered by a courier. */
#ifndef API_WORKSPACE_ALERTS_H
#define API_WORKSPACE_ALERTS_H

#include "alert/alert.h"
#include "api/api.h"

/* Starts the courier. */
enum error_code workspace_alerts_start(struct workspace *workspace, struct error *error);
void            workspace_alerts_stop(struct workspace *workspace);
/* Once a minute of the client's clock: judges rules, hears open trends, tells the page and wakes the courier. */
enum error_code workspace_alerts_tick(struct workspace *workspace, int64_t now_us, struct error *error);

/* Where the workbench is reached from outside, for links in messages; empty where the settings do not say. */
const char *workspace_public_url(const struct workspace *workspace);
bool        workspace_can_mail(const struct workspace *workspace);
/* alert_world.topic_query with the workspace as context. */
enum error_code workspace_topic_query(void *workspace, int64_t topic, struct arena *arena, struct str *query_out, struct error *error);
/* Kept trends detected in [since, until), oldest first, with the ids of their newest posts; open_only: those that are open now. */
enum error_code workspace_alert_trends(struct workspace *workspace, bool open_only, int64_t since_us, int64_t until_us, int64_t now_us,
                                       struct arena *arena, struct alert_trend **trends_out, size_t *count_out, struct error *error);

#endif
