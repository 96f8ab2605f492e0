#include "api/sightings.h"

#include "tool/tool.h"

#include <stdlib.h>

enum { AT_ONCE = 500 };

enum error_code sightings_of_posts(struct workspace *workspace, const char *kind, struct str name, struct str title, bool knows_when, int64_t run,
                                   const struct post *posts, size_t count, int64_t seen_us, struct error *error)
{
    char                 finder[TOOL_FINDER_MAX_BYTES + 1];
    struct tool_sighting rows[AT_ONCE];
    enum error_code      code = ERROR_NONE;
    snprintf(finder, sizeof finder, "%s:%.*s", kind, STR_ARG(name));
    for (size_t at = 0; !code && at < count; at += AT_ONCE) {
        size_t some = count - at < AT_ONCE ? count - at : AT_ONCE;
        for (size_t i = 0; i < some; i++)
            rows[i] = (struct tool_sighting){posts[at + i].id, seen_us};
        code = tool_sightings_add(workspace->sightings, str_of(finder), title, knows_when, run, rows, some, error);
    }
    return code;
}

enum error_code sightings_of_lines(struct api_call *call, struct str label, struct str lines)
{
    struct arena    arena = {0};
    struct post    *posts = calloc(AT_ONCE, sizeof *posts);
    size_t          count = 0;
    struct str      line;
    enum error_code code = posts ? ERROR_NONE : error_set(&call->error, ERROR_MEMORY, "no memory for sightings");
    while (!code && str_next_field(&lines, '\n', &line)) {
        struct error none = {0};
        if (str_trim(line).len && !post_parse(str_trim(line), &arena, &posts[count], &none))
            count++;
        if (count == AT_ONCE || (lines.len == 0 && count)) {
            code = sightings_of_posts(call->workspace, "push", label, label, true, 0, posts, count, call->now_us, &call->error);
            arena_reset(&arena);
            count = 0;
        }
    }
    if (!code && count)
        code = sightings_of_posts(call->workspace, "push", label, label, true, 0, posts, count, call->now_us, &call->error);
    arena_fini(&arena);
    free(posts);
    return code;
}

void sightings_of_source(void *context, int64_t source, struct str name, const struct post *posts, size_t count, int64_t now_us)
{
    struct workspace *workspace = context;
    struct error      error = {0};
    char              number[24];
    snprintf(number, sizeof number, "%lld", (long long)source);
    if (sightings_of_posts(workspace, "source", str_of(number), name, true, 0, posts, count, now_us, &error))
        workspace->complain(workspace->complain_context, workspace->name, error.message);
}
