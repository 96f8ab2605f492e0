#include "cli/show_posts.h"

enum { TEXT_INDENT = 2, TEXT_MAX_LINES = 12, NAME_MAX_COLUMNS = 28, QUOTED_NAME_MAX_COLUMNS = 18 };

static void show_metrics(struct cli *cli, const struct post_metrics *metrics)
{
    const struct {
        int64_t     count;
        const char *name;
    } shown[] = {{metrics->likes, "likes"}, {metrics->reposts, "reposts"}, {metrics->replies, "replies"}};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (shown[i].count > 0)
            buf_printf(&cli->out, "  %lld %s", (long long)shown[i].count, shown[i].name);
}

void show_post(struct cli *cli, const struct post *post, int indent, struct arena *scratch)
{
    if (cli->is_json) {
        post_print(post, &cli->out);
        buf_append_char(&cli->out, '\n');
        return;
    }
    struct str name = show_cut(scratch, show_clean(scratch, post_author_name(post)), NAME_MAX_COLUMNS);
    struct str community = show_clean(scratch, post->community);
    buf_printf(&cli->out, "%*s%s%.*s%s  %s", indent, "", show_bold(cli), STR_ARG(name), show_plain(cli),
               show_time(scratch, post->at_us).ptr);
    show_metrics(cli, &post->metrics);
    buf_printf(&cli->out, "%s  %.*s%s%.*s%s\n", show_dim(cli), STR_ARG(show_clean(scratch, post->id)),
               community.len ? "  in " : "", STR_ARG(community), show_plain(cli));
    show_wrapped(&cli->out, show_clean(scratch, post->text), cli->columns, indent + TEXT_INDENT, TEXT_MAX_LINES);
}

void show_quote(struct cli *cli, struct str author, struct str text, int indent, struct arena *scratch)
{
    struct str name = show_cut(scratch, show_clean(scratch, author), QUOTED_NAME_MAX_COLUMNS);
    struct str words = show_clean(scratch, text);
    int        used = indent + text_terminal_width(name) + 2;
    buf_printf(&cli->out, "%*s%s%.*s%s  ", indent, "", show_dim(cli), STR_ARG(name), show_plain(cli));
    buf_append_str(&cli->out, show_cut(scratch, words, cli->columns - used));
    buf_append_char(&cli->out, '\n');
}
