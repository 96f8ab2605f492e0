/* What we say there. An event is made from the order alone, its time from when the order was given: the same order always makes the same event, with
 * the same id, so to send it again changes nothing. So after a lost answer it is sent again, to every relay that comes back. */
#include "source/nostr/inside.h"

#include "base/utf8.h"

static void tell_result(struct nostr *nostr, const char *id, const char *event_id, enum source_failure failure, const char *said, int64_t retry_after_s)
{
    struct source_result result = {.failure = failure, .retry_after_s = retry_after_s};
    unsigned char        bytes[32];
    char                 name[NOSTR_NAME_BYTES];
    snprintf(result.id, sizeof result.id, "%s", id);
    snprintf(result.message, sizeof result.message, "%s", said);
    if (event_id && event_id[0]) {
        snprintf(result.native_id, sizeof result.native_id, "%s", event_id);
        if (nostr->viewer.len && nostr_from_hex(str_of(event_id), bytes, 32)) {
            nostr_name("note", bytes, name);
            snprintf(result.native_url, sizeof result.native_url, "%.*s%s", STR_ARG(nostr->viewer), name);
        }
    }
    source_port_result(nostr->port, &result);
}

static void end_deed(struct nostr *nostr, struct deed *deed, enum source_failure failure, const char *said)
{
    tell_result(nostr, deed->id, failure == SOURCE_DONE || failure == SOURCE_UNKNOWN_OUTCOME ? deed->event_id : NULL, failure, said,
                failure == SOURCE_LIMITED ? 30 : 0);
    buf_fini(&deed->event);
    *deed = (struct deed){0};
}

/* ---- Making events ---- */

static cJSON *add_tag(cJSON *tags, const char *name, struct str first, const char *second, const char *third)
{
    char   text[256];
    cJSON *tag = cJSON_CreateArray();
    snprintf(text, sizeof text, "%.*s", STR_ARG(first));
    cJSON_AddItemToArray(tag, cJSON_CreateString(name));
    cJSON_AddItemToArray(tag, cJSON_CreateString(text));
    if (second)
        cJSON_AddItemToArray(tag, cJSON_CreateString(second));
    if (third)
        cJSON_AddItemToArray(tag, cJSON_CreateString(third));
    cJSON_AddItemToArray(tags, tag);
    return tag;
}

