/* Within the connector: what is done on the site. */
#ifndef SOURCE_WORDPRESS_ACT_H
#define SOURCE_WORDPRESS_ACT_H

#include "source/wordpress/items.h"

/* What is promised of a key: it stands in the comment's user agent ("Bellwether KEY"), which moderators see. Before a comment is sent, and where its
 * answer was lost, an account that moderates looks there for it. For every other account WordPress itself refuses the same words by the same person in
 * the same place a second time (comment_duplicate), as long as the first is not in the trash. */
void wp_act(struct wp_site *site, const struct source_command *command, struct source_result *result_out);

#endif
