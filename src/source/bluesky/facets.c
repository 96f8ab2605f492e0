#include "source/bluesky/facets.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* Marks at the end of a word that belong to the sentence; a closing bracket stays where one was opened inside. */
static size_t without_marks(struct str text, size_t from, size_t to)
{
    while (to > from + 1) {
        char c = text.ptr[to - 1];
        if (c == ')' ? memchr(text.ptr + from, '(', to - from) != NULL : !strchr(".,;:!?'\"]}", c))
            break;
        to--;
    }
    return to;
}

static bool begins_with(struct str text, size_t at, const char *word)
{
    size_t len = strlen(word);
    return text.len - at >= len && str_equal_ascii_nocase(str_slice(text.ptr + at, len), str_of(word));
}

/* "name.tld": letters, digits and - in parts between dots, at least two, the last beginning with a letter. */
static bool is_handle(struct str name)
{
    struct str rest = name, part = {0};
    size_t     parts = 0;
    while (str_next_field(&rest, '.', &part)) {
        if (part.len == 0 || part.len > 63 || part.ptr[0] == '-' || part.ptr[part.len - 1] == '-')
            return false;
        parts++;
    }
    return parts >= 2 && name.len <= 253 && (part.ptr[0] | 0x20) >= 'a' && (part.ptr[0] | 0x20) <= 'z';
}

static bool find_one(struct str text, size_t at, size_t end, struct facet *facet)
{
    *facet = (struct facet){.from = at};
    if (begins_with(text, at, "https://") || begins_with(text, at, "http://")) {
        facet->kind = FACET_LINK;
        facet->to = without_marks(text, at, end);
        facet->value = str_slice(text.ptr + at, facet->to - at);
        return facet->value.len > strlen("https://");
    }
    if (text.ptr[at] == '@') {
        size_t to = at + 1;
        while (to < end && is_name_byte(text.ptr[to]))
            to++;
        while (to > at + 1 && (text.ptr[to - 1] == '.' || text.ptr[to - 1] == '-'))
            to--;
        facet->kind = FACET_MENTION;
        facet->to = to;
        facet->value = str_slice(text.ptr + at + 1, to - at - 1);
        return is_handle(facet->value);
    }
    if (text.ptr[at] == '#') {
        facet->kind = FACET_TAG;
        facet->to = without_marks(text, at, end);
        facet->value = str_slice(text.ptr + at + 1, facet->to - at - 1);
        bool has_letter = false; /* "#1" is a rank, no tag */
        for (size_t i = 0; i < facet->value.len; i++)
            has_letter |= facet->value.ptr[i] < '0' || facet->value.ptr[i] > '9';
        return has_letter && facet->value.len > 0 && facet->value.len <= 640 && facet->value.ptr[0] != '#' &&
               facets_graphemes(facet->value) <= 64;
    }
    return false;
}

size_t facets_find(struct str text, struct facet facets_out[FACETS_MAX])
{
    size_t count = 0;
    for (size_t at = 0; at < text.len && count < FACETS_MAX;) {
        bool is_begin = at == 0 || is_space(text.ptr[at - 1]) || text.ptr[at - 1] == '(';
        if (is_space(text.ptr[at]) || !is_begin) {
            at++;
            continue;
        }
        size_t end = at;
        while (end < text.len && !is_space(text.ptr[end]))
            end++;
        if (find_one(text, at, end, &facets_out[count])) {
            at = facets_out[count].to;
            count++;
        } else {
            at++;
        }
    }
    return count;
}

void facets_print(const struct facet *facets, size_t count, struct json *json)
{
    static const char *const types[] = {"app.bsky.richtext.facet#link", "app.bsky.richtext.facet#mention",
                                        "app.bsky.richtext.facet#tag"};
    static const char *const names[] = {"uri", "did", "tag"};
    bool                     is_begun = false;
    for (size_t i = 0; i < count; i++) {
        const struct facet *facet = &facets[i];
        if (facet->kind == FACET_MENTION && !facet->did[0])
            continue;
        if (!is_begun) {
            json_key(json, "facets");
            json_array(json);
            is_begun = true;
        }
        json_object(json);
        json_key(json, "index");
        json_object(json);
        json_put_i64(json, "byteStart", (int64_t)facet->from);
        json_put_i64(json, "byteEnd", (int64_t)facet->to);
        json_end(json);
        json_key(json, "features");
        json_array(json);
        json_object(json);
        json_put_str(json, "$type", str_of(types[facet->kind]));
        json_put_str(json, names[facet->kind], facet->kind == FACET_MENTION ? str_of(facet->did) : facet->value);
        json_end(json);
        json_end(json);
        json_end(json);
    }
    if (is_begun)
        json_end(json);
}

size_t facets_graphemes(struct str text)
{
    UErrorCode      failure = U_ZERO_ERROR;
    UText           bytes = UTEXT_INITIALIZER;
    size_t          count = 0;
    UBreakIterator *breaks = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &failure);
    utext_openUTF8(&bytes, text.ptr ? text.ptr : "", (int64_t)text.len, &failure);
    if (U_SUCCESS(failure))
        ubrk_setUText(breaks, &bytes, &failure);
    while (U_SUCCESS(failure) && ubrk_next(breaks) != UBRK_DONE)
        count++;
    utext_close(&bytes);
    ubrk_close(breaks);
    return U_SUCCESS(failure) ? count : SIZE_MAX;
}
