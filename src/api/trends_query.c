/* A query for what a trend talks about, proposed from its terms and measured on its own posts.
 *
 * Each of the first terms, and each pair of them, is asked in the time of the trend: how many of its posts does it
 * find (covers), and how many of all it finds are its posts (precise)? The best clause by F1 begins; others are
 * added with OR as long as F1 gains. */
#include "api/trends.h"

enum { TERMS_USED = 6, SAMPLE = 200, CLAUSES_MAX = 3 };
#define GAIN_LEAST 0.02

struct proposal {
    struct str clause;
    double     covers, precise, f1;
    uint64_t   matches; /* in the time of the trend */
};

struct asking {
    struct api_call         *call;
    struct archive_snapshot *snapshot;
    struct str               sample, time; /* as query texts */
    size_t                   sampled;
    int64_t                  kept; /* posts that sample stands for */
};

static void append_quoted(struct buf *out, struct str value)
{
    buf_append_char(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"' || value.ptr[i] == '\\')
            buf_append_char(out, '\\');
        buf_append_char(out, value.ptr[i]);
    }
    buf_append_char(out, '"');
}

static enum error_code count_of(const struct asking *asking, struct str clause, struct str and, uint64_t *count_out)
{
    struct buf      text = {0};
    struct query    query;
    enum error_code code;
    buf_printf(&text, "(%.*s) %.*s", STR_ARG(clause), STR_ARG(and));
    code = text.has_failed ? error_set(&asking->call->error, ERROR_MEMORY, "no memory for a query")
                           : api_query_text(asking->call, arena_str(asking->call->arena, buf_str(&text)), &query);
    if (!code)
        code = archive_count(asking->snapshot, query.root, asking->call->arena, count_out, &asking->call->error);
    buf_fini(&text);
    return code;
}

static enum error_code measure(const struct asking *asking, struct proposal *proposal)
{
    uint64_t        hits = 0;
    enum error_code code = count_of(asking, proposal->clause, asking->sample, &hits);
    if (!code)
        code = count_of(asking, proposal->clause, asking->time, &proposal->matches);
    if (code || !hits || !proposal->matches)
        return code;
    proposal->covers = (double)hits / (double)asking->sampled;
    double own = proposal->covers * (double)asking->kept;
    proposal->precise = own < (double)proposal->matches ? own / (double)proposal->matches : 1;
    proposal->f1 = 2 * proposal->covers * proposal->precise / (proposal->covers + proposal->precise);
    return ERROR_NONE;
}

