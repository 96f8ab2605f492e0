/* An alert in words: a subject, a plain mail, and the JSON of a webhook. */
#include "alert/history.h"
#include "alert/keep.h"

#include "base/utf8.h"

const char *const letter_kind_names[3] = {"firing", "digest", "test"};

void letter_clean(struct str text, size_t most_bytes, struct buf *out)
{
    size_t at = 0, begun = out->len;
    bool   has_gap = false;
    while (at < text.len) {
        size_t len = utf8_valid_length(text.ptr + at, text.len - at);
        size_t from = at;
        if (!len) {
            at++;
            continue;
        }
        uint32_t point = utf8_next(text, &at);
        bool     is_blank = point <= 0x20 || (point >= 0x7f && point <= 0xa0) || point == 0x2028 || point == 0x2029;
        bool     is_hidden = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069); /* could turn the line round */
        if (is_hidden)
            continue;
        if (is_blank) {
            has_gap = out->len > begun;
            continue;
        }
        if (out->len - begun + len + has_gap > most_bytes) {
            buf_append_str(out, STR("\xe2\x80\xa6"));
            return;
        }
        if (has_gap)
            buf_append_char(out, ' ');
        has_gap = false;
        buf_append(out, text.ptr + from, len);
    }
}

static void print_span(int64_t span_us, struct buf *out)
{
    if (span_us % CLOCK_DAY_US == 0)
        buf_printf(out, "%lld d", (long long)(span_us / CLOCK_DAY_US));
    else if (span_us % CLOCK_HOUR_US == 0)
        buf_printf(out, "%lld h", (long long)(span_us / CLOCK_HOUR_US));
    else
        buf_printf(out, "%lld min", (long long)(span_us / CLOCK_MINUTE_US));
}

void letter_words(const struct alert_rule *rule, const struct alert_judgement *judgement, uint64_t voices, struct buf *out)
{
    const char *plural = judgement->value == 1 ? "" : "s";
    if (rule->on == ALERT_AUTHOR) {
        buf_printf(out, "%llu new post%s by %.*s", (unsigned long long)judgement->value, plural, STR_ARG(rule->author));
        return;
    }
    buf_printf(out, "%llu %spost%s in ", (unsigned long long)judgement->value, rule->on == ALERT_TONE ? "negative " : "", plural);
    print_span(rule->window_us, out);
    if (rule->on == ALERT_TONE)
        buf_printf(out, " (%.0f %% of %llu with a known tone)", 100 * (double)judgement->value / (double)judgement->known,
                   (unsigned long long)judgement->known);
    buf_printf(out, judgement->expected < 10 ? " where %.1f are usual (z %.1f)" : " where %.0f are usual (z %.1f)", judgement->expected, judgement->z);
    if (voices)
        buf_printf(out, ", %llu%s voice%s", (unsigned long long)voices, judgement->value > HISTORY_VOICE_POSTS ? " or more" : "", voices == 1 ? "" : "s");
}

/* ---- The mail ---- */

static void print_link(const struct alert_world *world, const struct alert_kept *kept, int64_t firing, struct buf *out)
{
    if (!world->public_url || !world->public_url[0])
        return;
    size_t len = strlen(world->public_url);
    while (len && world->public_url[len - 1] == '/')
        len--;
    buf_printf(out, "%.*s/listen/alerts/%lld?client=%s", (int)len, world->public_url, (long long)kept->id, world->client);
    if (firing)
        buf_printf(out, "&firing=%lld", (long long)firing);
}

static void print_posts(const struct alert_kept *kept, const struct post *posts, size_t count, struct buf *out)
{
    if (count)
        buf_append_str(out, STR("\nMet with most in that time:\n"));
    for (size_t i = 0; i < count; i++) {
        buf_append_str(out, STR("\n  "));
        letter_clean(posts[i].text, ALERT_SAMPLE_TEXT_BYTES, out);
        buf_append_str(out, STR("\n    by "));
        letter_clean(post_author_name(&posts[i]), 80, out);
        buf_append_str(out, STR(" on "));
        letter_clean(posts[i].platform, 40, out);
        buf_append_str(out, STR(", "));
        alert_print_time(posts[i].at_us, kept->rule.quiet.zone, out);
        buf_append_char(out, '\n');
    }
}

