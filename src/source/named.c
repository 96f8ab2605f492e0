/* Beside the table, so that a test can bring its own. */
#include "source/source.h"

const struct connector *connector_by_name(struct str name)
{
    for (size_t i = 0; connectors[i]; i++)
        if (str_equal(name, str_of(connectors[i]->name)))
            return connectors[i];
    return NULL;
}
