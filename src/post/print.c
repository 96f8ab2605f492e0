#include "post/post.h"

#include "base/json.h"
#include "post/post_fields.h"

static void print_fields(struct json *json, const struct post *post, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct str value = post_field_value(post, &post_fields[i]);
        if (!value.len)
            continue;
        json_key(json, post_fields[i].name);
        json_str(json, value);
    }
}

static void print_count(struct json *json, const char *name, int64_t value)
{
    if (value == POST_COUNT_UNKNOWN)
        return;
    json_key(json, name);
    json_i64(json, value);
}

static void print_author(struct json *json, const struct post *post)
{
    json_key(json, "author");
    json_object(json);
    print_fields(json, post, POST_FIELD_AUTHOR, POST_FIELD_POST_TEXT);
    print_count(json, "followers", post->author_followers);
    json_end(json);
}

static void print_links(struct json *json, const struct post *post)
{
    if (!post->link_count)
        return;
    json_key(json, "links");
    json_array(json);
    for (uint32_t i = 0; i < post->link_count; i++)
        json_str(json, post->links[i]);
    json_end(json);
}

static void print_media(struct json *json, const struct post *post)
{
    if (!post->media_count)
        return;
    json_key(json, "media");
    json_array(json);
    for (uint32_t i = 0; i < post->media_count; i++) {
        const struct media *media = &post->media[i];
        json_object(json);
        json_key(json, "type");
        json_text(json, post_media_names[media->type]);
        if (media->url.len)
            json_key(json, "url"), json_str(json, media->url);
        if (media->alt.len)
            json_key(json, "alt"), json_str(json, media->alt);
        json_end(json);
    }
    json_end(json);
}

static void print_metrics(struct json *json, const struct post_metrics *metrics)
{
    bool is_any_known = false;
    for (size_t i = 0; i < POST_METRIC_COUNT; i++)
        is_any_known |= post_metric_value(metrics, &post_metric_fields[i]) != POST_COUNT_UNKNOWN;
    if (!is_any_known)
        return;
    json_key(json, "metrics");
    json_object(json);
    for (size_t i = 0; i < POST_METRIC_COUNT; i++)
        print_count(json, post_metric_fields[i].name, post_metric_value(metrics, &post_metric_fields[i]));
    json_end(json);
}

void post_print(const struct post *post, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    print_fields(&json, post, 0, POST_FIELD_AUTHOR);
    json_key(&json, "at");
    json_time(&json, post->at_us);
    print_author(&json, post);
    json_key(&json, "text");
    json_str(&json, post->text);
    print_fields(&json, post, POST_FIELD_REST, POST_FIELD_COUNT);
    print_links(&json, post);
    print_media(&json, post);
    print_metrics(&json, &post->metrics);
    if (post->edited_us) {
        json_key(&json, "edited_at");
        json_time(&json, post->edited_us);
    }
    json_end(&json);
}
