#include "source/mail/letter.h"

#include "base/clock.h"
#include "base/json.h"

#include <cjson/cJSON.h>

struct str letter_id(const struct mime_mail *mail, const struct letter_place *place, struct arena *arena)
{
    char text[64];
    if (mail->message_id.len)
        return mail->message_id;
    snprintf(text, sizeof text, "uid.%u.%u", place->uid_validity, place->uid);
    return arena_str(arena, str_of(text));
}

/* A Date more than a day behind the arrival is a slow mail; one that lies ahead of it, or weeks behind, is a broken clock. */
static int64_t time_of(const struct mime_mail *mail, const struct letter_place *place, bool *is_wrong_out)
{
    int64_t now_us = clock_now_us(), received_us = place->received_us ? place->received_us : now_us;
    *is_wrong_out = mail->date_us == 0 || mail->date_us > received_us + CLOCK_HOUR_US || mail->date_us < CLOCK_MIN_US ||
                    (place->received_us && mail->date_us < received_us - 30 * CLOCK_DAY_US);
    /* A mailbox that was moved was "received" the day it was moved: then an old Date is the truth. */
    if (*is_wrong_out && mail->date_us >= CLOCK_MIN_US && mail->date_us <= received_us)
        *is_wrong_out = false;
    return *is_wrong_out ? received_us : mail->date_us;
}

bool letter_is_answer(struct str subject)
{
    static const char *const marks[] = {"re:", "aw:", "sv:", "fw:", "fwd:", "antw:", "rv:", "res:"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (subject.len >= strlen(marks[i]) && str_equal_ascii_nocase(str_slice(subject.ptr, strlen(marks[i])), str_of(marks[i])))
            return true;
    return false;
}

/* The subject is said by who begins a thread; an answer repeats it. */
static bool put_text(const struct mime_mail *mail, struct arena *arena, struct post *post)
{
    struct str own = mime_own_words(mail->text, arena);
    struct buf text = {.max_bytes = POST_TEXT_MAX_BYTES};
    if (mail->subject.len && !(mail->in_reply_to.len && letter_is_answer(mail->subject)))
        buf_printf(&text, "%.*s%s", STR_ARG(mail->subject), own.len ? "\n\n" : "");
    buf_append_str(&text, own);
    post->text = text.has_failed || !own.ptr ? (struct str){0} : arena_str(arena, buf_str(&text));
    buf_fini(&text);
    return post->text.ptr;
}

static bool is_web(struct str url)
{
    return str_starts_with(url, STR("https://")) || str_starts_with(url, STR("http://"));
}

enum error_code letter_read(struct str bytes, const struct letter_place *place, struct arena *arena, struct source_item *item, enum letter_kind *kind_out,
                            struct error *error)
{
    struct mime_mail mail;
    struct post     *post = &item->post;
    bool             is_wrong;
    enum error_code  code = mime_read(bytes, arena, &mail, error);
    if (code)
        return code;
    if (!mail.from_address.len) {
        *kind_out = LETTER_NOBODY;
        return ERROR_NONE;
    }
    post->id = letter_id(&mail, place, arena);
    post->kind = STR("message");
    post->at_us = time_of(&mail, place, &is_wrong);
    post->author_id = mail.from_address;
    post->author_handle = mail.from_address;
    post->author_name = mail.from_name.len <= POST_NAME_MAX_BYTES ? mail.from_name : STR("");
    post->community = mail.list_id.len && mail.list_id.len <= POST_NAME_MAX_BYTES ? mail.list_id : arena_str(arena, place->mailbox);
    post->reply_to = mail.in_reply_to;
    post->thread = mail.root;
    post->url = is_web(mail.archived_at) ? mail.archived_at : STR("");
    item->visibility = place->is_public ? STR("public") : STR("private");
    *kind_out = is_wrong ? LETTER_LATE : LETTER_GOOD;
    return post->id.ptr && post->community.ptr && put_text(&mail, arena, post) ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a mail");
}

static uint32_t number_of(const cJSON *json, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsNumber(member) && member->valuedouble > 0 && member->valuedouble <= UINT32_MAX ? (uint32_t)member->valuedouble : 0;
}

bool letter_state_read(struct str state, uint32_t *uid_validity_out, uint32_t *next_out)
{
    cJSON *json = cJSON_ParseWithLength(state.ptr ? state.ptr : "", state.len);
    *uid_validity_out = number_of(json, "uid_validity");
    *next_out = number_of(json, "next");
    cJSON_Delete(json);
    return *uid_validity_out && *next_out;
}

void letter_state_print(uint32_t uid_validity, uint32_t next, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_put_i64(&json, "uid_validity", uid_validity);
    json_put_i64(&json, "next", next);
    json_end(&json);
}
