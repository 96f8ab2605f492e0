/* A mail as an item, and the state of a mailbox. */
#ifndef SOURCE_MAIL_LETTER_H
#define SOURCE_MAIL_LETTER_H

#include "source/mail/mime.h"
#include "source/source.h"

enum { LETTER_MOST_BYTES = 1024 * 1024 /* of a mail: what is behind is attachments */ };

struct letter_place { /* which message of which mailbox */
    uint32_t   uid_validity, uid;
    int64_t    received_us; /* 0: not said */
    struct str mailbox;
    bool       is_public;
};
enum letter_kind { LETTER_GOOD, LETTER_LATE /* its Date cannot be: the time it was received is taken */, LETTER_NOBODY /* no sender: not an item */ };
/* Fills item (made by source_batch_add with UPSERT), strings in arena. ERROR_MEMORY alone. */
enum error_code letter_read(struct str bytes, const struct letter_place *place, struct arena *arena, struct source_item *item, enum letter_kind *kind_out,
                            struct error *error);
/* The Message-ID, or a name made of the place where there is none. In arena; ptr NULL: no memory. */
struct str letter_id(const struct mime_mail *mail, const struct letter_place *place, struct arena *arena);

/* "Re: ..." in the usual languages. */
bool letter_is_answer(struct str subject);

/* {"uid_validity":1,"next":2}: all below next was given on. False: it says nothing. */
bool letter_state_read(struct str state, uint32_t *uid_validity_out, uint32_t *next_out);
void letter_state_print(uint32_t uid_validity, uint32_t next, struct buf *out);

#endif
