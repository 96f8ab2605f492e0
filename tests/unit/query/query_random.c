#include "query_random.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdlib.h>

static size_t below(const struct query_random *random, size_t limit)
{
    return (size_t)rng_below(random->rng, limit);
}

static bool one_in(const struct query_random *random, size_t n)
{
    return below(random, n) == 0;
}

static const struct query_doc *any_doc(const struct query_random *random)
{
    return &random->docs[below(random, random->doc_count)];
}

static void append_quoted(struct buf *out, struct str s)
{
    buf_append_char(out, '"');
    for (size_t at = 0; at < s.len; at++) {
        size_t left = s.len - at;
        bool   is_typographic = left >= 3 && !memcmp(s.ptr + at, "\xe2\x80", 2) &&
            (unsigned char)s.ptr[at + 2] >= 0x9c &&
                              (unsigned char)s.ptr[at + 2] <= 0x9f;
        if (s.ptr[at] == '"' || s.ptr[at] == '\\' || is_typographic)
            buf_append_char(out, '\\');
        buf_append_char(out, s.ptr[at]);
    }
    buf_append_char(out, '"');
}

/* ---- Words ---- */

static struct str any_key(const struct query_random *random)
{
    for (int i = 0; i < 20; i++) {
        const struct text_facts *facts = any_doc(random)->facts;
        if (facts->token_count)
            return facts->tokens[below(random, facts->token_count)].key;
    }
    return STR("word");
}

/* Some character of key becomes ?, or some run *. */
static void append_glob(const struct query_random *random, struct buf *out, struct str key)
{
    size_t characters = 0, at = 0;
    for (; at < key.len; characters++)
        utf8_next(key, &at);
    size_t from = below(random, characters + 1), count = one_in(random, 3) ? 1 : below(random, characters + 1),
        index = 0;
    bool   is_one = one_in(random, 3);
    for (at = 0; at < key.len; index++) {
        size_t start = at;
        utf8_next(key, &at);
        if (index == from)
            buf_append_char(out, is_one ? '?' : '*');
        if (index < from || index >= from + (is_one ? 1 : count))
            buf_append(out, key.ptr + start, at - start);
    }
    if (from >= characters)
        buf_append_char(out, '*');
}

static void append_word(const struct query_random *random, struct buf *out)
{
    struct buf word = {0};
    if (one_in(random, 4))
        append_glob(random, &word, any_key(random));
    else
        buf_append_str(&word, any_key(random));
    append_quoted(out, buf_str(&word));
    buf_fini(&word);
}

/* Two to four words that stand one after the other in some post, or nearly. */
static void append_phrase(const struct query_random *random, struct buf *out)
{
    const struct text_facts *facts = any_doc(random)->facts;
    struct buf               words = {0};
    size_t                   first = facts->token_count ? below(random, facts->token_count) : 0,
        count = 2 + below(random, 3);
    for (size_t i = first; i < facts->token_count && count > 0; i++) {
        if (i > first && facts->tokens[i].position == facts->tokens[i - 1].position && !one_in(random, 3))
            continue;
        if (words.len)
            buf_append_char(&words, ' ');
        if (one_in(random, 5))
            append_glob(random, &words, facts->tokens[i].key);
        else
            buf_append_str(&words, one_in(random, 20) ? any_key(random) : facts->tokens[i].key);
        count--;
    }
    append_quoted(out, words.len ? buf_str(&words) : STR("no words"));
    buf_fini(&words);
}

