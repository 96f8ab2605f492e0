#include "query/query.h"

/* What the matcher carries down the tree. */
struct matcher {
    const struct query_doc *doc;
    struct text_analyser   *analyser;
    struct arena           *scratch;
};

/* ---- Words ---- */

static bool has_key(const struct text_facts *facts, const struct query_node *leaf)
{
    for (uint32_t i = 0; i < facts->token_count; i++)
        if (query_leaf_accepts(leaf, facts->tokens[i].key))
            return true;
    return false;
}

/* query_positions_fn over the tokens of one text. */
static size_t positions_of_leaf(void *context, const struct query_node *leaf, struct arena *scratch,
                                const uint32_t **positions_out)
{
    const struct text_facts *facts = context;
    uint32_t                *positions = NULL;
    size_t                   count = 0;
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        if (!query_leaf_accepts(leaf, token->key) || (count && positions[count - 1] == token->position))
            continue;
        if (!positions && !(positions = arena_array(scratch, facts->token_count - i, sizeof *positions)))
            return 0;
        positions[count++] = token->position;
    }
    *positions_out = positions;
    return count;
}

static size_t count_spans(const struct matcher *matcher, const struct query_node *node)
{
    return query_spans(node, positions_of_leaf, (void *)matcher->doc->facts, matcher->scratch).count;
}

/* ---- case: ---- */

/* The number of tokens that start before a byte of the text. Tokens stand in the order of their starts. */
static uint32_t tokens_before(const struct text_facts *facts, size_t byte)
{
    uint32_t low = 0, high = facts->token_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facts->tokens[middle].start < byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The word of a #tag is a token of its own, so case:JetBlue finds #JetBlue. Of tokens that share a position the first ends last:
 * two steps back see all that can end here. */
static bool is_between_borders(const struct text_facts *facts, size_t start, size_t end)
{
    uint32_t first = tokens_before(facts, start), last = tokens_before(facts, end);
    if (first == facts->token_count || facts->tokens[first].start != start)
        return false;
    for (uint32_t i = last > 2 ? last - 2 : 0; i < last; i++)
        if (facts->tokens[i].start + facts->tokens[i].len == end)
            return true;
    return false;
}

static bool has_surface_form(const struct text_facts *facts, struct str form)
{
    const char *end = facts->text.ptr + facts->text.len, *at = facts->text.ptr;
    while (form.len && at && (size_t)(end - at) >= form.len &&
           (at = memmem(at, (size_t)(end - at), form.ptr, form.len))) {
        size_t start = (size_t)(at - facts->text.ptr);
        if (is_between_borders(facts, start, start + form.len))
            return true;
        at++;
    }
    return false;
}

/* ---- Fields ---- */

static bool accepts_folded(const struct matcher *matcher, const struct query_node *field, struct str name)
{
    return name.len && query_value_accepts(field, text_fold(matcher->analyser, matcher->scratch, name));
}

static bool accepts_key(const struct matcher *matcher, const struct query_node *field, enum token_kind kind)
{
    const struct text_facts *facts = matcher->doc->facts;
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        if (token->kind == kind && token->key.len &&
            query_value_accepts(field, str_slice(token->key.ptr + 1, token->key.len - 1)))
            return true;
    }
    return false;
}

static bool accepts_link(const struct matcher *matcher, const struct query_node *field)
{
    struct str *links;
    size_t      count;
    if (!query_post_links(matcher->doc->post, matcher->doc->facts, matcher->scratch, &links, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct str value = field->field == FIELD_SITE ? text_link_host(links[i]) : query_link_bare(links[i]);
        if (value.len && query_value_accepts(field, value))
            return true;
    }
    return false;
}

static bool accepts_url(const struct matcher *matcher, const struct query_node *field)
{
    struct str url = text_link_canonical(matcher->scratch, matcher->doc->post->url);
    return url.len && query_value_accepts(field, query_link_bare(url));
}

static bool match_field(const struct matcher *matcher, const struct query_node *node)
{
    const struct post *post = matcher->doc->post;
    switch (node->field) {
    case FIELD_AUTHOR:
        return accepts_folded(matcher, node, post->author_handle) || accepts_folded(matcher, node, post->author_id);
    case FIELD_PLATFORM: return accepts_folded(matcher, node, post->platform);
    case FIELD_COMMUNITY: return accepts_folded(matcher, node, post->community);
    case FIELD_KIND: return accepts_folded(matcher, node, post->kind.len ? post->kind : STR("post"));
    case FIELD_LANG: return query_value_accepts(node, str_of(matcher->doc->facts->lang));
    case FIELD_TAG: return accepts_key(matcher, node, TOKEN_TAG);
    case FIELD_MENTION: return accepts_key(matcher, node, TOKEN_MENTION);
    case FIELD_LINK:
    case FIELD_SITE: return accepts_link(matcher, node);
    case FIELD_URL: return accepts_url(matcher, node);
    case FIELD_THREAD: return query_value_accepts(node, post_thread(post));
    case FIELD_HAS: return query_has_bits(post, matcher->doc->facts) & (uint32_t)node->number;
    case FIELD_LIKES: return query_compare_number(node->compare, post->metrics.likes, node->number);
    case FIELD_REPOSTS: return query_compare_number(node->compare, post->metrics.reposts, node->number);
    case FIELD_REPLIES: return query_compare_number(node->compare, post->metrics.replies, node->number);
    case FIELD_FOLLOWERS: return query_compare_number(node->compare, post->author_followers, node->number);
    case FIELD_SINCE: return post->at_us >= node->number;
    case FIELD_UNTIL: return post->at_us < node->number;
    case FIELD_ID: return query_value_accepts(node, post->id);
    case FIELD_COUNT: break;
    }
    return false;
}

/* ---- The tree ---- */

static bool match(const struct matcher *matcher, const struct query_node *node);

static bool match_any(const struct matcher *matcher, const struct query_node *node, bool wanted)
{
    for (uint32_t i = 0; i < node->child_count; i++)
        if (match(matcher, node->children[i]) == wanted)
            return true;
    return false;
}

static bool match(const struct matcher *matcher, const struct query_node *node)
{
    const struct text_facts *facts = matcher->doc->facts;
    switch (node->kind) {
    case QUERY_ALL: return true;
    case QUERY_AND: return !match_any(matcher, node, false);
    case QUERY_OR: return match_any(matcher, node, true);
    case QUERY_NOT: return !match(matcher, node->children[0]);
    case QUERY_TERM:
    case QUERY_GLOB: return has_key(facts, node);
    case QUERY_PHRASE:
    case QUERY_NEAR: return count_spans(matcher, node) > 0;
    case QUERY_CASE: return has_surface_form(facts, node->text);
    case QUERY_RAW: return str_contains(facts->text, node->text);
    case QUERY_FREQ: return count_spans(matcher, node->children[0]) >= node->distance;
    case QUERY_FIELD: return match_field(matcher, node);
    }
    return false;
}

bool query_match(const struct query_node *node, const struct query_doc *doc, struct text_analyser *analyser,
                 struct arena *scratch)
{
    struct matcher matcher = {doc, analyser, scratch};
    return match(&matcher, node);
}

bool query_needs_text(const struct query_node *node)
{
    if (node->kind == QUERY_CASE || node->kind == QUERY_RAW || (node->kind == QUERY_FIELD && node->field == FIELD_URL))
        return true;
    for (uint32_t i = 0; i < node->child_count; i++)
        if (query_needs_text(node->children[i]))
            return true;
    return false;
}
