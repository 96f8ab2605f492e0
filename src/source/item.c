/* A platform's item becomes a post of the archive. */
#include "source/source.h"

/* "network:native" in arena; empty stays empty. */
static bool name(struct str *id, struct str network, struct arena *arena)
{
    if (id->len == 0)
        return true;
    char *text = arena_alloc(arena, network.len + 1 + id->len);
    if (!text)
        return false;
    memcpy(text, network.ptr, network.len);
    text[network.len] = ':';
    memcpy(text + network.len + 1, id->ptr, id->len);
    *id = str_slice(text, network.len + 1 + id->len);
    return true;
}

enum error_code source_item_post(const struct source_item *item, struct str network, struct arena *arena, struct post *post_out, struct error *error)
{
    *post_out = item->post;
    if (item->post.platform.len) /* of another platform than the connector's network: its ids are whole */
        return post_check(post_out, arena, error);
    post_out->platform = network;
    struct str *ids[] = {&post_out->id, &post_out->thread, &post_out->reply_to, &post_out->repost_of, &post_out->quote_of};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (!name(ids[i], network, arena))
            return error_set(error, ERROR_MEMORY, "no memory for a post's ids");
    return post_check(post_out, arena, error);
}
