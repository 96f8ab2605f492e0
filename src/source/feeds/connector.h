/* Feeds: RSS, Atom, JSON Feed; any number of addresses in one source. */
#ifndef SOURCE_FEEDS_CONNECTOR_H
#define SOURCE_FEEDS_CONNECTOR_H

#include "source/source.h"

extern const struct connector connector_feeds;

#endif
