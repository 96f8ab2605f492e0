/* The whole town in memory, for tests: every post copied, and what was planted. */
#ifndef TESTS_UNIT_DEMO_TOWN_FIXTURE_H
#define TESTS_UNIT_DEMO_TOWN_FIXTURE_H

#include "check.h"

#include "base/clock.h"
#include "base/hash.h"
#include "demo/demo.h"

#include <time.h>

struct town_fixture {
    struct demo_plan plan;
    struct arena     arena;
    struct post     *posts;
    size_t           count, capacity;
    struct interner  ids;     /* of posts; the number is the place in posts */
    int             *planted; /* what each post belongs to in the plan, or -1 */
    double           took_s;  /* processor time: a busy machine must not fail a test */
};

static inline struct str fixture_copy(struct town_fixture *town, struct str s)
{
    return s.len ? arena_str(&town->arena, s) : (struct str){0};
}

static inline enum error_code fixture_take(void *context, const struct post *post, struct error *error)
{
    struct town_fixture *town = context;
    (void)error;
    if (town->count == town->capacity) {
        town->capacity = town->capacity ? town->capacity * 2 : 1 << 16;
        town->posts = realloc(town->posts, town->capacity * sizeof *town->posts);
    }
    struct post *copy = &town->posts[town->count++];
    *copy = *post;
    struct str *strings[] = {&copy->id, &copy->author_id, &copy->author_handle, &copy->author_name, &copy->text,
                             &copy->lang,
                             &copy->url, &copy->thread, &copy->reply_to, &copy->repost_of, &copy->quote_of,
                                 &copy->community};
    for (size_t i = 0; i < COUNT_OF(strings); i++)
        *strings[i] = fixture_copy(town, *strings[i]);
    copy->links = post->link_count ? arena_new(&town->arena, struct str) : NULL;
    if (post->link_count)
        copy->links[0] = fixture_copy(town, post->links[0]);
    copy->media = NULL;
    copy->media_count = 0;
    interner_add(&town->ids, post->id);
    return ERROR_NONE;
}

static inline void fixture_make(struct town_fixture *town, const struct demo_options *options)
{
    struct error error = {0};
    *town = (struct town_fixture){0};
    clock_t started = clock();
    check_ok(demo_generate(options, fixture_take, town, &town->plan, &error), error, "generating");
    town->took_s = (double)(clock() - started) / CLOCKS_PER_SEC;
    town->planted = malloc(town->count * sizeof *town->planted);
    for (size_t i = 0; i < town->count; i++)
        town->planted[i] = -1;
    for (size_t i = 0; i < town->plan.count; i++)
        for (size_t j = 0; j < town->plan.planted[i].post_id_count; j++) {
            uint32_t at = interner_find(&town->ids, town->plan.planted[i].post_ids[j]);
            check(at != INTERNER_NONE, "planted post %.*s is not there", STR_ARG(town->plan.planted[i].post_ids[j]));
            check(town->planted[at] == -1, "post %.*s is planted twice", STR_ARG(town->posts[at].id));
            town->planted[at] = (int)i;
        }
}

static inline void fixture_drop(struct town_fixture *town)
{
    demo_plan_fini(&town->plan);
    arena_fini(&town->arena);
    interner_fini(&town->ids);
    free(town->posts);
    free(town->planted);
}

static inline const struct demo_planted *fixture_find(const struct town_fixture *town, const char *name)
{
    for (size_t i = 0; i < town->plan.count; i++)
        if (str_equal(town->plan.planted[i].name, str_of(name)))
            return &town->plan.planted[i];
    fail_msg("nothing planted is called %s", name);
    return NULL;
}

#endif
