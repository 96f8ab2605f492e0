/* Runs a target without libFuzzer: driver CORPUS_FOLDER [ROUNDS]. Every seed, every seed cut short, then seeds with
 * random changes. When a check or a sanitizer ends the program, the input that did it is printed as a C string. */
#include "fuzz.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/vfs.h"

#include <signal.h>
#include <unistd.h>

enum { SEEDS_MAX = 256, INPUT_MAX_BYTES = 8192, ROUNDS = 30000, SECONDS_MAX = 8 };

/* Only for the last words of a dying program. */
static struct {
    const uint8_t *bytes;
    size_t         len;
} current;

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void print_input(void)
{
    char   line[8];
    size_t shown = current.len < 4096 ? current.len : 4096;
    if (write(STDERR_FILENO, "input: \"", 8) < 0)
        return;
    for (size_t i = 0; i < shown; i++) {
        uint8_t c = current.bytes[i];
        int     len = c >= ' ' && c < 0x7f && c != '"' && c != '\\' ? snprintf(line, sizeof line, "%c", c)
                                                                    : snprintf(line, sizeof line, "\\%03o", c);
        if (write(STDERR_FILENO, line, (size_t)len) < 0)
            return;
    }
    if (write(STDERR_FILENO, "\"\n", 2) < 0)
        return;
}

static void on_abort(int number)
{
    print_input();
    signal(number, SIG_DFL);
    raise(number);
}

/* In memory of exactly its size, so that the sanitizer sees a byte read too far. */
static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    require(copy);
    if (len)
        memcpy(copy, bytes, len);
    current.bytes = copy;
    current.len = len;
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

struct input {
    uint8_t bytes[INPUT_MAX_BYTES];
    size_t  len;
};

/* Puts from (len bytes) in place of input[at, at + gone), as far as it fits. */
static void replace(struct input *input, size_t at, size_t gone, const uint8_t *from, size_t len)
{
    if (input->len - gone + len > INPUT_MAX_BYTES)
        len = INPUT_MAX_BYTES - (input->len - gone);
    uint8_t piece[INPUT_MAX_BYTES];
    memcpy(piece, from, len);
    memmove(input->bytes + at + len, input->bytes + at + gone, input->len - at - gone);
    memcpy(input->bytes + at, piece, len);
    input->len += len - gone;
}

/* A place in len bytes and a length from there, mostly short. */
static size_t random_piece(struct rng *rng, size_t len, size_t *piece_len_out)
{
    size_t at = (size_t)rng_below(rng, len + 1);
    size_t longest = rng_below(rng, 8) ? 16 : len;
    size_t left = len - at < longest ? len - at : longest;
    *piece_len_out = (size_t)rng_below(rng, left + 1);
    return at;
}

static void change(struct input *input, struct rng *rng, struct str other)
{
    size_t  gone, len, at = random_piece(rng, input->len, &gone);
    uint8_t byte = (uint8_t)rng_next(rng);
    size_t  from;
    switch (rng_below(rng, 6)) {
    case 0: /* one bit */
        if (at < input->len)
            input->bytes[at] ^= (uint8_t)(1u << rng_below(rng, 8));
        break;
    case 1: replace(input, at, at < input->len, &byte, 1); break; /* one byte */
    case 2: replace(input, at, 0, &byte, 1); break;
    case 3: replace(input, at, gone, &byte, 0); break; /* a piece less */
    case 4: /* a piece again */
        from = random_piece(rng, input->len, &len);
        replace(input, at, 0, input->bytes + from, len);
        break;
    default: /* a piece of another seed */
        from = random_piece(rng, other.len, &len);
        replace(input, at, gone, (const uint8_t *)other.ptr + from, len);
    }
}

static size_t read_seeds(const char *folder, struct arena *arena, struct str seeds[SEEDS_MAX])
{
    struct error error = {0};
    struct str  *names;
    size_t       name_count, count = 0;
    if (vfs_list(folder, arena, &names, &name_count, &error) != ERROR_NONE) {
        error_print(&error, stderr);
        exit(1);
    }
    for (size_t i = 0; i < name_count && count < SEEDS_MAX; i++) {
        char       path[512], name[256];
        struct buf bytes = {0};
        snprintf(name, sizeof name, "%.*s", STR_ARG(names[i]));
        if (!vfs_join(path, folder, name) || vfs_read_file(path, INPUT_MAX_BYTES, &bytes, &error) != ERROR_NONE) {
            error_print(&error, stderr);
            exit(1);
        }
        seeds[count++] = arena_str(arena, buf_str(&bytes));
        buf_fini(&bytes);
    }
    return count;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct str   seeds[SEEDS_MAX];
    size_t       count = argc > 1 ? read_seeds(argv[1], &arena, seeds) : 0;
    long         rounds = argc > 2 ? atol(argv[2]) : ROUNDS, round = 0;
    struct rng   rng;
    if (count == 0) {
        fprintf(stderr, "usage: %s CORPUS_FOLDER [ROUNDS], with at least one seed in the folder\n", argv[0]);
        return 2;
    }
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(print_input);
    int64_t until = clock_monotonic_us() + SECONDS_MAX * CLOCK_SECOND_US;
    size_t  runs = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t len = 0; len <= seeds[i].len; len++, runs++)
            run((const uint8_t *)seeds[i].ptr, seeds[i].len - len);
    rng_seed(&rng, 1);
    for (; round < rounds && clock_monotonic_us() < until; round++, runs++) {
        struct str   seed = seeds[rng_below(&rng, count)];
        struct input input = {.len = seed.len};
        memcpy(input.bytes, seed.ptr, seed.len);
        for (uint64_t changes = 1 + rng_below(&rng, 8); changes > 0; changes--)
            change(&input, &rng, seeds[rng_below(&rng, count)]);
        run(input.bytes, input.len);
    }
    printf("%zu seeds, %zu inputs\n", count, runs);
    arena_fini(&arena);
    return 0;
}
