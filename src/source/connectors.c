/* The connectors that are built in: one row, one folder. */
#include "source/source.h"

#include "source/hackernews/connector.h"
#include "source/mastodon/connector.h"

const struct connector *const connectors[] = {
    &connector_hackernews,
    &connector_mastodon,
    NULL,
};
