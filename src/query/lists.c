#include "query/parse.h"

#include "base/utf8.h"

#include <stdio.h>

static const struct query_list *find_list(const struct query_options *options, struct str name)
{
    for (size_t i = 0; options && i < options->list_count; i++)
        if (str_equal(options->lists[i].name, name))
            return &options->lists[i];
    return NULL;
}

static bool fail_unknown(struct parser *parser, const struct lexeme *name)
{
    enum { MOST = 200 };
    const struct query_options *options = parser->job->options;
    struct str                  names[MOST] = {0};
    size_t                      count = 0;
    char                        near[NEAR_NAMES_BYTES], name_shown[SHOWN_BYTES];
    for (size_t i = 0; options && i < options->list_count && count < MOST; i++)
        names[count++] = options->lists[i].name;
    near_names(name->text, names, count, near);
    source_fail(&parser->source, name->start, ERROR_SYNTAX, count ? NULL : "no list has been made yet",
                near[0] ? "there is no list %s; did you mean %s?" : "there is no list %s%s",
                shown(name->text, name_shown), near);
    return false;
}

bool parse_list_with(struct parser *parser, const struct lexeme *name, parse_source_fn read, void *context)
{
    struct parse_job        *job = parser->job;
    const struct query_list *list = find_list(job->options, name->text);
    char                     name_shown[SHOWN_BYTES];
    if (!list)
        return fail_unknown(parser, name);
    shown(name->text, name_shown);
    for (uint32_t i = 0; i < job->list_depth; i++)
        if (str_equal(job->open_lists[i], name->text))
            return source_fail(&parser->source, name->start, ERROR_SYNTAX, NULL, "list %s holds itself", name_shown),
                   false;
    if (job->list_depth == QUERY_LIST_MAX_DEPTH)
        return source_fail(&parser->source, name->start, ERROR_TOO_LARGE, NULL,
                           "list %s stands more than %d lists deep", name_shown,
                           QUERY_LIST_MAX_DEPTH), false;
    job->list_bytes += list->text.len;
    if (list->text.len > QUERY_MAX_BYTES || job->list_bytes > QUERY_LIST_MAX_BYTES)
        return source_fail(&parser->source, name->start, ERROR_TOO_LARGE, NULL,
                           "with list %s the query grows beyond %d KiB", name_shown,
                           (list->text.len > QUERY_MAX_BYTES ? QUERY_MAX_BYTES : QUERY_LIST_MAX_BYTES) / 1024), false;
    if (!utf8_is_valid(list->text))
        return source_fail(&parser->source, name->start, ERROR_SYNTAX, NULL, "list %s is not valid UTF-8", name_shown),
               false;
    struct str text = arena_str(job->arena, list->text); /* the tree points into it, and the list may go before the tree */
    if (!text.ptr)
        return parse_no_memory(parser);
    struct parser inner = {.job = job};
    inner.source = (struct source){
        .text = text, .list_name = list->name, .list_column = name->column, .error = job->error};
    if (!parse_next(&inner))
        return false;
    if (inner.source.lexeme.kind == LEXEME_END)
        return source_fail(&parser->source, name->start, ERROR_SYNTAX, NULL, "list %s is empty", name_shown), false;
    job->open_lists[job->list_depth++] = list->name;
    bool is_read = read(&inner, context);
    job->list_depth--;
    return is_read;
}

static bool read_query(struct parser *inner, void *context)
{
    struct query_node **root = context;
    *root = parse_source(inner);
    return *root != NULL;
}

struct query_node *parse_list(struct parser *parser, const struct lexeme *name)
{
    struct query_node *root = NULL;
    if (!parse_list_with(parser, name, read_query, &root))
        return NULL;
    root->is_group = true;
    return root;
}
