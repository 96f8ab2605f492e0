/* What each clause of a topic's query does, and terms to add or to exclude, from the labels of its newest samples. */
#include "api/craft.h"

#include <math.h>

struct labelled_post {
    struct query_doc doc;
    enum topic_label label; /* by consensus */
    bool             is_matched;
};

struct labelled_posts {
    struct labelled_post *posts;
    size_t                count;
};

/* ---- Posts that people were sure about ---- */

static enum error_code read_doc(struct api_call *call, struct archive_snapshot *snapshot, struct str id, struct query_doc *doc_out)
{
    struct post       *post = arena_new(call->arena, struct post);
    struct text_facts *facts = arena_new(call->arena, struct text_facts);
    if (!post || !facts)
        return error_set(&call->error, ERROR_MEMORY, "no memory for labelled posts");
    enum error_code code = archive_post(snapshot, id, call->arena, post, &call->error);
    if (!code)
        code = text_analyse(call->analyser, call->arena, post->text, post->lang, TEXT_WANT_LANGUAGE | TEXT_WANT_STEMS, facts, &call->error);
    *doc_out = (struct query_doc){post, facts};
    return code;
}

static enum error_code add_sample(struct api_call *call, struct archive_snapshot *snapshot, const struct topic *topic,
                                  enum topic_sample_kind kind, const struct query_node *root, struct labelled_posts *out)
{
    struct topic_sample    sample;
    struct topic_labelled *labels;
    size_t                 count = 0;
    bool                   is_there;
    struct record         *records = call->workspace->records;
    struct arena           scratch = {0};
    enum error_code        code = topic_sample_newest(records, topic->id, kind, 0, call->arena, &sample, &is_there, &call->error);
    if (!code && is_there)
        code = topic_sample_labels(records, sample.id, call->arena, &labels, &count, &call->error);
    for (size_t i = 0; !code && i < count && out->count < TOPIC_SAMPLE_MOST * 2;) {
        uint64_t              votes[4] = {0};
        struct str            id = labels[i].post_id;
        struct labelled_post *post = &out->posts[out->count];
        for (; i < count && str_equal(labels[i].post_id, id); i++)
            votes[labels[i].label]++;
        post->label = topic_consensus(votes[TOPIC_RELEVANT], votes[TOPIC_NOT]);
        if (post->label == TOPIC_UNSURE)
            continue;
        code = read_doc(call, snapshot, id, &post->doc);
        if (code == ERROR_NOT_FOUND) { /* deleted since: what it said counts no more */
            code = ERROR_NONE;
            continue;
        }
        post->is_matched = !code && query_match(root, &post->doc, call->analyser, &scratch);
        arena_reset(&scratch);
        out->count += !code;
    }
    arena_fini(&scratch);
    return code;
}

static enum error_code read_labelled(struct api_call *call, struct archive_snapshot *snapshot, const struct topic *topic,
                                     const struct query_node *root, struct labelled_posts *out)
{
    *out = (struct labelled_posts){arena_array(call->arena, TOPIC_SAMPLE_MOST * 2 + 1, sizeof *out->posts), 0};
    if (!out->posts)
        return error_set(&call->error, ERROR_MEMORY, "no memory for labelled posts");
    enum error_code code = add_sample(call, snapshot, topic, TOPIC_SAMPLE_MATCHES, root, out);
    return code ? code : add_sample(call, snapshot, topic, TOPIC_SAMPLE_NEAR, root, out);
}

struct craft {
    struct archive_snapshot *snapshot;
    struct topic             topic;
    struct query             query;
    struct labelled_posts    labelled;
};

static enum error_code begin(struct api_call *call, struct craft *craft)
{
    enum error_code code = topics_find(call, &craft->topic);
    if (!code)
        code = api_query_text(call, craft->topic.text.query, &craft->query);
    if (!code)
        code = api_snapshot(call, &craft->snapshot);
    return code ? code : read_labelled(call, craft->snapshot, &craft->topic, craft->query.root, &craft->labelled);
}