static void print_mail(const struct alert_world *world, const struct alert_kept *kept, enum letter_kind kind, const struct alert_firing *firings,
                       size_t firing_count, const struct post *posts, size_t post_count, struct buf *out)
{
    if (kind == LETTER_TEST)
        buf_append_str(out, STR("This is a test. Nothing happened: somebody looked whether mail from this alert arrives. It does.\n"));
    if (kind == LETTER_DIGEST)
        buf_printf(out, "%zu time%s in the quiet hours:\n\n", firing_count, firing_count == 1 ? "" : "s");
    for (size_t i = 0; i < firing_count; i++) {
        if (kind == LETTER_DIGEST)
            buf_append_str(out, STR("  "));
        alert_print_time(firings[i].at_us, kept->rule.quiet.zone, out);
        buf_printf(out, kind == LETTER_DIGEST ? ": %.*s\n" : "\n%.*s\n", STR_ARG(firings[i].words));
    }
    print_posts(kept, posts, post_count, out);
    buf_append_str(out, STR("\nThe rule: "));
    alert_rule_words(&kept->rule, out);
    buf_append_str(out, STR("\n"));
    if (world->public_url && world->public_url[0]) {
        buf_append_str(out, STR("Say whether this was useful: "));
        print_link(world, kept, firing_count == 1 ? firings[0].id : 0, out);
        buf_append_char(out, '\n');
    }
    buf_printf(out, "\nYou get this because your address stands in this alert of the client %s. Its owner is %.*s.\n", world->client,
               STR_ARG(kept->owner_name));
}

/* ---- The webhook ---- */

static void print_firing(const struct alert_kept *kept, const struct alert_firing *firing, struct json *json)
{
    json_object(json);
    json_put_i64(json, "id", firing->id);
    json_key(json, "at");
    json_time(json, firing->at_us);
    json_put_str(json, "title", firing->title);
    json_put_str(json, "words", firing->words);
    json_put_i64(json, "value", firing->value);
    if (kept->rule.on == ALERT_TONE)
        json_put_i64(json, "known", firing->known);
    json_put_i64(json, "voices", firing->voices);
    json_key(json, "expected");
    json_double(json, firing->expected, 3);
    json_key(json, "z");
    json_double(json, firing->z, 3);
    json_put_i64(json, "window_s", firing->window_us / CLOCK_SECOND_US);
    json_key(json, "trend");
    firing->trend ? json_i64(json, firing->trend) : json_null(json);
    json_end(json);
}

static void print_json(const struct alert_world *world, const struct alert_kept *kept, enum letter_kind kind, const struct alert_firing *firings,
                       size_t firing_count, const struct post *posts, size_t post_count, struct buf *out)
{
    static const char *const events[] = {"alert.fired", "alert.digest", "alert.test"};
    struct json              json = json_writer(out);
    struct buf               text = {0};
    json_object(&json);
    json_put_str(&json, "event", str_of(events[kind]));
    json_put_str(&json, "client", str_of(world->client));
    json_key(&json, "alert");
    json_object(&json);
    json_put_i64(&json, "id", kept->id);
    json_put_str(&json, "name", kept->rule.name);
    json_put_str(&json, "owner", kept->owner_name);
    json_end(&json);
    json_key(&json, "firings");
    json_array(&json);
    for (size_t i = 0; i < firing_count; i++)
        print_firing(kept, &firings[i], &json);
    json_end(&json);
    json_key(&json, "posts");
    json_array(&json);
    for (size_t i = 0; i < post_count; i++) {
        json_object(&json);
        json_put_str(&json, "id", posts[i].id);
        json_key(&json, "at");
        json_time(&json, posts[i].at_us);
        json_put_str(&json, "author", post_author_name(&posts[i]));
        json_put_str(&json, "platform", posts[i].platform);
        buf_clear(&text);
        letter_clean(posts[i].text, ALERT_SAMPLE_TEXT_BYTES, &text);
        json_put_str(&json, "text", buf_str(&text));
        json_end(&json);
    }
    json_end(&json);
    buf_clear(&text);
    print_link(world, kept, firing_count == 1 ? firings[0].id : 0, &text);
    json_key(&json, "url");
    text.len ? json_str(&json, buf_str(&text)) : json_null(&json);
    json_end(&json);
    buf_fini(&text);
}

enum error_code letter_write(const struct alert_world *world, const struct alert_kept *kept, enum letter_kind kind,
                             const struct alert_firing *firings, size_t firing_count, const struct post *posts, size_t post_count,
                             struct arena *arena, struct letter *letter_out, struct error *error)
{
    struct buf    text = {.max_bytes = 512 * 1024};
    struct letter letter;
    if (kind == LETTER_TEST)
        buf_append_str(&text, STR("Test of the alert "));
    letter_clean(kept->rule.name, ALERT_NAME_MAX_BYTES, &text);
    if (kind == LETTER_DIGEST)
        buf_printf(&text, ": %zu alert%s in the quiet hours", firing_count, firing_count == 1 ? "" : "s");
    if (kind == LETTER_FIRING) {
        buf_append_str(&text, STR(": "));
        letter_clean(firings[0].title, 120, &text);
    }
    letter.subject = arena_str(arena, buf_str(&text));
    buf_clear(&text);
    print_mail(world, kept, kind, firings, firing_count, posts, post_count, &text);
    letter.text = arena_str(arena, buf_str(&text));
    buf_clear(&text);
    print_json(world, kept, kind, firings, firing_count, posts, post_count, &text);
    letter.json = arena_str(arena, buf_str(&text));
    bool has_memory = !text.has_failed && letter.subject.ptr && letter.text.ptr && letter.json.ptr;
    buf_fini(&text);
    *letter_out = letter;
    return has_memory ? ERROR_NONE : keep_no_memory(error);
}
