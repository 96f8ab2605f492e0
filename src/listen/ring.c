#include "listen/ring.h"

#include <stdlib.h>

/* ---- One post in one block ---- */

/* Run twice: first at is NULL and it only measures, then it copies. */
struct copier {
    char  *at;
    size_t bytes;
};

static void *copy_bytes(struct copier *copier, const void *bytes, size_t len, size_t align)
{
    copier->bytes = (copier->bytes + align - 1) / align * align;
    char *to = copier->at ? copier->at + copier->bytes : NULL;
    if (to && len)
        memcpy(to, bytes, len);
    copier->bytes += len;
    return to;
}

static struct str copy_str(struct copier *copier, struct str s)
{
    const char *to = copy_bytes(copier, s.ptr, s.len, 1);
    return (struct str){to, s.len};
}

/* Keys are mostly slices of the text: those stay slices, of the copy. */
static struct str copy_within(struct copier *copier, struct str s, struct str text, struct str text_copy)
{
    bool is_within = s.len && (uintptr_t)s.ptr >= (uintptr_t)text.ptr && (uintptr_t)s.ptr + s.len <= (uintptr_t)text.ptr + text.len;
    if (!is_within)
        return copy_str(copier, s);
    return (struct str){text_copy.ptr ? text_copy.ptr + (s.ptr - text.ptr) : NULL, s.len};
}

static void copy_post(struct copier *copier, const struct post *from, struct post *to)
{
    *to = *from;
    struct str *const       strings[] = {&to->id, &to->platform, &to->author_id, &to->author_handle, &to->author_name, &to->text, &to->lang,
                                         &to->community, &to->kind, &to->url, &to->thread, &to->reply_to, &to->repost_of, &to->quote_of};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        *strings[i] = copy_str(copier, *strings[i]);
    to->links = copy_bytes(copier, from->links, from->link_count * sizeof *from->links, _Alignof(struct str));
    for (uint32_t i = 0; i < from->link_count; i++) {
        struct str link = copy_str(copier, from->links[i]);
        if (to->links)
            to->links[i] = link;
    }
    to->media = copy_bytes(copier, from->media, from->media_count * sizeof *from->media, _Alignof(struct media));
    for (uint32_t i = 0; i < from->media_count; i++) {
        struct media media = {from->media[i].type, copy_str(copier, from->media[i].url), copy_str(copier, from->media[i].alt)};
        if (to->media)
            to->media[i] = media;
    }
}

static void copy_facts(struct copier *copier, const struct text_facts *from, struct str post_text, struct str post_text_copy,
                       struct text_facts *to)
{
    *to = *from;
    bool is_same = from->text.ptr == post_text.ptr && from->text.len == post_text.len;
    to->text = is_same ? post_text_copy : copy_str(copier, from->text);
    to->tokens = copy_bytes(copier, from->tokens, from->token_count * sizeof *from->tokens, _Alignof(struct token));
    for (uint32_t i = 0; i < from->token_count; i++) {
        struct token token = from->tokens[i];
        bool         is_stemless = token.stem.ptr == token.key.ptr && token.stem.len <= token.key.len;
        token.key = copy_within(copier, token.key, from->text, to->text);
        token.stem = is_stemless ? (struct str){token.key.ptr, token.stem.len} : copy_within(copier, token.stem, from->text, to->text);
        if (to->tokens)
            to->tokens[i] = token;
    }
}

struct ring_post *ring_post_new(const struct post *post, const struct text_facts *facts, bool is_edit)
{
    struct ring_post  measure, *kept = NULL;
    struct copier     copier = {NULL, 0};
    copy_post(&copier, post, &measure.post);
    copy_facts(&copier, facts, post->text, (struct str){0}, &measure.facts);
    size_t bytes = sizeof *kept + copier.bytes;
    kept = malloc(bytes);
    if (!kept)
        return NULL;
    atomic_init(&kept->users, 1);
    atomic_init(&kept->is_gone, false);
    kept->is_edit = is_edit;
    kept->seq = 0;
    kept->bytes = bytes;
    copier = (struct copier){(char *)(kept + 1), 0};
    copy_post(&copier, post, &kept->post);
    copy_facts(&copier, facts, post->text, kept->post.text, &kept->facts);
    require(copier.bytes == bytes - sizeof *kept);
    return kept;
}

