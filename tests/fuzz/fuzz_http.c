/* Input: what stands before a body. The first line is a target, the others are headers, as the library underneath hands
 * them on. */
#include "fuzz.h"

#include "base/utf8.h"
#include "net/address.h"
#include "net/request.h"

enum { FUZZ_HEADERS = HEADERS_MOST + 4 };

static bool holds(struct str s, unsigned char least)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < least || s.ptr[i] == 0x7f)
            return false;
    return true;
}

static void check_target(const struct http_request *request)
{
    struct str path = request->path, rest = path, segment, name, value;
    fuzz_check(path.len && path.ptr[0] == '/' && utf8_is_valid(path) && holds(path, 0x20), "%.*s", STR_ARG(path));
    str_next_field(&rest, '/', &segment);
    while (path.len > 1 && str_next_field(&rest, '/', &segment))
        fuzz_check(segment.len && !str_equal(segment, STR(".")) && !str_equal(segment, STR("..")), "%.*s",
                   STR_ARG(path));
    for (size_t i = 0; http_param_at(request, i, &name, &value); i++) {
        fuzz_check(utf8_is_valid(name) && utf8_is_valid(value) && name.ptr && value.ptr, "parameter %zu", i);
        fuzz_check(!memchr(name.ptr, '\0', name.len + 0) && !memchr(value.ptr, '\0', value.len), "parameter %zu", i);
        char text[256];
        if (name.len < sizeof text) {
            memcpy(text, name.ptr, name.len);
            text[name.len] = '\0';
            fuzz_check(http_param(request, text, 0).ptr, "parameter %zu is not found by its name", i);
        }
    }
}

static void check_forwarded(struct str forwarded)
{
    struct trusted trusted;
    struct address peer, client;
    char           text[ADDRESS_TEXT_BYTES];
    struct address again;
    fuzz_check(trusted_parse(STR("127.0.0.0/8, 10.0.0.0/8, ::1"), &trusted, NULL) == ERROR_NONE &&
                   address_parse(STR("127.0.0.1"), &peer),
               "setup");
    client = trusted_client(&trusted, peer, forwarded);
    address_print(&client, text);
    fuzz_check(address_parse(str_of(text), &again), "%s does not read back", text);
    fuzz_check(memcmp(&again, &client, sizeof again) == 0 || memcmp(again.bytes, client.bytes, 16) == 0,
               "%s reads back as another", text);
    trusted_parse(forwarded, &trusted, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str          rest = {(const char *)data, size}, target, line;
    struct http_pair    headers[FUZZ_HEADERS];
    size_t              count = 0;
    struct arena        arena = {0};
    struct http_pairs   pairs = {0};
    struct http_request request = {.pairs = &pairs};
    uint64_t            length;
    bool                is_chunked;
    if (!str_next_field(&rest, '\n', &target))
        return 0;
    while (count < FUZZ_HEADERS && str_next_field(&rest, '\n', &line)) {
        const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
        if (colon)
            headers[count++] = (struct http_pair){str_slice(line.ptr, (size_t)(colon - line.ptr)),
                                                  str_slice(colon + 1, line.len - (size_t)(colon + 1 - line.ptr))};
    }
    struct refusal refusal = request_read_headers(&request, headers, count, &arena);
    fuzz_check(!refusal.status || refusal.detail[0], "a refusal without a word");
    if (!refusal.status) {
        refusal = request_body_length(&request, &length, &is_chunked);
        fuzz_check(refusal.status || !(length && is_chunked), "two lengths");
        fuzz_check(refusal.status || http_header(&request, "content-length").ptr == NULL || !is_chunked, "two lengths");
        http_cookie(&request, "__Host-bellwether");
        check_forwarded(http_header(&request, "x-forwarded-for"));
    }
    refusal = request_read_target(&request, target, http_header(&request, "host"), &arena);
    fuzz_check(!refusal.status || (refusal.status >= 400 && refusal.detail[0]), "a refusal without a word");
    if (!refusal.status)
        check_target(&request);
    arena_fini(&arena);
    return 0;
}
