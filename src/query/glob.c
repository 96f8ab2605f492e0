#include "query/query.h"

#include "base/utf8.h"

/* Remembers only the last '*': an earlier one need not be tried again, because what stood between was matched as early as
 * possible. So the cost is pattern times value, never exponential. */
bool query_glob_match(struct str pattern, struct str value)
{
    size_t p = 0, v = 0, star = SIZE_MAX, retry = 0;
    while (v < value.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            retry = v;
        } else if (p < pattern.len && pattern.ptr[p] == '?') {
            p++;
            utf8_next(value, &v);
        } else if (p < pattern.len && pattern.ptr[p] == value.ptr[v]) {
            p++, v++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            utf8_next(value, &retry);
            v = retry;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static bool is_link(struct str key)
{
    return str_starts_with(key, STR("http://")) || str_starts_with(key, STR("https://"));
}

/* '#', '@', '$' for a key with that sigil, '/' for a link, 0 for words and emoji. */
static char key_class(struct str key)
{
    if (key.len && (key.ptr[0] == '#' || key.ptr[0] == '@' || key.ptr[0] == '$'))
        return key.ptr[0];
    return is_link(key) ? '/' : 0;
}

bool query_leaf_accepts(const struct query_node *leaf, struct str key)
{
    if (leaf->kind == QUERY_TERM)
        return str_equal(leaf->text, key);
    return key_class(leaf->text) == key_class(key) && query_glob_match(leaf->text, key);
}

struct str query_link_bare(struct str link)
{
    static const struct str beginnings[] = {{"https://", 8}, {"http://", 7}};
    for (size_t i = 0; i < 2; i++) {
        if (str_starts_with(link, beginnings[i])) {
            link = str_slice(link.ptr + beginnings[i].len, link.len - beginnings[i].len);
            break;
        }
    }
    return str_starts_with(link, STR("www.")) ? str_slice(link.ptr + 4, link.len - 4) : link;
}

static bool is_host_or_subdomain(struct str host, struct str site)
{
    return str_ends_with(host, site) &&
           (host.len == site.len || (site.len && host.ptr[host.len - site.len - 1] == '.'));
}

bool query_value_accepts(const struct query_node *field, struct str value)
{
    if (field->has_glob)
        return query_glob_match(field->text, value);
    switch (field->field) {
    case FIELD_LINK:
    case FIELD_URL: return str_starts_with(value, field->text);
    case FIELD_SITE: return is_host_or_subdomain(value, field->text);
    default: return str_equal(field->text, value);
    }
}

bool query_compare_number(enum query_compare compare, int64_t value, int64_t wanted)
{
    if (value < 0)
        return false;
    switch (compare) {
    case COMPARE_EQUAL: return value == wanted;
    case COMPARE_LESS: return value < wanted;
    case COMPARE_LESS_EQUAL: return value <= wanted;
    case COMPARE_GREATER: return value > wanted;
    case COMPARE_GREATER_EQUAL: return value >= wanted;
    }
    return false;
}
