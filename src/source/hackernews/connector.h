#ifndef SOURCE_HACKERNEWS_CONNECTOR_H
#define SOURCE_HACKERNEWS_CONNECTOR_H

#include "source/source.h"

extern const struct connector connector_hackernews;

#endif