static bool is_tag_byte(char c)
{
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Relays find posts by their t tags, not by the # in the text. */
static void add_hashtags(cJSON *tags, struct str text)
{
    int count = 0;
    for (size_t i = 0; i + 1 < text.len && count < 20; i++) {
        char   word[100];
        size_t len = 0;
        if (text.ptr[i] != '#' || (i && is_tag_byte(text.ptr[i - 1])))
            continue;
        while (i + 1 + len < text.len && len < sizeof word - 1 && is_tag_byte(text.ptr[i + 1 + len])) {
            char c = text.ptr[i + 1 + len];
            word[len++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
        if (len) {
            add_tag(tags, "t", str_slice(word, len), NULL, NULL);
            count++;
        }
    }
}

/* NIP-10: an answer to the first post marks it as root; one further down marks both. */
static void add_place(cJSON *tags, const struct source_command *command)
{
    if (command->target_root.len && !str_equal(command->target_root, command->target_id)) {
        add_tag(tags, "e", command->target_root, "", "root");
        add_tag(tags, "e", command->target_id, "", "reply");
    } else {
        add_tag(tags, "e", command->target_id, "", "root");
    }
}

static int fill_tags(const struct source_command *command, enum source_act act, cJSON *tags)
{
    switch (act) {
    case SOURCE_PUBLISH:
        add_hashtags(tags, command->text);
        return NOSTR_NOTE;
    case SOURCE_REPLY:
        add_place(tags, command);
        if (command->target_author.len)
            add_tag(tags, "p", command->target_author, NULL, NULL);
        add_hashtags(tags, command->text);
        return NOSTR_NOTE;
    case SOURCE_UNPUBLISH:
        add_tag(tags, "e", command->target_id, NULL, NULL);
        add_tag(tags, "k", STR("1"), NULL, NULL);
        return NOSTR_DELETION;
    case SOURCE_LIKE:
    case SOURCE_REPOST:
        add_tag(tags, "e", command->target_id, NULL, NULL);
        if (command->target_author.len)
            add_tag(tags, "p", command->target_author, NULL, NULL);
        if (act == SOURCE_LIKE)
            add_tag(tags, "k", STR("1"), NULL, NULL);
        return act == SOURCE_LIKE ? NOSTR_REACTION : NOSTR_REPOST;
    default: return -1;
    }
}

static void make_event(struct nostr *nostr, const struct source_command *command, enum source_act act, char id_out[NOSTR_HEX_BYTES], struct buf *out)
{
    cJSON             *tags = cJSON_CreateArray();
    struct nostr_event event = {.created_at = (command->ordered_us ? command->ordered_us : clock_now_us()) / CLOCK_SECOND_US, .tags = tags};
    char              *content = NULL;
    bool               has_text = act == SOURCE_PUBLISH || act == SOURCE_REPLY;
    struct arena       arena = {0};
    event.kind = fill_tags(command, act, tags);
    if (has_text)
        content = (char *)arena_str(&arena, command->text).ptr; /* with a NUL behind it */
    event.content = act == SOURCE_LIKE ? STR("+") : content ? str_of(content) : STR("");
    nostr_event_make(nostr->crypto, &event, id_out, out);
    cJSON_Delete(tags);
    arena_fini(&arena);
}

/* ---- Orders ---- */

static void send_deed(struct nostr *nostr, struct deed *deed, struct relay *relay)
{
    struct buf line = {0};
    unsigned   bit = 1u << (relay - nostr->relays);
    if (deed->is_fetch)
        buf_printf(&line, "[\"REQ\",\"f%zu\",{\"ids\":[%.*s]}]", (size_t)(deed - nostr->deeds), STR_ARG(buf_str(&deed->event)));
    else
        buf_printf(&line, "[\"EVENT\",%.*s]", STR_ARG(buf_str(&deed->event)));
    deed->sent |= bit;
    deed->answered &= ~bit;
    relay_say(nostr, relay, buf_str(&line));
    buf_fini(&line);
}

/* A fetch does not say what the deed was, but all it was made of: whatever it can have been is asked for. */
static void make_fetch(struct nostr *nostr, const struct source_command *command, struct deed *deed)
{
    static const enum source_act acts[] = {SOURCE_PUBLISH, SOURCE_REPLY, SOURCE_UNPUBLISH, SOURCE_LIKE, SOURCE_REPOST};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        struct buf unused = {0};
        char       id[NOSTR_HEX_BYTES];
        bool       needs_target = acts[i] != SOURCE_PUBLISH, needs_text = acts[i] <= SOURCE_REPLY;
        if ((needs_target && !command->target_id.len) || (needs_text && !command->text.len))
            continue;
        make_event(nostr, command, acts[i], id, &unused);
        buf_printf(&deed->event, "%s\"%s\"", deed->event.len ? "," : "", id);
        buf_fini(&unused);
    }
    deed->is_fetch = true;
}

static const char *refuse(const struct nostr *nostr, const struct source_command *command, enum source_failure *failure_out)
{
    bool needs_target = command->act != SOURCE_PUBLISH && command->act != SOURCE_FETCH;
    *failure_out = SOURCE_REFUSED;
    if (command->act != SOURCE_PUBLISH && command->act != SOURCE_REPLY && command->act != SOURCE_UNPUBLISH && command->act != SOURCE_LIKE &&
        command->act != SOURCE_REPOST && command->act != SOURCE_FETCH) {
        *failure_out = SOURCE_UNSUPPORTED;
        return "Nostr has no such act here";
    }
    if (!nostr_has_secret(nostr->crypto)) {
        *failure_out = SOURCE_AUTH;
        return "no secret key is set: to speak on Nostr needs one";
    }
    if (needs_target && !nostr_is_hex(command->target_id, 32))
        return "the post it is about is no event of Nostr";
    if ((command->target_root.len && !nostr_is_hex(command->target_root, 32)) || (command->target_author.len && !nostr_is_hex(command->target_author, 32)))
        return "the thread or the author it is about are none of Nostr";
    if ((command->act == SOURCE_PUBLISH || command->act == SOURCE_REPLY) && (!command->text.len || memchr(command->text.ptr, '\0', command->text.len)))
        return "there is no text, or one with a byte 0";
    if (!utf8_is_valid(command->text))
        return "the text is not UTF-8";
    if (command->visibility.len && !str_equal(command->visibility, STR("public")))
        return "all of Nostr is public";
    return NULL;
}

void act_begin(struct nostr *nostr, const struct source_command *command)
{
    enum source_failure failure;
    const char         *why = refuse(nostr, command, &failure);
    struct deed        *deed = NULL;
    for (size_t i = 0; i < DEEDS_MOST && !deed; i++)
        if (!nostr->deeds[i].is_there)
            deed = &nostr->deeds[i];
    if (why) {
        tell_result(nostr, command->id, NULL, failure, why, 0);
        return;
    }
    if (!deed) {
        tell_result(nostr, command->id, NULL, SOURCE_TRANSIENT, "too many orders at once", 1);
        return;
    }
    *deed = (struct deed){.is_there = true, .until_us = clock_monotonic_us() + DEED_WAIT_S * CLOCK_SECOND_US};
    snprintf(deed->id, sizeof deed->id, "%s", command->id);
    if (command->act == SOURCE_FETCH)
        make_fetch(nostr, command, deed);
    else
        make_event(nostr, command, command->act, deed->event_id, &deed->event);
    if (deed->is_fetch && !deed->event.len) {
        end_deed(nostr, deed, SOURCE_REFUSED, "it does not say what was sent");
        return;
    }
    for (size_t i = 0; i < nostr->relay_count && deed->is_there; i++)
        if (nostr->relays[i].phase == RELAY_OPEN)
            send_deed(nostr, deed, &nostr->relays[i]);
}

void act_relay_open(struct nostr *nostr, struct relay *relay)
{
    for (size_t i = 0; i < DEEDS_MOST && relay->phase == RELAY_OPEN; i++)
        if (nostr->deeds[i].is_there)
            send_deed(nostr, &nostr->deeds[i], relay);
}

/* ---- Answers ---- */

static enum source_failure failure_of(struct str words)
{
    static const struct {
        const char         *prefix;
        enum source_failure failure;
    } rows[] = {{"rate-limited:", SOURCE_LIMITED}, {"blocked:", SOURCE_NOT_PERMITTED}, {"restricted:", SOURCE_NOT_PERMITTED}, {"mute:", SOURCE_NOT_PERMITTED},
                {"pow:", SOURCE_NOT_PERMITTED},    {"auth-required:", SOURCE_AUTH},     {"invalid:", SOURCE_REFUSED},          {"error:", SOURCE_TRANSIENT},
                {"duplicate:", SOURCE_DONE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_starts_with(words, str_of(rows[i].prefix)))
            return rows[i].failure;
    return SOURCE_REFUSED;
}

static unsigned open_relays(const struct nostr *nostr)
{
    unsigned open = 0;
    for (size_t i = 0; i < nostr->relay_count; i++)
        open |= nostr->relays[i].phase == RELAY_OPEN ? 1u << i : 0;
    return open;
}

void act_ok(struct nostr *nostr, struct relay *relay, struct str event_id, bool is_ok, struct str words)
{
    if (relay->auth_id[0] && str_equal(event_id, str_of(relay->auth_id))) {
        relay->auth_id[0] = '\0';
        if (is_ok) {
            flow_ask(nostr, relay);
            act_relay_open(nostr, relay);
            return;
        }
        struct source_status status = {.phase = SOURCE_AUTH_FAILED, .remaining = -1, .limit = -1};
        snprintf(status.message, sizeof status.message, "%.100s does not take the key: %.*s", relay->url, (int)(words.len < 120 ? words.len : 120), words.ptr);
        source_port_status(nostr->port, &status);
        return;
    }
    for (size_t i = 0; i < DEEDS_MOST; i++) {
        struct deed *deed = &nostr->deeds[i];
        if (!deed->is_there || deed->is_fetch || !str_equal(event_id, str_of(deed->event_id)))
            continue;
        enum source_failure failure = is_ok ? SOURCE_DONE : failure_of(words);
        if (failure == SOURCE_DONE) {
            end_deed(nostr, deed, SOURCE_DONE, ""); /* one relay that has it is enough: it is public */
            return;
        }
        deed->answered |= 1u << (relay - nostr->relays);
        if (!deed->said[0]) {
            deed->failure = failure;
            snprintf(deed->said, sizeof deed->said, "%.100s: %.*s", relay->url, (int)(words.len < 140 ? words.len : 140), words.ptr);
        }
        /* A refusal for want of an account is answered by one, and then it is sent again. */
        bool comes_again = failure == SOURCE_AUTH && relay->challenge[0];
        if (!comes_again && (deed->sent & open_relays(nostr)) == (deed->answered & open_relays(nostr)))
            end_deed(nostr, deed, deed->failure, deed->said);
        return;
    }
}

static struct deed *deed_of(struct nostr *nostr, struct str request)
{
    int64_t at;
    if (!str_starts_with(request, STR("f")) || !str_to_i64(str_slice(request.ptr + 1, request.len - 1), &at) || at < 0 || at >= DEEDS_MOST ||
        !nostr->deeds[at].is_there || !nostr->deeds[at].is_fetch)
        return NULL;
    return &nostr->deeds[at];
}

void act_found(struct nostr *nostr, struct relay *relay, struct str request, const struct nostr_event *event)
{
    struct deed *deed = deed_of(nostr, request);
    (void)relay;
    if (!deed || !memmem(deed->event.ptr, deed->event.len, event->id.ptr, event->id.len) || nostr_event_verify(nostr->crypto, event, &nostr->scratch))
        return;
    snprintf(deed->event_id, sizeof deed->event_id, "%.*s", STR_ARG(event->id));
    end_deed(nostr, deed, SOURCE_DONE, "");
}

void act_end_of_stored(struct nostr *nostr, struct relay *relay, struct str request)
{
    struct deed *deed = deed_of(nostr, request);
    if (!deed)
        return;
    deed->answered |= 1u << (relay - nostr->relays);
    if ((deed->sent & open_relays(nostr)) == (deed->answered & open_relays(nostr)))
        end_deed(nostr, deed, SOURCE_GONE, "no relay has it");
}

void act_look_at_clock(struct nostr *nostr, int64_t now_us)
{
    for (size_t i = 0; i < DEEDS_MOST; i++) {
        struct deed *deed = &nostr->deeds[i];
        if (!deed->is_there || now_us < deed->until_us)
            continue;
        if (deed->said[0])
            end_deed(nostr, deed, deed->failure, deed->said);
        else if (deed->sent && !deed->is_fetch)
            end_deed(nostr, deed, SOURCE_UNKNOWN_OUTCOME, "it was sent, and no relay said whether it has it");
        else
            end_deed(nostr, deed, SOURCE_TRANSIENT, "no relay is connected");
    }
}

/* NIP-42: the challenge, signed, for this relay alone. */
void act_auth(struct nostr *nostr, struct relay *relay)
{
    struct buf         line = {0};
    cJSON             *tags = cJSON_CreateArray();
    struct nostr_event event = {.created_at = clock_now_us() / CLOCK_SECOND_US, .kind = NOSTR_AUTH, .tags = tags, .content = STR("")};
    if (nostr_has_secret(nostr->crypto)) {
        add_tag(tags, "relay", str_of(relay->url), NULL, NULL);
        add_tag(tags, "challenge", str_of(relay->challenge), NULL, NULL);
        buf_append_str(&line, STR("[\"AUTH\","));
        nostr_event_make(nostr->crypto, &event, relay->auth_id, &line);
        buf_append_char(&line, ']');
        relay_say(nostr, relay, buf_str(&line));
    }
    cJSON_Delete(tags);
    buf_fini(&line);
}
