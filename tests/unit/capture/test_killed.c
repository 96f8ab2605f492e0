/* Killed at any moment, again and again, while a platform gives numbered posts to two clients over one wire, one of them with a full disk now and then:
 * in the end both archives are what the platform is, nothing missing, nothing twice. The child is the server; the platform lives in shared memory. */
#include "engine_fixture.h"

#include "base/rng.h"
#include "base/vfs.h"
#include "source/port.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POSTS = 10000, BATCH = 37, DELETED_EVERY = 50 };

/* What is told of at a place is a matter of arithmetic: post n is p<n>; after each fiftieth, the post before it is deleted. */
static atomic_size_t *happened, *given; /* shared with the child */

static void fill(struct source_batch *batch, size_t at)
{
    char                id[32];
    bool                is_delete = at % DELETED_EVERY == DELETED_EVERY - 1;
    struct source_item *item = source_batch_add(batch, is_delete ? SOURCE_DELETE : SOURCE_UPSERT);
    snprintf(id, sizeof id, "p%zu", is_delete ? at - 1 : at);
    item->post.id = arena_str(&batch->arena, str_of(id));
    item->post.author_id = STR("ann");
    item->post.text = STR("gulls over the harbour");
    item->post.lang = STR("en");
    item->post.at_us = INT64_C(1772323200000000) + (int64_t)at * CLOCK_SECOND_US;
}

static size_t wanted_posts(void)
{
    return POSTS - 2 * (POSTS / DELETED_EVERY);
}

/* State: what comes next. Without one from the beginning, so that a kill before the first commit is no question of when. */
static enum error_code run_numbers(struct source_port *port, struct error *error)
{
    (void)error;
    size_t at = 0;
    bool   is_subscribed = false;
    for (;;) {
        struct source_order *order = source_port_take(port, 5);
        bool                 is_over = order && order->kind == SOURCE_ORDER_SHUTDOWN;
        if (order && order->kind == SOURCE_ORDER_SUBSCRIBE) {
            int64_t number = 0;
            is_subscribed = true;
            str_to_i64(order->state, &number);
            at = order->state.len ? (size_t)number : 0;
        }
        source_order_free(order);
        if (is_over)
            return ERROR_NONE;
        while (is_subscribed && at < atomic_load(happened) && source_port_has_room(port, "main")) {
            struct source_batch *batch = source_batch_new("main");
            char                 state[32];
            for (size_t i = 0; i < BATCH && at < atomic_load(happened); i++)
                fill(batch, at++);
            snprintf(state, sizeof state, "%zu", at);
            batch->state = arena_str(&batch->arena, str_of(state));
            atomic_fetch_add(given, batch->count);
            source_port_send(port, batch);
        }
    }
}

static const struct connector connector_numbers = {.name = "numbers", .network = "sq", .title = "Numbers", .summary = "Invented.", .evidence = "nothing",
                                                   .modes = SOURCE_STREAM, .is_shareable = true, .run = run_numbers};
const struct connector *const connectors[] = {&connector_numbers, NULL};

/* The server's life: until it is killed. */
static _Noreturn void serve(struct server *server, unsigned round)
{
    struct rng rng;
    rng_seed(&rng, round);
    server_open(server);
    for (;;) {
        bool is_full = rng_below(&rng, 3) == 0;
        vfs_refuse_under(is_full ? server->houses[1].folder : "", is_full ? ENOSPC : 0);
        clock_sleep((int64_t)rng_below(&rng, 200));
    }
}

static void both_archives_are_what_the_platform_is(void **state)
{
    (void)state;
    struct server server;
    struct rng    rng;
    const char   *asked = getenv("KILL_ROUNDS");
    unsigned      rounds = asked ? (unsigned)atoi(asked) : 50, seed = (unsigned)getpid();
    happened = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(happened != MAP_FAILED);
    given = happened + 1;
    server_make(&server, 2);
    server_open(&server);
    house_source(&server, 0, "The square", "numbers", "", CAPTURE_ALL, 0);
    house_source(&server, 1, "The square", "numbers", "", CAPTURE_ALL, 0);
    server_close(&server);
    rng_seed(&rng, seed);
    print_message("%u rounds, seed %u\n", rounds, seed);
    for (unsigned round = 0; round < rounds; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            serve(&server, seed + round);
        int64_t until = clock_monotonic_us() + (int64_t)(100 + rng_below(&rng, 500)) * 1000;
        while (clock_monotonic_us() < until) { /* the platform lives while the server does, and goes on when it does not */
            size_t most = (size_t)POSTS * (round + 1) / rounds, next = atomic_load(happened) + 1 + rng_below(&rng, 20);
            atomic_store(happened, next < most ? next : most);
            clock_sleep(2);
        }
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "round %u: it ran until it was killed (status %d)", round, status);
    }
    atomic_store(happened, POSTS);
    server_open(&server);
    for (size_t i = 0; i < 2; i++) {
        wait_for(house_count(&server, i, "id:sq:p9997") == 1 && house_count(&server, i, "id:sq:p9998") == 0, "house %zu catches up: %d posts", i, (int)house_count(&server, i, ""));
        clock_sleep(200); /* p9998 goes in the commit that it came in, or in the next */
        check(house_count(&server, i, "") == wanted_posts(), "house %zu: %d posts, not %zu", i, (int)house_count(&server, i, ""), wanted_posts());
        for (size_t n = 0; n < POSTS; n += 7) {
            char query[32];
            bool is_there = n % DELETED_EVERY != DELETED_EVERY - 1 && n % DELETED_EVERY != DELETED_EVERY - 2;
            snprintf(query, sizeof query, "id:sq:p%zu", n);
            check(house_count(&server, i, query) == is_there, "house %zu: post %zu", i, n);
        }
    }
    print_message("%zu posts of %d were given, %zu of them again\n", atomic_load(given), POSTS, atomic_load(given) - POSTS);
    server_remove(&server);
    munmap(happened, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_archives_are_what_the_platform_is)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