static struct str printed(struct api_call *call, const struct query_node *node)
{
    struct buf text = {0};
    query_print(node, &text);
    struct str kept = text.has_failed ? (struct str){0} : arena_str(call->arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

/* ---- Clauses ---- */

static enum error_code put_clause(struct api_call *call, const struct craft *craft, const struct topic_clause *clause)
{
    struct json    *json = &call->json;
    struct arena    scratch = {0};
    uint64_t        without = 0, own = 0, relevant = 0, sure = 0;
    enum error_code code = archive_count(craft->snapshot, clause->without, call->arena, &without, &call->error);
    if (!code)
        code = archive_count(craft->snapshot, clause->own, call->arena, &own, &call->error);
    for (size_t i = 0; !code && i < craft->labelled.count; i++) {
        const struct labelled_post *post = &craft->labelled.posts[i];
        if (query_match(clause->own, &post->doc, call->analyser, &scratch)) {
            sure++;
            relevant += post->label == TOPIC_RELEVANT;
        }
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    if (code)
        return code;
    json_object(json);
    json_put_str(json, "kind", str_of(topic_clause_kinds[clause->kind]));
    json_put_str(json, "text", clause->text);
    json_put_i64(json, "column", clause->column);
    json_put_str(json, "without", printed(call, clause->without));
    json_put_i64(json, "mentions_without", without);
    json_put_i64(json, "own", own);
    json_put_i64(json, "relevant", relevant);
    json_put_i64(json, "not", sure - relevant);
    topics_put_interval(json, "precision", topic_wilson(relevant, sure, TOPIC_Z_95), relevant, sure, 1);
    json_end(json);
    return ERROR_NONE;
}

static enum error_code clauses(struct api_call *call)
{
    struct craft         craft = {0};
    struct topic_clause *rows = NULL;
    size_t               count = 0;
    uint64_t             all = 0;
    bool                 is_cut = false;
    enum error_code      code = begin(call, &craft);
    if (!code)
        code = archive_count(craft.snapshot, craft.query.root, call->arena, &all, &call->error);
    if (!code)
        code = topic_clauses(craft.query.root, call->arena, &rows, &count, &is_cut, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_put_i64(&call->json, "mentions", all);
    json_put_i64(&call->json, "labelled", craft.labelled.count);
    json_key(&call->json, "clauses");
    json_array(&call->json);
    for (size_t i = 0; !code && i < count; i++)
        code = put_clause(call, &craft, &rows[i]);
    json_end(&call->json);
    json_put_bool(&call->json, "is_cut", is_cut);
    json_end(&call->json);
    return code;
}

/* ---- Suggestions ---- */

struct counting {
    struct api_call    *call;
    const struct craft *craft;
    bool                is_within; /* the matches; else outside of them */
};

static struct query_node *term_node(struct arena *arena, struct str term)
{
    struct query_node *node = arena_new(arena, struct query_node);
    if (node) {
        node->kind = QUERY_TERM;
        node->text = term;
    }
    return node;
}

static enum error_code count_term(void *context, struct str term, uint64_t *posts_out, uint64_t *gained_out, struct error *error)
{
    const struct counting   *counting = context;
    struct arena            *arena = counting->call->arena;
    const struct query_node *node = term_node(arena, term), *root = counting->craft->query.root;
    const struct query_node *part = counting->is_within ? topic_tree_and(arena, root, node) : node ? topic_tree_but_not(arena, node, root) : NULL;
    if (!node || !part)
        return error_set(error, ERROR_MEMORY, "no memory to count a term");
    enum error_code code = archive_count(counting->craft->snapshot, part, arena, gained_out, error);
    if (counting->is_within) {
        *posts_out = *gained_out;
        return code;
    }
    return code ? code : archive_count(counting->craft->snapshot, node, arena, posts_out, error);
}

/* The topic's text with the term: OR is the loosest of all, so that what is added needs no brackets; what is excluded does. */
static struct str with_term(struct api_call *call, const struct craft *craft, struct str term, bool is_added)
{
    struct buf         text = {0};
    struct query_node *node = term_node(call->arena, term);
    bool               is_bare = craft->query.root->kind != QUERY_OR;
    struct str         query = craft->topic.text.query;
    if (!node)
        return (struct str){0};
    buf_printf(&text, is_added || is_bare ? "%.*s " : "(%.*s) ", STR_ARG(query));
    buf_append_str(&text, is_added ? STR("OR ") : STR("NOT "));
    query_print(node, &text);
    struct str kept = text.has_failed ? (struct str){0} : arena_str(call->arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static void put_suggestions(struct api_call *call, const struct craft *craft, const char *name, const struct topic_suggestion *rows, size_t count,
                            bool is_added)
{
    struct json *json = &call->json;
    json_key(json, name);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        const struct topic_suggestion *row = &rows[i];
        json_object(json);
        json_put_str(json, "term", row->term);
        json_key(json, "z");
        json_double(json, row->z, 2);
        json_put_i64(json, "relevant", row->relevant);
        json_put_i64(json, "relevant_all", row->relevant_all);
        json_put_i64(json, "not", row->not_relevant);
        json_put_i64(json, "not_all", row->not_relevant_all);
        json_put_i64(json, "posts", row->posts);
        json_put_i64(json, is_added ? "gains" : "loses", row->gained);
        topics_put_interval(json, "precision", row->precision, row->precision_k, row->precision_n, 1);
        json_put_str(json, "query", with_term(call, craft, row->term, is_added));
        json_end(json);
    }
    json_end(json);
}

static enum error_code suggestions(struct api_call *call)
{
    struct craft             craft = {0};
    struct topic_suggestion *add = NULL, *exclude = NULL;
    struct topic_post_terms *terms = NULL;
    struct archive_stats     stats;
    size_t                   add_count = 0, exclude_count = 0, relevant = 0;
    enum error_code          code = begin(call, &craft);
    if (!code)
        code = archive_stats(craft.snapshot, &stats, &call->error);
    if (!code && !(terms = arena_array(call->arena, craft.labelled.count + 1, sizeof *terms)))
        code = error_set(&call->error, ERROR_MEMORY, "no memory for suggestions");
    for (size_t i = 0; !code && i < craft.labelled.count; i++) {
        const struct labelled_post *post = &craft.labelled.posts[i];
        terms[i] = (struct topic_post_terms){.label = post->label, .is_matched = post->is_matched};
        relevant += post->label == TOPIC_RELEVANT;
        if (!topic_terms_of(post->doc.facts, call->arena, &terms[i]))
            code = error_set(&call->error, ERROR_MEMORY, "no memory for suggestions");
    }
    struct counting outside = {call, &craft, false}, within = {call, &craft, true};
    if (!code)
        code = topic_suggest_add(terms, craft.labelled.count, craft.query.root, stats.posts, count_term, &outside, call->arena, &add, &add_count,
                                 &call->error);
    if (!code)
        code = topic_suggest_exclude(terms, craft.labelled.count, craft.query.root, count_term, &within, call->arena, &exclude, &exclude_count,
                                     &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_put_i64(&call->json, "relevant", relevant);
    json_put_i64(&call->json, "not", craft.labelled.count - relevant);
    put_suggestions(call, &craft, "add", add, add_count, true);
    put_suggestions(call, &craft, "exclude", exclude, exclude_count, false);
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- Rows ---- */

#define SUGGESTED(figure)                                                                                                       \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"term\",\"z\",\"relevant\",\"relevant_all\",\"not\",\"not_all\",\"posts\",\"" figure \
    "\",\"precision\",\"query\"],\"properties\":{\"precision\":" TOPICS_SHARE "}}}"

const struct api_route api_craft_clauses_routes[] = {
    {HTTP_GET, "/topics/{id}/clauses", API_CLIENT, ROLE_VIEWER, "craft_clauses", "what each clause of a topic's query does",
     "adds: own counts posts that match through this alternative alone. narrows, excludes, nears: own counts posts that it alone keeps out. relevant "
     "and not are labelled posts among its own, precision the share of relevant ones: for what keeps posts out, a high share says that wanted posts "
     "are lost. without is the query without the clause. At most 64 clauses; is_cut tells of more.",
     NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"mentions\",\"labelled\",\"clauses\",\"is_cut\"],\"properties\":{\"mentions\":" TOPICS_COUNT ",\"labelled\":"
     TOPICS_COUNT ",\"clauses\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"text\",\"column\",\"without\","
     "\"mentions_without\",\"own\",\"relevant\",\"not\",\"precision\"],\"properties\":{\"kind\":{\"enum\":[\"adds\",\"narrows\",\"excludes\",\"nears\"]},"
     "\"own\":" TOPICS_COUNT ",\"precision\":" TOPICS_SHARE "}}},\"is_cut\":{\"type\":\"boolean\"}}}",
     NULL, 0, clauses},
    {HTTP_GET, "/topics/{id}/suggestions", API_CLIENT, ROLE_VIEWER, "craft_suggestions", "terms to add to a topic's query and to exclude from it",
     "From the labels of both samples. add: terms that stand out in relevant posts against the archive (z, log-odds with an informative Dirichlet "
     "prior); gains counts posts that the query would take besides, precision is the share of relevant ones among labelled near misses that hold "
     "the term. exclude: terms that stand out in matches that are not relevant against those that are; loses counts matches that would go, "
     "precision is that of the labelled matches that stay. query is the topic's query with the term, to be tried in a preview.",
     NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"relevant\",\"not\",\"add\",\"exclude\"],\"properties\":{\"relevant\":" TOPICS_COUNT ",\"not\":" TOPICS_COUNT
     ",\"add\":" SUGGESTED("gains") ",\"exclude\":" SUGGESTED("loses") "}}",
     NULL, 0, suggestions},
    {0}};