void ring_post_release(struct ring_post *post)
{
    if (post && atomic_fetch_sub(&post->users, 1) == 1)
        free(post);
}

/* ---- The ring ---- */

bool ring_init(struct ring *ring, uint64_t capacity, uint64_t max_bytes)
{
    *ring = (struct ring){.oldest = 1, .next = 1, .capacity = capacity, .max_bytes = max_bytes};
    pthread_mutex_init(&ring->lock, NULL);
    ring->slots = calloc(capacity, sizeof(struct ring_post *));
    return ring->slots != NULL;
}

static void drop_oldest(struct ring *ring)
{
    struct ring_post **slot = &ring->slots[ring->oldest++ % ring->capacity];
    if (*slot) {
        ring->bytes -= (*slot)->bytes;
        ring_post_release(*slot);
    }
    *slot = NULL;
}

void ring_fini(struct ring *ring)
{
    while (ring->slots && ring->oldest < ring->next)
        drop_oldest(ring);
    free(ring->slots);
    pthread_mutex_destroy(&ring->lock);
}

void ring_push(struct ring *ring, uint64_t skipped, struct ring_post **posts, size_t count)
{
    pthread_mutex_lock(&ring->lock);
    if (skipped) { /* more at once than the ring holds: nothing before them can stay */
        while (ring->oldest < ring->next)
            drop_oldest(ring);
        ring->oldest = ring->next += skipped;
    }
    for (size_t i = 0; i < count; i++) {
        if (ring->next - ring->oldest == ring->capacity)
            drop_oldest(ring);
        posts[i]->seq = ring->next;
        ring->slots[ring->next++ % ring->capacity] = posts[i];
        ring->bytes += posts[i]->bytes;
        while (ring->bytes > ring->max_bytes && ring->next - ring->oldest > 1)
            drop_oldest(ring);
    }
    pthread_mutex_unlock(&ring->lock);
}

uint64_t ring_newest(struct ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    uint64_t newest = ring->next - 1;
    pthread_mutex_unlock(&ring->lock);
    return newest;
}

uint64_t ring_take(struct ring *ring, uint64_t *next_io, size_t most, struct ring_post **posts, size_t *count_out)
{
    uint64_t overrun = 0;
    *count_out = 0;
    pthread_mutex_lock(&ring->lock);
    if (*next_io == 0)
        *next_io = ring->oldest;
    if (*next_io < ring->oldest) {
        overrun = ring->oldest - *next_io;
        *next_io = ring->oldest;
    }
    while (*count_out < most && *next_io < ring->next) {
        struct ring_post *post = ring->slots[(*next_io)++ % ring->capacity];
        if (!post)
            continue;
        atomic_fetch_add(&post->users, 1);
        posts[(*count_out)++] = post;
    }
    pthread_mutex_unlock(&ring->lock);
    return overrun;
}

void ring_forget(struct ring *ring, bool (*is_gone)(void *context, const struct post *post), void *context)
{
    pthread_mutex_lock(&ring->lock);
    for (uint64_t seq = ring->oldest; seq < ring->next; seq++) {
        struct ring_post **slot = &ring->slots[seq % ring->capacity];
        if (!*slot || !is_gone(context, &(*slot)->post))
            continue;
        atomic_store(&(*slot)->is_gone, true); /* for readers that hold it */
        ring->bytes -= (*slot)->bytes;
        ring_post_release(*slot);
        *slot = NULL;
    }
    pthread_mutex_unlock(&ring->lock);
}
