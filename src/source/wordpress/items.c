#include "source/wordpress/items.h"

#include "base/clock.h"
#include "base/hash.h"
#include "text/html.h"

const char *const wp_paths[2] = {"wp/v2/comments", "wp/v2/posts"}, *const wp_words[2] = {"comment", "post"};

static struct str text_of(const cJSON *thing, const char *name)
{
    return str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(thing, name)));
}

/* {"rendered": "..."} */
static struct str rendered(const cJSON *thing, const char *name)
{
    return text_of(cJSON_GetObjectItemCaseSensitive(thing, name), "rendered");
}

int64_t wp_number(const cJSON *thing, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(thing, name);
    return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < 1e15 ? (int64_t)item->valuedouble : -1;
}

int64_t wp_time(const cJSON *thing, const char *name)
{
    char       text[40];
    int64_t    at_us;
    struct str said = text_of(thing, name);
    if (said.len < 19 || said.len > 30)
        return 0;
    snprintf(text, sizeof text, "%.*sZ", (int)19, said.ptr);
    return clock_parse(str_of(text), &at_us) && at_us >= CLOCK_MIN_US && at_us < CLOCK_MAX_US ? at_us : 0;
}

struct str wp_native_id(const struct wp_site *site, enum wp_kind kind, int64_t id, struct arena *arena)
{
    char text[640];
    snprintf(text, sizeof text, "%s:%s:%lld", site->name, wp_words[kind], (long long)id);
    return arena_str(arena, str_of(text));
}

bool wp_read_id(const struct wp_site *site, struct str native_id, enum wp_kind *kind_out, int64_t *id_out)
{
    size_t name = strlen(site->name);
    for (int kind = 0; kind < 2; kind++) {
        char begin[640];
        int  len = snprintf(begin, sizeof begin, "%s:%s:", site->name, wp_words[kind]);
        if (!str_starts_with(native_id, str_of(begin)) || native_id.len <= name)
            continue;
        *kind_out = (enum wp_kind)kind;
        return str_to_i64(str_slice(native_id.ptr + len, native_id.len - (size_t)len), id_out) && *id_out > 0;
    }
    return false;
}

bool wp_mark_of(enum wp_kind kind, const cJSON *thing, struct wp_mark *mark_out)
{
    int64_t  id = wp_number(thing, "id");
    uint64_t hash = hash_mix(hash_str(rendered(thing, "content")), hash_str(kind == WP_POSTS ? rendered(thing, "title") : text_of(thing, "author_name")));
    if (kind == WP_POSTS)
        hash = hash_mix(hash, hash_str(text_of(thing, "comment_status")));
    *mark_out = (struct wp_mark){(uint32_t)id, (uint32_t)(hash >> 36)};
    return id > 0 && id <= UINT32_MAX && wp_time(thing, "date_gmt") && cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(thing, "content"));
}

static struct str cut(struct str s, size_t most)
{
    if (s.len > most)
        for (s.len = most; s.len && ((unsigned char)s.ptr[s.len] & 0xc0) == 0x80;)
            s.len--;
    return s;
}

static void fill_author(const struct wp_site *site, enum wp_kind kind, const cJSON *thing, struct post *post, struct arena *arena)
{
    int64_t     user = wp_number(thing, "author");
    const cJSON *embedded = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(thing, "_embedded"), "author"), 0);
    struct str  name = kind == WP_POSTS ? text_of(embedded, "name") : text_of(thing, "author_name");
    char        id[1024], clean[256];
    snprintf(clean, sizeof clean, "%.*s", STR_ARG(cut(str_trim(html_unescape(arena, name)), 200)));
    for (char *c = clean; *c; c++)
        *c = (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c;
    if (user > 0)
        snprintf(id, sizeof id, "%s:user:%lld", site->name, (long long)user);
    else
        snprintf(id, sizeof id, "%s:guest:%s", site->name, clean[0] ? clean : "somebody");
    if (!clean[0] && user > 0)
        snprintf(clean, sizeof clean, "user %lld", (long long)user);
    post->author_id = arena_str(arena, str_of(id));
    post->author_name = post->author_handle = arena_str(arena, str_of(clean[0] ? clean : "somebody"));
}

static bool fill_lists(const struct html_text *body, struct post *post, struct arena *arena)
{
    post->links = body->links;
    post->link_count = (uint32_t)body->link_count;
    post->media = arena_array(arena, body->media_count, sizeof *post->media);
    for (size_t i = 0; post->media && i < body->media_count; i++)
        post->media[post->media_count++] = (struct media){body->media[i].type, body->media[i].url, body->media[i].alt};
    return post->media != NULL;
}

enum error_code wp_fill(const struct wp_site *site, enum wp_kind kind, const cJSON *thing, bool is_open, struct source_item *item, struct arena *arena,
                        struct error *error)
{
    struct post     *post = &item->post;
    struct html_text body, title = {0};
    struct str       link = html_resolve(arena, str_of(site->url), text_of(thing, "link"));
    int64_t          now_us = clock_now_us(), parent = wp_number(thing, "parent"), of = wp_number(thing, "post");
    enum error_code  code = html_to_text(rendered(thing, "content"), link, arena, &body, error);
    if (!code && kind == WP_POSTS)
        code = html_to_text(rendered(thing, "title"), link, arena, &title, error);
    if (code)
        return code;
    struct buf text = {.max_bytes = POST_TEXT_MAX_BYTES};
    buf_append_str(&text, cut(title.text, 4096));
    if (title.text.len && body.text.len)
        buf_append_str(&text, STR("\n\n"));
    buf_append_str(&text, cut(body.text, POST_TEXT_MAX_BYTES - text.len));
    post->text = arena_str(arena, buf_str(&text));
    buf_fini(&text);
    post->id = wp_native_id(site, kind, wp_number(thing, "id"), arena);
    post->kind = kind == WP_POSTS ? STR("article") : STR("comment");
    post->url = link;
    post->community = arena_str(arena, str_of(site->name));
    post->at_us = wp_time(thing, "date_gmt");
    post->at_us = post->at_us > now_us ? now_us : post->at_us; /* its clock is not ours */
    int64_t modified_us = wp_time(thing, "modified_gmt");
    post->edited_us = modified_us > post->at_us + CLOCK_SECOND_US ? (modified_us < now_us ? modified_us : now_us) : 0;
    if (kind == WP_COMMENTS && of > 0) {
        post->thread = wp_native_id(site, WP_POSTS, of, arena);
        post->reply_to = parent > 0 ? wp_native_id(site, WP_COMMENTS, parent, arena) : post->thread;
    }
    item->reply_why = !site->user[0] ? STR("unsupported") : is_open ? (struct str){0} : STR("closed");
    fill_author(site, kind, thing, post, arena);
    bool has_memory = fill_lists(&body, post, arena) && post->text.ptr && post->id.ptr && post->author_id.ptr;
    return has_memory ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a comment");
}