static struct str term_text(struct arena *arena, struct str term)
{
    struct buf text = {0};
    bool       is_plain = term.len > 0;
    for (size_t i = 0; i < term.len && is_plain; i++) {
        unsigned char c = (unsigned char)term.ptr[i];
        is_plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '\'' || c == '_' ||
            (i == 0 && (c == '@' || c == '$'));
    }
    if (is_plain)
        buf_append_str(&text, term);
    else
        append_quoted(&text, term);
    struct str kept = arena_str(arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static struct str joined(struct arena *arena, struct str a, const char *between, struct str b)
{
    struct buf text = {0};
    buf_printf(&text, "%.*s%s%.*s", STR_ARG(a), between, STR_ARG(b));
    struct str kept = arena_str(arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

/* Two words as one operand of OR: it would be so anyway, but nobody should have to know. */
static struct str bracketed(struct arena *arena, struct str clause)
{
    if (!clause.len || clause.ptr[0] == '"' || !memchr(clause.ptr, ' ', clause.len))
        return clause;
    return joined(arena, STR("("), "", joined(arena, clause, "", STR(")")));
}

/* Every post id of the sample, spread evenly over the kept ones. */
static enum error_code fill_sample(struct asking *asking, const struct chronicle_post *posts, size_t count)
{
    struct buf text = {0};
    size_t     step = count > SAMPLE ? count / SAMPLE : 1;
    buf_append_char(&text, '(');
    for (size_t i = 0; i < count && asking->sampled < SAMPLE; i += step) {
        buf_append_str(&text, asking->sampled++ ? STR(" OR id:") : STR("id:"));
        append_quoted(&text, posts[i].id);
    }
    buf_append_char(&text, ')');
    asking->sample = arena_str(asking->call->arena, buf_str(&text));
    asking->kept = (int64_t)count;
    buf_fini(&text);
    return asking->sample.ptr ? ERROR_NONE : error_set(&asking->call->error, ERROR_MEMORY, "no memory for a query");
}

static enum error_code fill_time(struct asking *asking, const struct chronicle_trend *trend,
                                 const struct chronicle_post *posts, size_t count)
{
    char       since[CLOCK_TEXT_BYTES], until[CLOCK_TEXT_BYTES];
    struct buf text = {0};
    /* where the kept ones end */
    int64_t    last_us = count < CHRONICLE_POSTS_MAX ? trend->last_post_us : posts[count - 1].at_us;
    int64_t    first_us = posts[0].at_us && posts[0].at_us < trend->started_us ? posts[0].at_us : trend->started_us;
    buf_printf(&text, "since:%s until:%s", clock_print(first_us / CLOCK_SECOND_US * CLOCK_SECOND_US, since),
               clock_print(last_us / CLOCK_SECOND_US * CLOCK_SECOND_US + CLOCK_SECOND_US, until));
    asking->time = arena_str(asking->call->arena, buf_str(&text));
    buf_fini(&text);
    return asking->time.ptr ? ERROR_NONE : error_set(&asking->call->error, ERROR_MEMORY, "no memory for a query");
}

static enum error_code find_candidates(const struct asking *asking, const struct chronicle_trend *trend,
                                       struct proposal *candidates, size_t *count_out)
{
    struct arena   *arena = asking->call->arena;
    struct str      terms[TERMS_USED];
    size_t          term_count = 0, count = 0;
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < trend->term_count && term_count < TERMS_USED; i++)
        if (!str_contains(trend->terms[i], STR("://")))
            terms[term_count++] = term_text(arena, trend->terms[i]);
    for (size_t i = 0; i < term_count && !code; i++)
        for (size_t j = i; j < term_count && !code; j++) {
            candidates[count] = (struct proposal){.clause = i == j ? terms[i] : joined(arena, terms[i], " ", terms[j])};
            code = measure(asking, &candidates[count]);
            count += candidates[count].f1 > 0;
        }
    *count_out = count;
    return code;
}

static enum error_code choose(const struct asking *asking, const struct proposal *candidates, size_t count,
                              struct proposal *best_out)
{
    struct proposal best = {0};
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < count; i++)
        if (candidates[i].f1 > best.f1)
            best = candidates[i];
    for (size_t clauses = 1; clauses < CLAUSES_MAX && best.f1 > 0 && !code; clauses++) {
        struct proposal wider = {0};
        for (size_t i = 0; i < count && !code; i++) {
            struct arena   *arena = asking->call->arena;
            struct str      left = clauses > 1 ? best.clause : bracketed(arena, best.clause);
            struct proposal tried = {.clause = joined(arena, left, " OR ", bracketed(arena, candidates[i].clause))};
            code = measure(asking, &tried);
            if (tried.f1 > wider.f1)
                wider = tried;
        }
        if (wider.f1 < best.f1 + GAIN_LEAST)
            break;
        best = wider;
    }
    *best_out = best;
    return code;
}

enum error_code trends_propose_query(struct api_call *call)
{
    struct chronicle_trend trend;
    struct chronicle_post *posts;
    struct proposal        candidates[TERMS_USED * (TERMS_USED + 1) / 2], best = {0};
    struct asking          asking = {.call = call};
    size_t                 count = 0, post_count;
    enum error_code        code = chronicle_find(call->workspace->records, api_id(call), call->arena, &trend,
                                                 &call->error);
    if (!code)
        code = chronicle_posts(call->workspace->records, trend.id, call->arena, &posts, &post_count, &call->error);
    if (!code && !post_count)
        code = error_set(&call->error, ERROR_CONFLICT, "no posts of trend %lld are kept yet", (long long)trend.id);
    if (!code)
        code = api_snapshot(call, &asking.snapshot);
    if (!code)
        code = fill_sample(&asking, posts, post_count);
    if (!code)
        code = fill_time(&asking, &trend, posts, post_count);
    if (!code)
        code = find_candidates(&asking, &trend, candidates, &count);
    if (!code)
        code = choose(&asking, candidates, count, &best);
    if (code)
        return code;
    struct json *json = &call->json;
    json_object(json);
    json_key(json, "query");
    json_str(json, best.clause);
    json_key(json, "time");
    json_str(json, asking.time);
    json_key(json, "covers");
    json_double(json, best.covers, 3);
    json_key(json, "precise");
    json_double(json, best.precise, 3);
    json_key(json, "matches");
    json_i64(json, (int64_t)best.matches);
    json_key(json, "sampled");
    json_i64(json, (int64_t)asking.sampled);
    json_end(json);
    return ERROR_NONE;
}
