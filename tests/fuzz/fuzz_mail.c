/* Any bytes are a mail: its words are UTF-8 within their maximum, its ids could stand in an archive, and the post that it becomes is one the host takes. */
#include "fuzz.h"

#include "base/utf8.h"
#include "source/mail/letter.h"

static void check_words(struct str words, const char *what)
{
    fuzz_check(words.len == 0 || utf8_is_valid(words), "%s is not UTF-8", what);
}

static void check_id(struct str id, const char *what)
{
    for (size_t i = 0; i < id.len; i++)
        fuzz_check((unsigned char)id.ptr[i] > 0x20 && (unsigned char)id.ptr[i] < 0x7f, "%s holds the byte %u", what, (unsigned char)id.ptr[i]);
    fuzz_check(id.len <= 400, "%s has %zu bytes", what, id.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena        arena = {0};
    struct error        error = {0};
    struct mime_mail    mail;
    struct str          bytes = {(const char *)data, size};
    struct letter_place place = {.uid_validity = 1, .uid = 2, .received_us = INT64_C(1700000000000000), .mailbox = STR("INBOX"), .is_public = true};
    struct source_batch *batch = source_batch_new("s");
    struct source_item *item = source_batch_add(batch, SOURCE_UPSERT);
    enum letter_kind    kind;
    struct post         post;
    uint32_t            uid_validity, next;
    fuzz_check(!mime_read(bytes, &arena, &mail, &error), "%s", error.message);
    check_words(mail.text, "the text");
    check_words(mail.subject, "the subject");
    check_words(mail.from_name, "the name");
    check_words(mail.list_id, "the list");
    check_id(mail.message_id, "the Message-ID");
    check_id(mail.in_reply_to, "In-Reply-To");
    check_id(mail.root, "the root");
    fuzz_check(mail.text.len <= MIME_TEXT_MOST_BYTES, "a text of %zu bytes", mail.text.len);
    check_words(mime_decode_words(bytes, &arena), "decoded words");
    fuzz_check(!letter_read(bytes, &place, &batch->arena, item, &kind, &error), "%s", error.message);
    if (kind != LETTER_NOBODY)
        fuzz_check(!source_item_post(item, STR("mail"), &arena, &post, &error), "the post is refused: %s", error.message);
    letter_state_read(bytes, &uid_validity, &next);
    source_batch_free(batch);
    arena_fini(&arena);
    return 0;
}
