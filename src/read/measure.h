/* Inside the room: claims as queries, and what is counted for them. */
#ifndef READ_MEASURE_H
#define READ_MEASURE_H

#include "read/read.h"

/* The posts that a claim counts, without times: its query, for a spill on its target alone. */
enum error_code measure_tree(const struct read_claim *claim, const struct read_tools *tools, struct arena *arena,
                             struct query_node **root_out, struct error *error);
/* root AND since AND until. */
enum error_code measure_within(struct query_node *root, int64_t from_us, int64_t until_us, struct arena *arena,
                               struct query_node **root_out, struct error *error);
enum error_code measure_counts(struct archive_snapshot *snapshot, enum read_kind kind, struct query_node *root,
                               int64_t from_us, int64_t until_us, const struct read_tools *tools, struct arena *arena,
                               struct read_counts *counts_out, struct error *error);
/* Adds one post to known and negative. */
void measure_tone(const struct read_tools *tools, const struct post *post, const struct text_facts *facts,
                  struct read_counts *counts);

#endif
