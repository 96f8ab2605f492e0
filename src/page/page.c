#include "page/page.h"

#include "base/str.h"

#include <string.h>

#define POLICY                                                                                                                             \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "                \
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const struct http_asset *page_asset(struct str path)
{
    size_t low = 0, high = page_asset_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(path, str_of(page_assets[middle].path));
        if (order == 0)
            return &page_assets[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct http_asset *page_document(struct str theme)
{
    if (str_equal(theme, STR("light")))
        return page_asset(STR("/index.light.html"));
    if (str_equal(theme, STR("dark")))
        return page_asset(STR("/index.dark.html"));
    return page_asset(STR("/index.html"));
}

void page_set_policy(struct http_response *response)
{
    http_set_header(response, "Content-Security-Policy", POLICY);
    http_set_header(response, "X-Content-Type-Options", "nosniff");
    http_set_header(response, "X-Frame-Options", "DENY");
    http_set_header(response, "Referrer-Policy", "no-referrer");
    http_set_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    http_set_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    http_set_header(response, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

static void refuse(struct http_response *response, int status, const char *words)
{
    response->status = status;
    response->content_type = "text/plain; charset=utf-8";
    buf_append_str(&response->body, str_of(words));
}

void page_answer(const struct http_request *request, struct http_response *response)
{
    page_set_policy(response);
    if (request->method != HTTP_GET && request->method != HTTP_HEAD) {
        http_set_header(response, "Allow", "GET, HEAD");
        refuse(response, 405, "only GET here; the API is below /api/v1\n");
        return;
    }
    bool is_page_itself = str_starts_with(request->path, STR("/index."));
    const struct http_asset *asset = is_page_itself ? NULL : page_asset(request->path);
    if (!asset && str_starts_with(request->path, STR("/assets/"))) {
        refuse(response, 404, "no such file; the page may be older than the server: load it again\n");
        return;
    }
    if (!asset) { /* any other path is a place in the page */
        asset = page_document(http_cookie(request, "theme"));
        http_set_header(response, "Vary", "Cookie, Accept-Encoding");
    }
    response->asset = asset;
}
