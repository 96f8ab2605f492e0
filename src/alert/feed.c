/* The feed: Atom (RFC 4287). Ids are tag: URIs (RFC 4151), so that they stay when the server moves. */
#include "alert/keep.h"

#include "base/utf8.h"

static void print_xml(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.len;) {
        size_t len = utf8_valid_length(text.ptr + i, text.len - i);
        char   c = text.ptr[i];
        if (len == 1 && c == '&')
            buf_append_str(out, STR("&amp;"));
        else if (len == 1 && c == '<')
            buf_append_str(out, STR("&lt;"));
        else if (len == 1 && c == '>')
            buf_append_str(out, STR("&gt;"));
        else if (len == 1 && c == '"')
            buf_append_str(out, STR("&quot;"));
        else if (len > 1 ? memcmp(text.ptr + i, "\xef\xbf\xbe", 3) != 0 && memcmp(text.ptr + i, "\xef\xbf\xbf", 3) != 0
                         : len == 1 && ((unsigned char)c >= 0x20 || c == '\n' || c == '\t')) /* XML 1.0 has no other control characters */
            buf_append(out, text.ptr + i, len);
        i += len ? len : 1;
    }
}

static void print_time(const char *element, int64_t at_us, struct buf *out)
{
    char text[CLOCK_TEXT_BYTES];
    buf_printf(out, "<%s>%s</%s>", element, clock_print(at_us, text), element);
}

static void print_entry(const struct alert_firing *firing, const char *client, struct str root, struct buf *out)
{
    int64_t updated_us = firing->outcome_us > firing->at_us ? firing->outcome_us : firing->at_us;
    buf_append_str(out, STR("<entry><id>tag:bellwether,2026:"));
    print_xml(str_of(client), out);
    buf_printf(out, ":alert-firing:%lld</id><title>", (long long)firing->id);
    print_xml(firing->rule_name, out);
    buf_append_str(out, STR(": "));
    print_xml(firing->title, out);
    buf_append_str(out, STR("</title>"));
    print_time("updated", updated_us, out);
    print_time("published", firing->at_us, out);
    if (root.len) {
        buf_append_str(out, STR("<link rel=\"alternate\" type=\"text/html\" href=\""));
        print_xml(root, out);
        buf_printf(out, "/listen/alerts/%lld?client=", (long long)firing->rule);
        print_xml(str_of(client), out);
        buf_printf(out, "&amp;firing=%lld\"/>", (long long)firing->id);
    }
    buf_append_str(out, STR("<summary type=\"text\">"));
    print_xml(firing->words, out);
    if (firing->outcome)
        buf_printf(out, " (%s)", firing->outcome == ALERT_NOT_USEFUL ? "not useful" : firing->outcome == ALERT_TOO_LATE ? "too late" : alert_outcome_names[firing->outcome]);
    buf_append_str(out, STR("</summary></entry>\n"));
}

static enum error_code read_newest(struct record *record, struct arena *arena, struct alert_firing **firings_out, size_t *count_out,
                                   struct error *error)
{
    void           *rows = NULL;
    size_t          count = 0, capacity = 0;
    enum error_code code = record_begin(record, error), finished;
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_firing_feed");
    while (!code && record_step(row))
        code = arena_grow(arena, &rows, sizeof **firings_out, count, &capacity)
                   ? keep_read_firing(row, arena, (struct alert_firing *)rows + count++, error)
                   : keep_no_memory(error);
    finished = record_finish(row, error);
    *firings_out = rows;
    *count_out = count;
    return record_end(record, code ? code : finished, error);
}

enum error_code alert_feed_print(struct record *record, const char *client, const char *public_url, struct str self_url, int64_t now_us,
                                 struct arena *arena, struct buf *out, struct error *error)
{
    struct alert_firing *firings;
    size_t               count;
    struct str           root = str_of(public_url);
    enum error_code      code = read_newest(record, arena, &firings, &count, error);
    if (code)
        return code;
    while (root.len && root.ptr[root.len - 1] == '/')
        root.len--;
    int64_t updated_us = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t own_us = firings[i].outcome_us > firings[i].at_us ? firings[i].outcome_us : firings[i].at_us;
        updated_us = own_us > updated_us ? own_us : updated_us;
    }
    buf_append_str(out, STR("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>tag:bellwether,2026:"));
    print_xml(str_of(client), out);
    buf_append_str(out, STR(":alerts</id><title>Alerts of "));
    print_xml(str_of(client), out);
    buf_append_str(out, STR("</title><author><name>Bellwether</name></author>"));
    print_time("updated", updated_us ? updated_us : now_us, out);
    if (self_url.len) {
        buf_append_str(out, STR("<link rel=\"self\" type=\"application/atom+xml\" href=\""));
        print_xml(self_url, out);
        buf_append_str(out, STR("\"/>"));
    }
    buf_append_char(out, '\n');
    for (size_t i = 0; i < count; i++)
        print_entry(&firings[i], client, root, out);
    buf_append_str(out, STR("</feed>\n"));
    return out->has_failed ? keep_no_memory(error) : ERROR_NONE;
}
