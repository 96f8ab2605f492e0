#include "kit/inside.h"

#include <stdlib.h>

static struct shelf_post *post_of(struct shelf *shelf, struct str id)
{
    uint32_t number = interner_add(&shelf->ids, id);
    if (number == INTERNER_NONE)
        return NULL;
    if (number >= shelf->capacity) {
        size_t             capacity = shelf->capacity ? shelf->capacity * 2 : 1024;
        struct shelf_post *posts = realloc(shelf->posts, capacity * sizeof *posts);
        if (!posts)
            return NULL;
        memset(posts + shelf->capacity, 0, (capacity - shelf->capacity) * sizeof *posts);
        shelf->posts = posts;
        shelf->capacity = capacity;
    }
    return &shelf->posts[number];
}

static void put(struct shelf *shelf, struct shelf_post *at, const struct post *post)
{
    uint64_t content = hash_mix(hash_str(post->text), hash_str(post->url));
    shelf->upserts++;
    shelf->again += at->is_there && at->content == content;
    at->was_edited |= at->is_there && at->content != content;
    at->is_there = at->was_there = true;
    at->content = content;
    at->author = interner_add(&shelf->authors, post_author_name(post).len ? post_author_name(post) : STR("-"));
    if (post->author_id.len)
        at->author = interner_add(&shelf->authors, post->author_id);
}

static void remove_author(struct shelf *shelf, struct str author)
{
    uint32_t number = interner_find(&shelf->authors, author);
    for (uint32_t i = 0; i < shelf->ids.count && number != INTERNER_NONE; i++)
        if (shelf->posts[i].author == number)
            shelf->posts[i].is_there = false;
}

bool shelf_commit(struct shelf *shelf, const struct source_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct source_item *item = &batch->items[i];
        if (item->op == SOURCE_ACTOR_DELETE)
            remove_author(shelf, item->post.author_id);
        if (item->op != SOURCE_UPSERT && item->op != SOURCE_DELETE)
            continue;
        struct shelf_post *at = post_of(shelf, item->post.id);
        if (!at)
            return false;
        if (item->op == SOURCE_UPSERT)
            put(shelf, at, &item->post);
        else
            at->is_there = false;
    }
    if (batch->state.len) {
        arena_reset(&shelf->arena);
        shelf->state = arena_str(&shelf->arena, batch->state);
    }
    return true;
}

const struct shelf_post *shelf_find(const struct shelf *shelf, struct str id)
{
    uint32_t number = interner_find(&shelf->ids, id);
    return number == INTERNER_NONE ? NULL : &shelf->posts[number];
}

void shelf_fini(struct shelf *shelf)
{
    interner_fini(&shelf->ids);
    interner_fini(&shelf->authors);
    arena_fini(&shelf->arena);
    free(shelf->posts);
    *shelf = (struct shelf){0};
}
