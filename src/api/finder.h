/* What an import was found by: each post of it becomes a sighting of one finder (tool/tool.h), so that tools can be compared. Used by imports through the
 * server and by the command. */
#ifndef API_FINDER_H
#define API_FINDER_H

#include "listen/import.h"
#include "tool/tool.h"

extern const struct record_domain *const finder_domains[]; /* of sightings.db */

/* Initialise with {.sightings = ..., .run = ..., .now_us = ...}; the rest is its own. sightings NULL: nothing is kept. */
struct finder {
    struct record        *sightings;
    int64_t               run, now_us; /* one number for the whole import; the time of the import */
    char                  label[TOOL_FINDER_MAX_BYTES], title[TOOL_FINDER_MAX_BYTES];
    bool                  knows_when;
    struct arena          arena;
    struct tool_sighting *rows;
    size_t                count, capacity;
};

/* A file begins. label: what the person calls the finder ("brandwatch-trial"); empty: the tool whose export it is, and where that is not known nobody. */
void finder_look(struct finder *finder, const struct table_shape *shape, struct str label);
enum error_code finder_found(struct finder *finder, const struct import_found *found, struct error *error);
/* Writes what was gathered; for import_options.on_commit. */
enum error_code finder_commit(struct finder *finder, struct error *error);
void            finder_fini(struct finder *finder);

#endif
