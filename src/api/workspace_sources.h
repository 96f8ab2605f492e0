/* A client's sources at work in the server: the wires of capture, with what this client wants kept and told. */
#ifndef API_WORKSPACE_SOURCES_H
#define API_WORKSPACE_SOURCES_H

#include "api/service.h"
#include "capture/capture.h"

/* The host of all wires, by the settings sources.programs and sources.private_addresses. */
enum error_code workspace_sources_host(struct api *api, struct error *error);
/* The client is open: its sources begin. */
enum error_code workspace_sources_start(struct api *api, struct workspace *workspace, struct error *error);

/* Posts that are gone from the archive: what they said and who said it goes from the client's records too. (Topics, rooms, trends and sightings keep
 * ids alone.) context is the workspace. */
enum error_code workspace_forget_posts(void *workspace, const struct str *posts, size_t count, struct error *error);

/* Once a second, on the ticker's thread: follows rows that somebody else changed (the command line), tells pages of new figures, and once a day the
 * members who renew tokens that end soon. */
enum error_code workspace_sources_tick(struct api *api, struct workspace *workspace, struct sources_watch *watch, struct error *error);

#endif
