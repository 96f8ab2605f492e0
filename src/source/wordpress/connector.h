/* WordPress: posts and comments of a site through its REST API (wp/v2), and answers as comments. */
#ifndef SOURCE_WORDPRESS_CONNECTOR_H
#define SOURCE_WORDPRESS_CONNECTOR_H

#include "source/source.h"

extern const struct connector connector_wordpress;

#endif
