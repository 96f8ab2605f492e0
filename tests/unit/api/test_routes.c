/* Paths find their rows, every row is fit to be printed, and cells of a table are safe in a spreadsheet. */
#include "check.h"

#include "api/service.h"
#include "api/table.h"

static void paths_find_rows(void **state)
{
    static const struct { enum http_method method; const char *path, *id, *place; } rows[] = {
        {HTTP_GET, "/count", "count", ""},
        {HTTP_POST, "/posts", "posts_push", ""},
        {HTTP_PUT, "/posts", NULL, ""},
        {HTTP_GET, "/trends/12", "trend", "12"},
        {HTTP_GET, "/trends/012", "trend", "012"},
        {HTTP_GET, "/trends/0", NULL, ""},
        {HTTP_GET, "/trends/-1", NULL, ""},
        {HTTP_GET, "/trends/1234567890123456789", NULL, ""},
        {HTTP_GET, "/trends/x", NULL, ""},
        {HTTP_GET, "/trends/12/", NULL, ""},
        {HTTP_GET, "/count/", NULL, ""},
        {HTTP_GET, "/counts", NULL, ""},
        {HTTP_GET, "count", NULL, ""},
        {HTTP_GET, "", NULL, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str              places[2] = {{0}, {0}};
        bool                    is_known;
        const struct api_route *route = route_find(rows[i].method, str_of(rows[i].path), places, &is_known);
        if ((route != NULL) != (rows[i].id != NULL) || (route && (strcmp(route->id, rows[i].id) || !str_equal(places[0], str_of(rows[i].place)))))
            fail_msg("row %zu: %s gives %s", i, rows[i].path, route ? route->id : "nothing");
    }
}

static void every_row_has_words(void **state)
{
    (void)state;
    const struct api_route *route;
    size_t                  count = 0;
    for (size_t i = 0; (route = route_at(i)); i++, count++) {
        if (!route->id || !route->summary || !route->summary[0] || !route->handle || route->path[0] != '/')
            fail_msg("row %zu (%s) lacks words or a handler", i, route->path);
        for (size_t k = 0; k < i; k++)
            if (strcmp(route_at(k)->id, route->id) == 0)
                fail_msg("two rows are called %s", route->id);
        for (const struct api_parameter *row = route->parameters; row && row->name; row++)
            if (!row->meaning || (row->type == API_WORD && !row->words) || (row->type == API_INTEGER && row->least > row->most))
                fail_msg("%s: the parameter %s is not described", route->id, row->name);
        if (route->takes && route->takes[0] == '{') { /* else it is a media type */
            cJSON *schema = cJSON_Parse(route->takes);
            if (!cJSON_GetObjectItemCaseSensitive(schema, "properties"))
                fail_msg("%s: the schema of its body names no properties", route->id);
            cJSON_Delete(schema);
        }
        /* A preview is a question whose text is too long for an address. */
        if (route->method != HTTP_GET && route->least == ROLE_VIEWER && route->scope == API_CLIENT && !strstr(route->id, "preview"))
            fail_msg("%s: a viewer only reads", route->id);
    }
    assert_true(count > 10);
}

static void the_document_is_json(void **state)
{
    (void)state;
    struct buf out = {0};
    openapi_print(&out);
    cJSON *document = cJSON_ParseWithLength(out.ptr, out.len);
    assert_non_null(document);
    assert_string_equal(cJSON_GetObjectItem(document, "openapi")->valuestring, "3.1.0");
    cJSON_Delete(document);
    buf_fini(&out);
}

static void cells_are_safe(void **state)
{
    static const struct { const char *value, *cell; } rows[] = {
        {"plain", "plain,"},         {"", ","},
        {"a,b", "\"a,b\","},         {"say \"hi\"", "\"say \"\"hi\"\"\","},
        {"two\nlines", "\"two\nlines\","}, {"=1+1", "\"'=1+1\","},
        {"+49", "\"'+49\","},        {"-x", "\"'-x\","},
        {"@who", "\"'@who\","},      {"\tx", "\"'\tx\","},
        {"a=b", "a=b,"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        table_text(&out, str_of(rows[i].value));
        if (!str_equal(buf_str(&out), str_of(rows[i].cell)))
            fail_msg("row %zu: '%s' became '%.*s'", i, rows[i].value, STR_ARG(buf_str(&out)));
        buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(paths_find_rows), cmocka_unit_test(every_row_has_words),
                                       cmocka_unit_test(the_document_is_json), cmocka_unit_test(cells_are_safe)};
    return cmocka_run_group_tests_name("api routes", tests, NULL, NULL);
}
