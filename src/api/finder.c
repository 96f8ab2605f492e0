#include "api/finder.h"

const struct record_domain *const finder_domains[] = {&sighting_domain, NULL};

/* "Brandwatch trial" is import:brandwatch-trial. */
static void name_label(struct finder *finder, struct str words)
{
    size_t used = (size_t)snprintf(finder->label, sizeof finder->label, "import:");
    for (size_t i = 0; i < words.len && used + 1 < sizeof finder->label; i++) {
        char c = words.ptr[i];
        bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || (unsigned char)c >= 0x80;
        finder->label[used++] = is_kept ? c : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : '-';
    }
    finder->label[used] = '\0';
}

void finder_look(struct finder *finder, const struct table_shape *shape, struct str label)
{
    label = str_trim(label);
    finder->label[0] = '\0';
    if (!label.len && !shape->tool)
        return;
    name_label(finder, label.len ? label : str_of(shape->tool->name));
    if (label.len)
        snprintf(finder->title, sizeof finder->title, "%.*s (import)", (int)(label.len < 100 ? label.len : 100), label.ptr);
    else
        snprintf(finder->title, sizeof finder->title, "%s (import)", shape->tool->title);
    bool is_native = shape->kind == TABLE_NATIVE_LINES; /* Zeeschuimer notes when it collected each */
    finder->knows_when = is_native || (shape->is_table && shape->columns.of[COLUMN_SEEN] != COLUMN_NONE);
}

enum error_code finder_found(struct finder *finder, const struct import_found *found, struct error *error)
{
    if (!finder->sightings || !finder->label[0])
        return ERROR_NONE;
    struct str id = arena_str(&finder->arena, found->post->id);
    if (!id.ptr || !arena_grow(&finder->arena, (void **)&finder->rows, sizeof *finder->rows, finder->count, &finder->capacity))
        return error_set(error, ERROR_MEMORY, "no memory for %zu sightings", finder->count);
    finder->rows[finder->count++] = (struct tool_sighting){id, found->seen_us ? found->seen_us : finder->now_us};
    return ERROR_NONE;
}

enum error_code finder_commit(struct finder *finder, struct error *error)
{
    enum error_code code = ERROR_NONE;
    if (finder->count)
        code = tool_sightings_add(finder->sightings, str_of(finder->label), str_of(finder->title), finder->knows_when, finder->run, finder->rows,
                                  finder->count, error);
    arena_reset(&finder->arena);
    finder->rows = NULL;
    finder->count = finder->capacity = 0;
    return code;
}

void finder_fini(struct finder *finder)
{
    arena_fini(&finder->arena);
}
