/* Input: a byte; even: a JSON line, odd: the inner form. */
#include "fuzz.h"

#include "base/utf8.h"
#include "post/post.h"

/* Equal in all that is kept: the inner form has it all. */
static void check_same(const struct post *a, const struct post *b, const char *by)
{
    struct buf first = {0}, second = {0};
    post_encode(a, &first);
    post_encode(b, &second);
    fuzz_check(str_equal(buf_str(&first), buf_str(&second)), "another post by %s", by);
    fuzz_check(post_content_hash(a) == post_content_hash(b) && post_author_key(a) == post_author_key(b),
               "other hashes by %s", by);
    buf_fini(&first);
    buf_fini(&second);
}

static void check_post(struct arena *arena, const struct post *post)
{
    struct post  again;
    struct error error = {0};
    struct buf   json = {0}, bytes = {0};
    fuzz_check(post->id.len > 0 && post->platform.len > 0 && (post->author_id.len > 0 || post->author_handle.len > 0),
               "incomplete");
    fuzz_check(utf8_is_valid(post->text) && utf8_is_valid(post->id) && utf8_is_valid(post->author_name),
               "broken UTF-8");
    post_print(post, &json);
    fuzz_check(!memchr(json.ptr, '\n', json.len), "a line break in %.*s", STR_ARG(buf_str(&json)));
    if (json.len <= POST_LINE_MAX_BYTES) {
        fuzz_check(post_parse(buf_str(&json), arena, &again, &error) == ERROR_NONE, "%s: %.*s", error.message,
                   STR_ARG(buf_str(&json)));
        check_same(post, &again, "print and parse");
    }
    post_encode(post, &bytes);
    fuzz_check(post_decode(buf_str(&bytes), arena, &again, &error) == ERROR_NONE, "%s", error.message);
    check_same(post, &again, "encode and decode");
    for (size_t len = 0; len < bytes.len && len < 64; len++)
        fuzz_check(post_decode(str_slice(bytes.ptr, len), arena, &again, &error) == ERROR_CORRUPT,
                   "%zu of %zu bytes decode", len, bytes.len);
    buf_fini(&json);
    buf_fini(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error error = {0};
    struct post  post;
    if (size == 0)
        return 0;
    struct str bytes = str_slice((const char *)data + 1, size - 1);
    if (data[0] & 1) {
        if (post_decode(bytes, &arena, &post, &error) == ERROR_NONE) { /* whatever it says, it can be told */
            struct buf json = {0};
            post_print(&post, &json);
            post_content_hash(&post);
            buf_fini(&json);
        }
    } else if (post_parse(bytes, &arena, &post, &error) == ERROR_NONE) {
        check_post(&arena, &post);
    } else {
        fuzz_check(error.message[0], "a refusal without a word");
    }
    arena_fini(&arena);
    return 0;
}
