#ifndef SOURCE_MASTODON_CONNECTOR_H
#define SOURCE_MASTODON_CONNECTOR_H

#include "source/source.h"

extern const struct connector connector_mastodon;

#endif
