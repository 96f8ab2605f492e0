#include "cli/place.h"
#include "cli/show_posts.h"

static const struct cli_example examples[] = {
    {"bellwether thread toot:4711", "the conversation in which that post stands, oldest post first"}, {0}};

enum { STEP = 2 };

/* Replies to the first post stand one step to the right, replies to replies two. */
static int indent_of(const struct post *post, const struct post *first)
{
    if (post == first || post->reply_to.len == 0)
        return 0;
    return str_equal(post->reply_to, first->id) ? STEP : 2 * STEP;
}

static enum error_code run(struct cli *cli)
{
    struct place_reader reader;
    struct post        *posts = NULL;
    size_t              count = 0;
    struct arena        scratch = {0};
    enum error_code     code = place_open_reader(cli, &reader);
    if (!code)
        code = archive_thread(reader.snapshot, str_of(cli->arguments[0]), &cli->arena, &posts, &count, &cli->error);
    for (size_t i = 0; i < count && !code; i++) {
        arena_reset(&scratch);
        show_post(cli, &posts[i], indent_of(&posts[i], posts), &scratch);
    }
    if (!code)
        code = cli_flush(cli);
    arena_fini(&scratch);
    place_close_reader(&reader);
    return code;
}

const struct cli_command cmd_thread = {
    .name = "thread",
    .arguments = "ID",
    .summary = "the conversation that a post stands in",
    .details = "Prints every post of the thread that the post with this id stands in, oldest first. Any post of the "
               "thread will do.\n\n"
               "With --json: the posts in the JSON Lines form they came in.",
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};