/* A stretch of a post's text, from and to borders of tokens (is_cut: of characters). */
static void append_stretch(const struct query_random *random, struct buf *out, bool is_cut)
{
    const struct text_facts *facts = any_doc(random)->facts;
    if (facts->token_count == 0) {
        append_quoted(out, STR("nothing"));
        return;
    }
    size_t i = below(random, facts->token_count), j = i + below(random, 3);
    if (j >= facts->token_count)
        j = facts->token_count - 1;
    size_t start = facts->tokens[i].start, end = facts->tokens[j].start + facts->tokens[j].len;
    if (is_cut && start + 1 < end && utf8_valid_length(facts->text.ptr + start, end - start) == 1)
        start++;
    struct str stretch = str_slice(facts->text.ptr + start, end > start ? end - start : 0);
    struct buf copy = {0};
    buf_append_str(&copy, stretch);
    if (copy.len && one_in(random, 4) && ((copy.ptr[0] | 0x20) >= 'a' && (copy.ptr[0] | 0x20) <= 'z'))
        copy.ptr[0] ^= 0x20;
    append_quoted(out, buf_str(&copy));
    buf_fini(&copy);
}

/* ---- Fields ---- */

static struct str any_link(const struct query_random *random, const struct query_doc *doc, bool is_site)
{
    struct str *links;
    size_t      count;
    if (!query_post_links(doc->post, doc->facts, random->arena, &links, &count) || count == 0)
        return STR("example.com");
    struct str link = links[below(random, count)];
    if (is_site)
        return text_link_host(link);
    struct str bare = one_in(random, 2) ? query_link_bare(link) : link;
    size_t     keep = below(random, bare.len) + 1;
    while (keep < bare.len && ((unsigned char)bare.ptr[keep] & 0xc0) == 0x80)
        keep++;
    return str_slice(bare.ptr, keep);
}

static struct str any_token(const struct query_doc *doc, enum token_kind kind)
{
    for (uint32_t i = 0; i < doc->facts->token_count; i++)
        if (doc->facts->tokens[i].kind == kind)
            return doc->facts->tokens[i].key;
    return STR("nobody");
}

static struct str text_value(const struct query_random *random, const struct query_doc *doc, enum query_field field)
{
    const struct post *post = doc->post;
    switch (field) {
    case FIELD_AUTHOR: return post->author_handle.len && one_in(random, 2) ? post->author_handle : post->author_id;
    case FIELD_PLATFORM: return post->platform;
    case FIELD_COMMUNITY: return post->community;
    case FIELD_KIND: return post->kind;
    case FIELD_LANG: return str_of(doc->facts->lang);
    case FIELD_TAG: return any_token(doc, TOKEN_TAG);
    case FIELD_MENTION: return any_token(doc, TOKEN_MENTION);
    case FIELD_LINK: return any_link(random, doc, false);
    case FIELD_SITE: return any_link(random, doc, true);
    case FIELD_URL: return post->url;
    case FIELD_THREAD: return post_thread(post);
    default: return post->id;
    }
}

static int64_t number_value(const struct post *post, enum query_field field)
{
    switch (field) {
    case FIELD_LIKES: return post->metrics.likes;
    case FIELD_REPOSTS: return post->metrics.reposts;
    case FIELD_REPLIES: return post->metrics.replies;
    default: return post->author_followers;
    }
}

static void append_field(const struct query_random *random, struct buf *out)
{
    const struct query_field_row *row = &query_fields[below(random, FIELD_COUNT)];
    const struct query_doc       *doc = any_doc(random);
    char                          time[CLOCK_TEXT_BYTES];
    if (random->is_without_text && row->field == FIELD_URL)
        row = &query_fields[FIELD_LINK];
    buf_printf(out, "%s:", row->name);
    switch (row->value) {
    case VALUE_TEXT: {
        struct str value = text_value(random, doc, row->field);
        struct buf changed = {0};
        if (row->allows_glob && one_in(random, 4))
            append_glob(random, &changed, value.len ? value : STR("none"));
        else
            buf_append_str(&changed, value.len ? value : STR("none"));
        append_quoted(out, buf_str(&changed));
        buf_fini(&changed);
        break;
    }
    case VALUE_NUMBER: {
        int64_t number = number_value(doc->post, row->field) + (int64_t)below(random, 3) - 1;
        number = number < 0 ? 0 : number;
        if (one_in(random, 5))
            buf_printf(out, "%lld..%lld", (long long)number, (long long)number + (long long)below(random, 5));
        else
            buf_printf(out, "%s%lld", query_compare_signs[below(random, 5)], (long long)number);
        break;
    }
    case VALUE_TIME: buf_append_str(out,
                                    str_of(clock_print(doc->post->at_us + (int64_t)below(random, 3) - 1, time))); break;
    case VALUE_FLAG: buf_append_str(out, str_of(query_has_flags[below(random, HAS_COUNT)].name)); break;
    }
}

