/* What a connector was given to work with: config and secrets, read by its rows and checked against them. */
#ifndef SOURCE_VALUES_H
#define SOURCE_VALUES_H

#include "source/source.h"

enum { SOURCE_VALUE_MAX_BYTES = 16 * 1024, SOURCE_LIST_MAX = 10000 };

struct source_value {
    struct str  text;    /* as given, or the fallback; empty: none */
    int64_t     number;  /* CONNECTOR_NUMBER */
    bool        boolean; /* CONNECTOR_BOOLEAN */
    struct str *list;    /* CONNECTOR_LIST */
    size_t      count;
};
struct source_values {
    struct arena                  arena;
    const struct connector_field *fields;
    struct source_value          *values; /* one a row */
};

/* config and secrets are JSON objects as text, empty: {}. ERROR_INVALID names the member: unknown, missing, of the wrong type, out of its bounds, a
 * secret among the config. Ends with source_values_fini, whatever the code. */
enum error_code source_values_read(const struct connector_field *fields, struct str config, struct str secrets, struct source_values *values_out,
                                   struct error *error);
void            source_values_fini(struct source_values *values);
/* The row's value. A name that is no row is a defect. */
struct source_value *source_values_at(const struct source_values *values, const char *name);

/* The same check alone, for who stores a config. needs_secrets: those that are required must be there. */
enum error_code source_config_check(const struct connector *connector, struct str config, struct str secrets, bool needs_secrets, struct error *error);

#endif
