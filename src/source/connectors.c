/* The connectors that are built in: one row, one folder. */
#include "source/source.h"

#include "source/mastodon/connector.h"
#include "source/webhook/webhook.h"

const struct connector *const connectors[] = {
    &connector_mastodon,
    &connector_webhook,
    NULL,
};

const struct connector *connector_by_name(struct str name)
{
    for (size_t i = 0; connectors[i]; i++)
        if (str_equal(name, str_of(connectors[i]->name)))
            return connectors[i];
    return NULL;
}
