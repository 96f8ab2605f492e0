/* From a path to its row. */
#include "api/service.h"

const struct api_route *route_at(size_t i)
{
    for (size_t table = 0; api_routes[table]; table++)
        for (const struct api_route *route = api_routes[table]; route->path; route++)
            if (i-- == 0)
                return route;
    return NULL;
}

static bool is_number(struct str s)
{
    int64_t number;
    return s.len <= 18 && str_to_i64(s, &number) && number > 0;
}

/* Segments of both, side by side; {id} takes a whole number, {name} anything. */
static bool matches(struct str pattern, struct str path, struct str places[2])
{
    struct str wanted, given;
    size_t     place = 0;
    bool       ends_with_slash = str_ends_with(path, STR("/"));
    while (str_next_field(&pattern, '/', &wanted)) {
        if (!str_next_field(&path, '/', &given))
            return false;
        if (wanted.len == 0 || wanted.ptr[0] != '{') {
            if (!str_equal(wanted, given))
                return false;
            continue;
        }
        if (given.len == 0 || place == 2 || (str_equal(wanted, STR("{id}")) && !is_number(given)))
            return false;
        places[place++] = given;
    }
    return path.len == 0 && !ends_with_slash;
}

const struct api_route *route_find(enum http_method method, struct str path, struct str places[2], bool *is_known_out)
{
    const struct api_route *route, *found = NULL;
    *is_known_out = false;
    for (size_t i = 0; !found && (route = route_at(i)); i++) {
        struct str filled[2] = {{0}, {0}};
        if (!matches(str_of(route->path), path, filled))
            continue;
        *is_known_out = true;
        if (route->method != method)
            continue;
        places[0] = filled[0];
        places[1] = filled[1];
        found = route;
    }
    return found;
}
