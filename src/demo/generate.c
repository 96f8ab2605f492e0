#include "demo/town.h"

#include "base/clock.h"
#include "base/vfs.h"

#include <math.h>
#include <stdlib.h>

const char *const demo_kind_names[4] = {"story", "swarm", "flood", "weekly"};
const char *const demo_shape_names[6] = {"sudden step", "six-hour ramp", "slow drift", "two humps", "spills over",
                                         "carried by a link"};

/* Drafts in order of time. Answers come after what they answer even in the same millisecond: drafts were made in that order. */
struct order {
    int64_t  at_us;
    uint32_t draft;
};

static int by_time(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return (x->draft > y->draft) - (x->draft < y->draft);
}

/* No more numbers are taken in seven days of 50,000 posts. */
#define DEMO_WEEK_IDS UINT64_C(2000000)

struct printing {
    struct town  *town;
    struct rng    rng;
    struct order *order;
    struct str   *ids; /* of each draft, once it has been numbered */
};

static enum error_code number_drafts(struct printing *printing, struct error *error)
{
    struct town *town = printing->town;
    printing->order = arena_array(&town->arena, town->draft_count, sizeof *printing->order);
    printing->ids = arena_array(&town->arena, town->draft_count, sizeof *printing->ids);
    if (!printing->order || !printing->ids)
        return town_no_memory(error);
    for (size_t i = 0; i < town->draft_count; i++)
        printing->order[i] = (struct order){town->drafts[i].at_us, (uint32_t)i};
    qsort(printing->order, town->draft_count, sizeof *printing->order, by_time);
    /* Numbers of their own for each week: a week takes at most 350,000 drafts times five of them. */
    uint64_t next[PLATFORM_COUNT] = {710000, 52000, 9100};
    for (int i = 0; i < PLATFORM_COUNT && town->week; i++)
        next[i] += DEMO_WEEK_IDS * (uint64_t)(town->week + town->options.days / 7);
    for (size_t i = 0; i < town->draft_count; i++) {
        uint32_t      index = printing->order[i].draft;
        enum platform platform = town->people[town->drafts[index].person].platform;
        next[platform] += 1 + rng_below(&printing->rng, 5);
        buf_clear(&town->scratch);
        buf_printf(&town->scratch, "%s:%llu", platform_names[platform], (unsigned long long)next[platform]);
        printing->ids[index] = town_keep(town, &town->scratch);
        if (!printing->ids[index].ptr)
            return town_no_memory(error);
    }
    return ERROR_NONE;
}

static struct str id_of(const struct printing *printing, int32_t draft)
{
    return draft < 0 ? (struct str){0} : printing->ids[draft];
}

/* Likes follow what was passed on, and how many follow the author; the few counts that we know are exact. */
static void count_metrics(struct printing *printing, const struct draft *draft, const struct person *person,
                          struct post *post)
{
    double interest = (double)draft->reposts * 6 + (double)draft->replies * 2 + sqrt((double)person->followers) * 0.25;
    post->metrics = (struct post_metrics){.likes = (int64_t)(interest * exp(2 * rng_unit(&printing->rng) - 1.3)),
                                          .reposts = draft->reposts, .replies = draft->replies,
                                              .quotes = POST_COUNT_UNKNOWN,
                                          .views = POST_COUNT_UNKNOWN};
    if (person->platform == PLATFORM_GULLNET)
        post->metrics.views = post->metrics.likes * 12 + (int64_t)((double)person->followers * rng_unit(&printing->rng));
}

static void fill_post(struct printing *printing, uint32_t index, struct media *media, struct post *post)
{
    struct town         *town = printing->town;
    const struct draft  *draft = &town->drafts[index];
    const struct person *person = &town->people[draft->person];
    *post = (struct post){
        .id = printing->ids[index], .platform = str_of(platform_names[person->platform]), .at_us = draft->at_us,
        .author_id = person->id, .author_handle = person->handle, .author_name = person->name,
            .author_followers = person->followers,
        .text = draft->text, .lang = draft->lang,
        .kind = person->platform == PLATFORM_QUAYSIDE && draft->reply_to >= 0 ? STR("comment") : STR("post"),
        .reply_to = id_of(printing, draft->reply_to), .repost_of = id_of(printing, draft->repost_of),
        .quote_of = id_of(printing, draft->quote_of),
    };
    if (draft->board != BOARD_NONE)
        post->community = str_of(boards[draft->board].name);
    if (draft->reply_to >= 0)
        post->thread = printing->ids[draft->root];
    if (draft->link.len) {
        post->links = (struct str *)&draft->link;
        post->link_count = 1;
    }
    buf_clear(&town->scratch);
    struct str native = str_slice(post->id.ptr + post->platform.len + 1, post->id.len - post->platform.len - 1);
    buf_printf(&town->scratch, "https://%.*s.example/%.*s/%.*s", STR_ARG(post->platform), STR_ARG(person->handle),
               STR_ARG(native));
    buf_clear(&town->styled);
    if (draft->has_picture && draft->picture_alt.len) {
        buf_printf(&town->styled, "https://%.*s.example/pictures/%.*s.jpg", STR_ARG(post->platform), STR_ARG(native));
        *media = (struct media){.type = MEDIA_IMAGE, .url = buf_str(&town->styled), .alt = draft->picture_alt};
        post->media = media;
        post->media_count = 1;
    }
    post->url = buf_str(&town->scratch);
    count_metrics(printing, draft, person, post);
}

