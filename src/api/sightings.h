/* Who saw which post, written down as posts come in: through a live source, an import, or a program that pushes. */
#ifndef API_SIGHTINGS_H
#define API_SIGHTINGS_H

#include "api/api.h"

enum { SIGHTINGS_LABEL_MAX_BYTES = 80 };

/* kind: "source", "import", "push"; name: what tells finders of a kind apart (a number, a label). See tool_sightings_add for knows_when and run. */
enum error_code sightings_of_posts(struct workspace *workspace, const char *kind, struct str name, struct str title, bool knows_when, int64_t run,
                                   const struct post *posts, size_t count, int64_t seen_us, struct error *error);
/* The posts of a push that was taken, as lines. Lines that are no posts are passed over. */
enum error_code sightings_of_lines(struct api_call *call, struct str label, struct str lines);
/* The shape of capture_client's sighted. context is the workspace; what goes wrong is logged. */
void sightings_of_source(void *workspace, int64_t source, struct str name, const struct post *posts, size_t count, int64_t now_us);

#endif
