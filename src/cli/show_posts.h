/* Posts for people and for programs. */
#ifndef CLI_SHOW_POSTS_H
#define CLI_SHOW_POSTS_H

#include "cli/show.h"
#include "post/post.h"

/* Appends a post: as its JSON line with --json, else its author, time, platform and id over its text, indented. */
void show_post(struct cli *cli, const struct post *post, int indent, struct arena *scratch);

/* Appends "  @author  text…" in one line, as evidence below something else. */
void show_quote(struct cli *cli, struct str author, struct str text, int indent, struct arena *scratch);

#endif