/* ---- The plan ---- */

static bool has_starter(const struct demo_planted *planted, struct str handle)
{
    for (size_t i = 0; i < planted->starter_count; i++)
        if (str_equal(planted->starters[i], handle))
            return true;
    return false;
}

static enum error_code list_planted(struct printing *printing, struct demo_plan *plan, size_t index,
                                    struct error *error)
{
    struct town         *town = printing->town;
    struct demo_planted *planted = &plan->planted[index];
    size_t               count = 0;
    for (size_t i = 0; i < town->draft_count; i++)
        count += town->drafts[i].planted == (int32_t)index;
    planted->post_ids = arena_array(&plan->arena, count, sizeof *planted->post_ids);
    planted->starters = arena_array(&plan->arena, 5, sizeof *planted->starters);
    struct interner people = {0};
    if (!planted->post_ids || !planted->starters)
        return town_no_memory(error);
    for (size_t i = 0; i < town->draft_count; i++) {
        const struct draft *draft = &town->drafts[printing->order[i].draft];
        if (draft->planted != (int32_t)index)
            continue;
        struct str handle = town->people[draft->person].handle;
        if (!planted->post_id_count)
            planted->onset_us = draft->at_us;
        if (planted->starter_count < 5 && !has_starter(planted, handle))
            planted->starters[planted->starter_count++] = arena_str(&plan->arena, handle);
        planted->post_ids[planted->post_id_count++] = arena_str(&plan->arena, printing->ids[printing->order[i].draft]);
        interner_add(&people, handle);
    }
    planted->people = people.count;
    interner_fini(&people);
    for (size_t i = 0; i < planted->post_id_count; i++)
        if (!planted->post_ids[i].ptr)
            return town_no_memory(error);
    return ERROR_NONE;
}

static int by_onset(const void *a, const void *b)
{
    const struct demo_planted *x = a, *y = b;
    return (x->onset_us > y->onset_us) - (x->onset_us < y->onset_us);
}

static enum error_code finish_plan(struct printing *printing, struct demo_plan *plan, struct error *error)
{
    const struct town *town = printing->town;
    enum error_code    code = ERROR_NONE;
    for (size_t i = 0; i < plan->count && !code; i++)
        code = list_planted(printing, plan, i, error);
    if (code)
        return code;
    qsort(plan->planted, plan->count, sizeof *plan->planted, by_onset);
    plan->posts = town->draft_count;
    plan->people = town->person_count;
    plan->since_us = town->since_us;
    plan->until_us = town->until_us;
    plan->judged_from_us = town->since_us + 7 * CLOCK_DAY_US;
    return ERROR_NONE;
}

void demo_plan_fini(struct demo_plan *plan)
{
    arena_fini(&plan->arena);
    *plan = (struct demo_plan){0};
}

/* ---- Out ---- */

static enum error_code emit_all(struct printing *printing, demo_emit_fn emit, void *context, struct error *error)
{
    struct media    media;
    struct post     post;
    struct arena    arena = {0};
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < printing->town->draft_count && !code; i++) {
        fill_post(printing, printing->order[i].draft, &media, &post);
        code = post_check(&post, &arena, error);
        if (!code)
            code = emit(context, &post, error);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return code;
}

static enum error_code generate(const struct demo_options *options, unsigned week, demo_emit_fn emit, void *context, struct demo_plan *plan_out,
                                struct error *error)
{
    struct demo_plan plan = {0};
    struct town      town;
    struct printing  printing = {.town = &town};
    enum error_code  code = town_init(&town, options, week, &plan, error);
    if (!code)
        code = smalltalk_run(&town, error);
    if (!code)
        code = stories_plant(&town, error);
    rng_seed(&printing.rng, hash_mix(town.chance, 4));
    if (!code)
        code = number_drafts(&printing, error);
    if (!code)
        code = finish_plan(&printing, &plan, error);
    if (!code)
        code = emit_all(&printing, emit, context, error);
    town_fini(&town);
    if (code || !plan_out)
        demo_plan_fini(&plan);
    if (plan_out)
        *plan_out = plan;
    return code;
}

enum error_code demo_generate(const struct demo_options *options, demo_emit_fn emit, void *context,
                              struct demo_plan *plan_out, struct error *error)
{
    return generate(options, 0, emit, context, plan_out, error);
}

enum error_code demo_generate_week(const struct demo_options *options, unsigned week, demo_emit_fn emit, void *context,
                                   struct demo_plan *plan_out, struct error *error)
{
    if (week < 1 || week > DEMO_WEEKS_MAX)
        return error_set(error, ERROR_INVALID, "week %u: the weeks after the town's first days are 1 to %d", week, DEMO_WEEKS_MAX);
    return generate(options, week, emit, context, plan_out, error);
}

static enum error_code append_line(void *context, const struct post *post, struct error *error)
{
    struct buf *out = context;
    post_print(post, out);
    buf_append_char(out, '\n');
    return out->has_failed ? town_no_memory(error) : ERROR_NONE;
}

enum error_code demo_write_file(const struct demo_options *options, const char *path, struct demo_plan *plan_out,
                                struct error *error)
{
    struct buf      out = {0};
    enum error_code code = demo_generate(options, append_line, &out, plan_out, error);
    if (!code)
        code = vfs_replace_file(path, buf_str(&out), error);
    if (code && plan_out)
        demo_plan_fini(plan_out);
    buf_fini(&out);
    return code;
}
