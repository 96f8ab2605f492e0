#include "world.h"

#include "base/clock.h"
#include "base/vfs.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include <zstd.h>

void world_init(struct world *world, const struct archive_options *options)
{
    static const struct archive_options fast = {.is_sync_off = true};
    struct error                        error = {0};
    *world = (struct world){0};
    strcpy(world->folder, "/tmp/bellwether-test-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->posts = calloc(WORLD_MAX_POSTS, sizeof *world->posts);
    assert_non_null(world->posts);
    check_ok(text_analyser_new(&world->analyser, &error), error, " ");
    check_ok(archive_open(world->folder, ARCHIVE_WRITE, options ? options : &fast, &world->archive, &error), error, " ");
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

void world_fini(struct world *world)
{
    archive_close(world->archive);
    text_analyser_free(world->analyser);
    arena_fini(&world->arena);
    arena_fini(&world->scratch);
    interner_fini(&world->ids);
    free(world->posts);
    nftw(world->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- Changing ---- */

static struct post copy_post(struct world *world, const struct post *post)
{
    struct buf   bytes = {0};
    struct post  copy;
    struct error error = {0};
    post_encode(post, &bytes);
    struct str kept = arena_str(&world->arena, buf_str(&bytes));
    check_ok(post_decode(kept, &world->arena, &copy, &error), error, " ");
    buf_fini(&bytes);
    return copy;
}

void world_add(struct world *world, const struct post *post)
{
    struct post       copy = copy_post(world, post);
    struct text_facts facts;
    struct error      error = {0};
    enum archive_added added;
    check_ok(post_check(&copy, &world->arena, &error), error, "%.*s", STR_ARG(post->id));
    check_ok(text_analyse(world->analyser, &world->arena, copy.text, copy.lang, TEXT_WANT_ALL, &facts, &error), error, " ");
    uint32_t number = interner_add(&world->ids, copy.id);
    assert_true(number < WORLD_MAX_POSTS);
    check_ok(archive_add(world->archive, &copy, &facts, &added, &error), error, "%.*s", STR_ARG(copy.id));
    if (added != ARCHIVE_WITHHELD)
        world->posts[number] = (struct world_post){copy, facts, true};
}

void world_delete(struct world *world, struct str id)
{
    struct error error = {0};
    bool         was_there = false;
    uint32_t     number = interner_find(&world->ids, id);
    check_ok(archive_delete_post(world->archive, id, &was_there, &error), error, "%.*s", STR_ARG(id));
    check(was_there == (number != INTERNER_NONE && world->posts[number].is_live), "%.*s", STR_ARG(id));
    if (number != INTERNER_NONE)
        world->posts[number].is_live = false;
}

void world_commit(struct world *world)
{
    struct error error = {0};
    check_ok(archive_commit(world->archive, &error), error, " ");
}

void world_seal(struct world *world)
{
    struct error error = {0};
    check_ok(archive_seal(world->archive, &error), error, " ");
}

struct archive_snapshot *world_snapshot(struct world *world)
{
    struct archive_snapshot *snapshot = NULL;
    struct error             error = {0};
    check_ok(archive_snapshot(world->archive, &snapshot, &error), error, " ");
    return snapshot;
}

/* ---- By definition ---- */

static int compare_docs(const void *left, const void *right)
{
    const struct query_doc *a = left, *b = right;
    if (a->post->at_us != b->post->at_us)
        return a->post->at_us < b->post->at_us ? -1 : 1;
    return str_compare(a->post->id, b->post->id);
}

struct query_doc *world_docs(const struct world *world, size_t *count_out)
{
    struct query_doc *docs = calloc(world->ids.count + 1, sizeof *docs);
    assert_non_null(docs);
    *count_out = 0;
    for (uint32_t i = 0; i < world->ids.count; i++)
        if (world->posts[i].is_live)
            docs[(*count_out)++] = (struct query_doc){&world->posts[i].post, &world->posts[i].facts};
    qsort(docs, *count_out, sizeof *docs, compare_docs);
    return docs;
}

size_t world_matching(struct world *world, const struct query_node *root, const struct query_doc *docs, size_t count,
                      struct query_doc *matching)
{
    size_t matches = 0;
    for (size_t i = 0; i < count; i++) {
        if (query_match(root, &docs[i], world->analyser, &world->scratch))
            matching[matches++] = docs[i];
        arena_reset(&world->scratch);
    }
    return matches;
}

struct query_node *world_query(struct world *world, const char *source)
{
    struct query         query;
    struct query_options options = {.now_us = INT64_C(1424700000000000)};
    struct error         error = {0};
    check_ok(query_parse(str_of(source), &options, world->analyser, &world->arena, &query, &error), error, "%s", source);
    return query.root;
}

/* ---- Inventing ---- */

static const char *const words[] = {
    "harbour", "ferry", "late",  "again",  "the", "a",      "Fleet's", "wi-fi", "free",  "coffee", "Straße", "Ölpreis", "naïve", "été",
    "東京タワー", "ประเทศไทย", "привет", "мир",    "مرحبا", "U.S.",   "50%",     "off!",  "3.14",  "787",    "don't",  "O'Hare",  "fleek", "on",
    "is",      "this",  "real?", "#Fleek", "#harbour", "#東京", "@Harbour_Ferry", "@town@social.example", "$HBR", "😀", "👩‍👩‍👧", "🇩🇪", "👍🏽",
    "http://t.example/a", "https://www.news.example/2015/harbour?utm_source=x", "https://m.news.example/", "(late)", "LATE", "Late", "&amp;",
    "lateness", "hárbour", "＃full", "word_with_underscores", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};
static const char *const platforms[] = {"twitter", "reddit", "mastodon"};
static const char *const communities[] = {"", "Harbour", "travel", "Straße"};
static const char *const languages[] = {"", "en", "de", "ja", "xx-YY"};
static const char *const kinds[] = {"", "comment", "article"};

#define PICK(rng, array) ((array)[rng_below((rng), sizeof(array) / sizeof *(array))])

__attribute__((format(printf, 2, 3))) static struct str print(struct world *world, const char *format, ...)
{
    char    text[256];
    va_list list;
    va_start(list, format);
    int len = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return arena_str(&world->arena, str_slice(text, (size_t)len));
}

static struct str invent_text(struct world *world, struct rng *rng)
{
    struct buf text = {0};
    unsigned   count = (unsigned)rng_below(rng, 14);
    for (unsigned i = 0; i < count; i++) {
        buf_append_str(&text, str_of(PICK(rng, words)));
        if (rng_below(rng, 8))
            buf_append_char(&text, rng_below(rng, 10) ? ' ' : '\n');
    }
    struct str kept = arena_str(&world->arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static void invent_extras(struct world *world, struct rng *rng, struct post *post)
{
    if (rng_below(rng, 4) == 0) {
        post->links = arena_array(&world->arena, 2, sizeof *post->links);
        post->link_count = 1 + (uint32_t)rng_below(rng, 2);
        post->links[0] = STR("https://photos.example/p/1");
        post->links[1] = STR("http://www.news.example/2015/harbour");
    }
    if (rng_below(rng, 5) == 0) {
        post->media = arena_array(&world->arena, 1, sizeof *post->media);
        post->media_count = 1;
        post->media[0] = (struct media){(uint8_t)rng_below(rng, 4), STR("https://photos.example/p/1.jpg"), STR("a ferry")};
    }
}

struct post world_invent(struct world *world, struct rng *rng, unsigned n)
{
    const char *platform = PICK(rng, platforms);
    unsigned    author = (unsigned)rng_below(rng, 12);
    struct post post = {
        .id = print(world, "%s:%u", platform, n),
        .platform = str_of(platform),
        /* Steps of a minute among few: equal times are common. */
        .at_us = INT64_C(1424600000000000) + (int64_t)rng_below(rng, 600) * CLOCK_MINUTE_US,
        .author_id = rng_below(rng, 8) ? print(world, "id%u", author) : (struct str){0},
        .author_handle = print(world, author % 3 ? "Handle%u" : "id%u", (author + 1) % 12),
        .author_followers = (int64_t)rng_below(rng, 50) - 1,
        .text = invent_text(world, rng),
        .lang = str_of(PICK(rng, languages)),
        .community = str_of(PICK(rng, communities)),
        .kind = str_of(PICK(rng, kinds)),
        .url = rng_below(rng, 3) ? print(world, "https://%s.example/p/%u", platform, n) : (struct str){0},
        .metrics = {(int64_t)rng_below(rng, 6) - 1, (int64_t)rng_below(rng, 4) - 1, (int64_t)rng_below(rng, 3) - 1, -1, -1},
    };
    if (n && rng_below(rng, 3) == 0)
        post.reply_to = print(world, "%s:%u", platforms[rng_below(rng, 3)], (unsigned)rng_below(rng, n));
    if (n && rng_below(rng, 6) == 0)
        post.thread = print(world, "%s:%u", platforms[rng_below(rng, 3)], (unsigned)rng_below(rng, n < 20 ? n : 20));
    if (n && rng_below(rng, 10) == 0)
        post.repost_of = print(world, "%s:%u", platforms[rng_below(rng, 3)], (unsigned)rng_below(rng, n));
    invent_extras(world, rng, &post);
    return post;
}

static void change_something(struct world *world, struct rng *rng)
{
    uint32_t    number = (uint32_t)rng_below(rng, world->ids.count);
    struct post post = world->posts[number].post;
    if (!world->posts[number].is_live)
        return;
    switch (rng_below(rng, 3)) {
    case 0: world_delete(world, post.id); break;
    case 1:
        post.metrics.likes = (int64_t)rng_below(rng, 100);
        post.author_followers = (int64_t)rng_below(rng, 100);
        world_add(world, &post);
        break;
    default:
        post.text = invent_text(world, rng);
        post.edited_us = post.at_us + CLOCK_HOUR_US;
        world_add(world, &post);
    }
}

void world_fill(struct world *world, struct rng *rng, unsigned posts)
{
    for (unsigned i = 0; i < posts; i++) {
        struct post post = world_invent(world, rng, world->ids.count);
        world_add(world, &post);
        if (rng_below(rng, 6) == 0)
            change_something(world, rng);
        if (rng_below(rng, 40) == 0)
            world_commit(world);
        if (i && i % (posts / 4 + 1) == 0)
            world_seal(world);
    }
    world_commit(world);
}

/* ---- Real posts ---- */

bool world_real_posts(const char *name, struct buf *lines_out)
{
    const char *shared = getenv("BELLWETHER_SHARED");
    char        path[1024];
    struct buf  packed = {0};
    *lines_out = (struct buf){0};
    snprintf(path, sizeof path, "%s/data/%s.jsonl.zst", shared && *shared ? shared : BELLWETHER_SOURCE "/../shared", name);
    if (vfs_read_file(path, 1 << 28, &packed, NULL) != ERROR_NONE) {
        buf_fini(&packed);
        print_message("skipped: %s is not here\n", path);
        return false;
    }
    unsigned long long size = ZSTD_getFrameContentSize(packed.ptr, packed.len);
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR)
        size = packed.len * 20;
    assert_true(buf_reserve(lines_out, size));
    size_t got = ZSTD_decompress(lines_out->ptr, size, packed.ptr, packed.len);
    assert_false(ZSTD_isError(got));
    lines_out->len = got;
    buf_fini(&packed);
    return true;
}