/* ---- Trees ---- */

static struct query_node *parsed(const struct query_random *random, struct buf *source)
{
    struct query query;
    struct error error = {0};
    if (query_parse(buf_str(source), NULL, random->analyser, random->arena, &query, &error) != ERROR_NONE)
        query.root = NULL;
    buf_fini(source);
    return query.root;
}

/* Not every random value parses (a glob may lose its last letter): another try then. */
static struct query_node *leaf(const struct query_random *random, bool needs_spans)
{
    for (;;) {
        struct buf source = {0};
        switch (needs_spans ? below(random, 6) : below(random, 14)) {
        case 0:
        case 1:
        case 2:
        case 3: append_word(random, &source); break;
        case 4:
        case 5: append_phrase(random, &source); break;
        case 6:
            buf_printf(&source, "freq:%zu:", 1 + below(random, 3));
            if (one_in(random, 3))
                append_phrase(random, &source);
            else
                append_word(random, &source);
            break;
        case 7:
            if (random->is_without_text)
                continue;
            buf_append_str(&source, STR("case:"));
            append_stretch(random, &source, false);
            break;
        case 8:
            if (random->is_without_text)
                continue;
            buf_append_str(&source, STR("raw:"));
            append_stretch(random, &source, true);
            break;
        default: append_field(random, &source);
        }
        struct query_node *node = parsed(random, &source);
        if (node)
            return node;
    }
}

struct query_node *query_random_leaf(const struct query_random *random)
{
    return one_in(random, 60) ? parsed(random, &(struct buf){0}) : leaf(random, false);
}

static struct query_node *joined(const struct query_random *random, enum query_kind kind, uint32_t count,
                                 unsigned levels)
{
    struct query_node *node = arena_new(random->arena, struct query_node);
    node->kind = kind;
    node->column = 1;
    node->child_count = count;
    node->children = arena_array(random->arena, count, sizeof *node->children);
    for (uint32_t i = 0; i < count; i++) {
        node->children[i] = levels == UINT32_MAX ? NULL : query_random_tree(random, levels);
        if (node->children[i] && node->children[i]->height >= node->height)
            node->height = node->children[i]->height + 1;
    }
    node->is_group = one_in(random, 4);
    return node;
}

struct query_node *query_random_spans(const struct query_random *random, unsigned levels)
{
    if (levels == 0 || one_in(random, 4))
        return leaf(random, true);
    bool               is_or = one_in(random, 3);
    struct query_node *node = joined(random, is_or ? QUERY_OR : QUERY_NEAR,
                                     2 + (uint32_t)below(random, 2) + one_in(random, 4), UINT32_MAX);
    if (!is_or) {
        node->distance = (uint32_t)(one_in(random, 4) ? 0 : below(random, 8));
        node->is_ordered = one_in(random, 3);
    }
    for (uint32_t i = 0; i < node->child_count; i++) {
        node->children[i] = query_random_spans(random, levels - 1);
        if (node->children[i]->height >= node->height)
            node->height = node->children[i]->height + 1;
    }
    return node;
}

struct query_node *query_random_tree(const struct query_random *random, unsigned levels)
{
    if (levels == 0 || one_in(random, 8))
        return query_random_leaf(random);
    switch (below(random, 8)) {
    case 0:
    case 1: return joined(random, QUERY_AND, 2 + (uint32_t)below(random, 2), levels - 1);
    case 2:
    case 3: return joined(random, QUERY_OR, 2 + (uint32_t)below(random, 3), levels - 1);
    case 4: return joined(random, QUERY_NOT, 1, levels - 1);
    case 5:
    case 6: return query_random_spans(random, levels);
    default: return query_random_leaf(random);
    }
}
