/* UIDs only grow, so the state is one number: oldest first, all below it was given on. Another UIDVALIDITY means that the numbers are new: then all is read
 * again, and the host knows each mail by its Message-ID. */
#include "source/mail/mail.h"

#include "base/clock.h"
#include "net/imap.h"
#include "source/mail/letter.h"
#include "source/port.h"

#include <stdlib.h>

enum { SUBS_MOST = 8, LIST_MOST = 500, SPAN = 100000, ROUND_MOST = 50, PAUSE_MOST_S = 300 };

struct sub {
    bool                 is_there, is_begun, is_idle, has_news;
    char                 name[SOURCE_SUB_BYTES];
    enum source_mode     mode;
    int64_t              since_us, until_us;
    uint32_t             uid_validity, next; /* 0: from the mail that comes next */
    uint32_t             end;                /* UIDNEXT when it was looked at last */
    int64_t              due_us;
    struct source_batch *batch;
};

struct mail {
    struct source_port *port;
    struct imap        *imap;
    struct sub          subs[SUBS_MOST];
    struct buf          bytes;
    int64_t             again_us, pause_s;
    bool                is_public;
};

static const char *text(struct mail *mail, const char *name)
{
    const char *value = source_port_text(mail->port, name).ptr; /* with a NUL behind it */
    return value ? value : "";
}

static enum client_tls tls_of(struct str word)
{
    return str_equal(word, STR("starttls")) ? CLIENT_STARTTLS : str_equal(word, STR("none")) ? CLIENT_NO_TLS : CLIENT_TLS;
}

/* stop_fd: connecting can take long (servers make who logs in wait after a wrong password), and what is not urgent gives way to an order. */
static enum error_code open_imap(struct mail *mail, int stop_fd, struct error *error)
{
    if (mail->imap)
        return ERROR_NONE;
    return imap_open(&(struct imap_options){.host = text(mail, "host"), .port = (unsigned)source_port_number(mail->port, "port"),
                                            .tls = tls_of(source_port_text(mail->port, "tls")), .user = text(mail, "user"),
                                            .password = text(mail, "password"), .allows_private = source_port_allows_private(mail->port), .stop_fd = stop_fd},
                     &mail->imap, error);
}

static void tell(struct mail *mail, const struct sub *sub, enum source_phase phase, const char *words)
{
    struct source_status status = {.phase = phase, .remaining = -1, .limit = -1};
    if (sub)
        snprintf(status.sub, sizeof status.sub, "%s", sub->name);
    snprintf(status.message, sizeof status.message, "%.250s", words);
    source_port_status(mail->port, &status);
}

/* ---- Batches ---- */

static void send_batch(struct mail *mail, struct sub *sub)
{
    struct buf state = {0};
    if (!sub->batch && sub->has_news)
        sub->batch = source_batch_new(sub->name);
    if (!sub->batch || !source_port_has_room(mail->port, sub->name))
        return;
    letter_state_print(sub->uid_validity, sub->next, &state);
    sub->batch->state = arena_str(&sub->batch->arena, buf_str(&state));
    buf_fini(&state);
    source_port_send(mail->port, sub->batch);
    sub->batch = NULL;
    sub->has_news = false;
}

static enum error_code take_letter(struct mail *mail, struct sub *sub, uint32_t uid, struct error *error)
{
    struct letter_place place = {.uid_validity = sub->uid_validity, .uid = uid, .mailbox = source_port_text(mail->port, "mailbox"), .is_public = mail->is_public};
    enum letter_kind    kind = LETTER_GOOD;
    struct source_item *item;
    enum error_code     code = imap_fetch(mail->imap, uid, LETTER_MOST_BYTES, &mail->bytes, &place.received_us, error);
    if (code == ERROR_NOT_FOUND)
        return ERROR_NONE; /* gone meanwhile */
    if (code)
        return code;
    if (!sub->batch && !(sub->batch = source_batch_new(sub->name)))
        return error_set(error, ERROR_MEMORY, "no memory for a mail");
    if (!(item = source_batch_add(sub->batch, SOURCE_UPSERT)))
        return error_set(error, ERROR_MEMORY, "no memory for a mail");
    code = letter_read(buf_str(&mail->bytes), &place, &sub->batch->arena, item, &kind, error);
    if (kind == LETTER_NOBODY)
        source_port_refused(mail->port, "a mail without a sender", 1);
    else if (kind == LETTER_LATE)
        source_port_refused(mail->port, "a mail's date (its arrival is taken)", 1);
    bool is_asked_for = (!sub->since_us || item->post.at_us >= sub->since_us) && (!sub->until_us || item->post.at_us < sub->until_us);
    if (code || kind == LETTER_NOBODY || !is_asked_for)
        sub->batch->count--;
    return code;
}

/* ---- Reading ---- */

static enum error_code look(struct mail *mail, struct sub *sub, struct error *error)
{
    struct imap_mailbox mailbox;
    enum error_code     code = imap_examine(mail->imap, text(mail, "mailbox"), &mailbox, error);
    if (code == ERROR_NOT_FOUND) {
        char said[200]; /* a message cannot be made of itself */
        snprintf(said, sizeof said, "%.*s", (int)sizeof said - 1, error->message);
        return error_set(error, ERROR_INVALID, "mailbox: '%s' cannot be opened: %s", text(mail, "mailbox"), said);
    }
    if (code)
        return code;
    if (sub->uid_validity && sub->uid_validity != mailbox.uid_validity) {
        source_port_log(mail->port, "warning", "the mailbox was made anew (UIDVALIDITY %u, now %u): it is read from its beginning", sub->uid_validity, mailbox.uid_validity);
        sub->next = 1;
    } else if (!sub->next) { /* from now on, or from a past that was asked for */
        sub->next = sub->since_us || sub->mode == SOURCE_FILL ? 1 : mailbox.uid_next;
        sub->has_news = true;
    }
    sub->uid_validity = mailbox.uid_validity;
    sub->end = mailbox.uid_next;
    /* UIDs can begin high: what is before the oldest is empty, and not asked for in parts. */
    if (!mailbox.first_uid || mailbox.first_uid > sub->next)
        sub->next = mailbox.first_uid && mailbox.first_uid < mailbox.uid_next ? mailbox.first_uid : mailbox.uid_next;
    return ERROR_NONE;
}

/* Some of what is there; *is_done_out: there is no more. */
static enum error_code read_some(struct mail *mail, struct sub *sub, bool *is_done_out, struct error *error)
{
    uint32_t        uids[ROUND_MOST], to = sub->end - sub->next > SPAN ? sub->next + SPAN : sub->end - 1;
    size_t          count = 0, most = source_port_max_items(mail->port);
    enum error_code code = ERROR_NONE;
    *is_done_out = sub->next >= sub->end;
    if (*is_done_out)
        return ERROR_NONE;
    code = imap_list(mail->imap, sub->next, to, uids, ROUND_MOST, &count, error);
    for (size_t i = 0; i < count && !code; i++) {
        if (sub->batch && sub->batch->count >= most) {
            send_batch(mail, sub);
            if (sub->batch)
                return ERROR_NONE; /* no room: the rest is asked for again */
        }
        if ((code = take_letter(mail, sub, uids[i], error)))
            return code;
        sub->next = uids[i] + 1;
        sub->has_news = true;
        if (source_port_is_ending(mail->port))
            return ERROR_NONE;
    }
    if (!code && count < ROUND_MOST)
        sub->next = to + 1;
    return code;
}

static enum error_code work(struct mail *mail, struct sub *sub, int64_t now_us, struct error *error)
{
    bool is_done = false;
    if (!sub->is_begun) {
        enum error_code code = look(mail, sub, error);
        if (code)
            return code;
        sub->is_begun = true;
        if (!sub->is_idle)
            tell(mail, sub, SOURCE_BACKFILL, "");
    }
    if (sub->batch && sub->batch->count >= source_port_max_items(mail->port) && !source_port_has_room(mail->port, sub->name))
        return ERROR_NONE;
    enum error_code code = read_some(mail, sub, &is_done, error);
    if (code || !is_done)
        return code;
    send_batch(mail, sub);
    if (sub->batch)
        return ERROR_NONE;
    if (!sub->is_idle)
        tell(mail, sub, sub->mode == SOURCE_FILL ? SOURCE_IDLE : SOURCE_LIVE, mail->is_public ? "" : "mail is private: nothing is kept unless this is said to be a public list");
    sub->is_idle = true;
    sub->is_begun = false; /* looked at again when it is due */
    sub->due_us = sub->mode == SOURCE_FILL ? INT64_MAX : now_us + source_port_number(mail->port, "poll_s") * CLOCK_SECOND_US;
    return ERROR_NONE;
}

static void lose(struct mail *mail, const struct error *error)
{
    imap_close(mail->imap);
    mail->imap = NULL;
    mail->pause_s = mail->pause_s ? mail->pause_s * 2 : 1;
    mail->pause_s = mail->pause_s < PAUSE_MOST_S ? mail->pause_s : PAUSE_MOST_S;
    mail->again_us = clock_monotonic_us() + mail->pause_s * CLOCK_SECOND_US;
    for (size_t i = 0; i < SUBS_MOST; i++)
        mail->subs[i].is_begun = mail->subs[i].is_idle = false;
    tell(mail, NULL, SOURCE_ERROR, error->message);
}

/* ---- Answers ---- */

struct target {
    struct arena     arena;
    struct mime_mail mail;
};

static enum error_code find_target(struct mail *mail, struct str id, struct target *target, struct error *error)
{
    uint32_t            uids[1];
    size_t              count = 0;
    int64_t             received_us;
    struct imap_mailbox mailbox;
    char                name[SOURCE_ID_BYTES];
    snprintf(name, sizeof name, "%.*s", STR_ARG(id));
    enum error_code code = open_imap(mail, 0, error);
    if (!code)
        code = imap_examine(mail->imap, text(mail, "mailbox"), &mailbox, error);
    if (!code)
        code = imap_find(mail->imap, name, uids, 1, &count, error);
    if (!code && !count)
        code = error_set(error, ERROR_NOT_FOUND, "the mail that it answers is not in the mailbox");
    if (!code)
        code = imap_fetch(mail->imap, uids[0], LETTER_MOST_BYTES, &mail->bytes, &received_us, error);
    return code ? code : mime_read(buf_str(&mail->bytes), &target->arena, &target->mail, error);
}

static enum source_failure failure_of(enum error_code code)
{
    switch (code) {
    case ERROR_NONE: return SOURCE_DONE;
    case ERROR_NOT_FOUND: return SOURCE_GONE;
    case ERROR_DENIED: return SOURCE_AUTH;
    case ERROR_BUSY: return SOURCE_LIMITED;
    case ERROR_INVALID:
    case ERROR_FORBIDDEN: return SOURCE_REFUSED;
    case ERROR_UNCERTAIN: return SOURCE_UNKNOWN_OUTCOME;
    default: return SOURCE_TRANSIENT; /* client_mail tells apart what may have been sent */
    }
}

static enum error_code reply(struct mail *mail, const struct source_command *command, char *message_id, size_t room, struct error *error)
{
    struct target        target = {0};
    struct client_answer answer;
    char                 to[256], subject[512];
    const char          *from = text(mail, "from"), *list = text(mail, "list_address");
    enum error_code      code = find_target(mail, command->target_id, &target, error);
    if (!code) {
        struct str whom = list[0] ? str_of(list) : target.mail.reply_to.len ? target.mail.reply_to : target.mail.from_address;
        snprintf(to, sizeof to, "%.*s", STR_ARG(whom));
        snprintf(subject, sizeof subject, "%s%.*s", letter_is_answer(target.mail.subject) ? "" : "Re: ", (int)(target.mail.subject.len < 480 ? target.mail.subject.len : 480), target.mail.subject.ptr);
        /* From the key alone: should it be sent twice, both have one Message-ID, and readers and archives show one. */
        snprintf(message_id, room, "%s.bellwether@%s", command->key, strchr(from, '@') ? strchr(from, '@') + 1 : "localhost");
        code = client_mail(&(struct client_mail){.host = text(mail, "smtp_host")[0] ? text(mail, "smtp_host") : text(mail, "host"),
                                                 .port = (unsigned)source_port_number(mail->port, "smtp_port"), .tls = tls_of(source_port_text(mail->port, "smtp_tls")),
                                                 .user = source_port_boolean(mail->port, "smtp_login") ? text(mail, "user") : NULL, .password = text(mail, "password"),
                                                 .from = from, .to = to, .subject = str_of(subject), .text = command->text, .message_id = message_id,
                                                 .in_reply_to = target.mail.message_id.ptr, .references = target.mail.references.ptr, .is_personal = true,
                                                 .at_us = command->ordered_us ? command->ordered_us : clock_now_us()}, &answer, error);
        if (code && answer.said[0])
            error_hint(error, "%s", answer.said);
    }
    arena_fini(&target.arena);
    return code;
}

static void act(struct mail *mail, const struct source_command *command)
{
    struct source_result result = {.failure = SOURCE_DONE};
    struct error         error = {0};
    enum error_code      code = ERROR_NONE;
    snprintf(result.id, sizeof result.id, "%s", command->id);
    if (command->act != SOURCE_REPLY) {
        result.failure = SOURCE_UNSUPPORTED;
        snprintf(result.message, sizeof result.message, "mail can only be answered");
    } else if (!text(mail, "from")[0]) {
        result.failure = SOURCE_AUTH;
        snprintf(result.message, sizeof result.message, "from: no address to answer from is set");
    } else if (!command->text.len || !command->target_id.len) {
        result.failure = SOURCE_REFUSED;
        snprintf(result.message, sizeof result.message, "there is no text, or no mail that it answers");
    } else {
        code = reply(mail, command, result.native_id, sizeof result.native_id, &error);
        result.failure = failure_of(code);
        result.retry_after_s = code == ERROR_BUSY ? 60 : 0;
        if (code) {
            snprintf(result.message, sizeof result.message, "%.250s", error.message);
            if (code != ERROR_UNCERTAIN)
                result.native_id[0] = '\0';
            if (code == ERROR_IO && mail->imap) { /* whichever it was, the next one begins anew */
                imap_close(mail->imap);
                mail->imap = NULL;
                for (size_t i = 0; i < SUBS_MOST; i++)
                    mail->subs[i].is_begun = false;
            }
        }
    }
    source_port_result(mail->port, &result);
}

/* ---- Orders and the loop ---- */

static void end_sub(struct sub *sub)
{
    source_batch_free(sub->batch);
    *sub = (struct sub){0};
}

static void subscribe(struct mail *mail, const struct source_order *order)
{
    struct sub *sub = NULL;
    for (size_t i = 0; i < SUBS_MOST; i++)
        if (mail->subs[i].is_there && !strcmp(mail->subs[i].name, order->sub))
            end_sub(&mail->subs[i]);
    for (size_t i = 0; i < SUBS_MOST && !sub; i++)
        if (!mail->subs[i].is_there)
            sub = &mail->subs[i];
    if (!sub) {
        tell(mail, NULL, SOURCE_ERROR, "too many subscriptions");
        return;
    }
    *sub = (struct sub){.is_there = true, .mode = order->mode, .since_us = order->query.since_us, .until_us = order->query.until_us};
    snprintf(sub->name, sizeof sub->name, "%s", order->sub);
    if (!letter_state_read(order->state, &sub->uid_validity, &sub->next))
        sub->uid_validity = sub->next = 0;
}

static enum error_code check(struct mail *mail, struct error *error)
{
    struct source_account account = {0};
    struct imap_mailbox   mailbox;
    enum error_code       code = open_imap(mail, 0, error);
    if (!code && (code = imap_examine(mail->imap, text(mail, "mailbox"), &mailbox, error)) == ERROR_NOT_FOUND)
        code = ERROR_INVALID;
    if (code)
        return code;
    snprintf(account.id, sizeof account.id, "%s", text(mail, "user"));
    snprintf(account.handle, sizeof account.handle, "%s", text(mail, "from")[0] ? text(mail, "from") : text(mail, "user"));
    source_port_ready(mail->port, &account);
    return ERROR_NONE;
}

static enum error_code take_order(struct mail *mail, const struct source_order *order, bool *goes_on, struct error *error)
{
    switch (order->kind) {
    case SOURCE_ORDER_CHECK: return check(mail, error);
    case SOURCE_ORDER_SUBSCRIBE: subscribe(mail, order); break;
    case SOURCE_ORDER_UNSUBSCRIBE:
        for (size_t i = 0; i < SUBS_MOST; i++)
            if (mail->subs[i].is_there && !strcmp(mail->subs[i].name, order->sub))
                end_sub(&mail->subs[i]);
        break;
    case SOURCE_ORDER_COMMAND: act(mail, &order->command); break;
    case SOURCE_ORDER_SHUTDOWN: *goes_on = false; break;
    }
    return ERROR_NONE;
}

/* Milliseconds until something is due. */
static int64_t work_all(struct mail *mail, enum error_code *code_out, struct error *error)
{
    int64_t now_us = clock_monotonic_us(), next_us = now_us + 60 * CLOCK_SECOND_US;
    for (size_t i = 0; i < SUBS_MOST && !*code_out; i++) {
        struct sub *sub = &mail->subs[i];
        if (!sub->is_there)
            continue;
        int64_t due_us = sub->due_us > mail->again_us ? sub->due_us : mail->again_us;
        if (due_us <= now_us) {
            enum error_code code = open_imap(mail, source_port_fd(mail->port), error);
            if (code == ERROR_CANCELLED)
                return 0;
            if (!code)
                code = work(mail, sub, now_us, error);
            if (!code)
                mail->pause_s = 0;
            if (code == ERROR_IO || code == ERROR_TOO_LARGE)
                lose(mail, error);
            else
                *code_out = code;
            due_us = sub->due_us > mail->again_us ? sub->due_us : mail->again_us;
            bool is_full = sub->batch && !source_port_has_room(mail->port, sub->name);
            due_us = is_full ? now_us + 100000 : due_us;
        }
        next_us = due_us < next_us ? due_us : next_us;
    }
    return next_us > now_us ? (next_us - now_us) / 1000 + 1 : 0;
}

static enum error_code run(struct source_port *port, struct error *error)
{
    struct mail     mail = {.port = port, .is_public = source_port_boolean(port, "is_public_list")};
    enum error_code code = ERROR_NONE;
    bool            goes_on = true;
    int64_t         wait_ms = -1;
    while (goes_on && !code) {
        struct source_order *order = source_port_take(port, wait_ms);
        while (order && goes_on && !code) {
            code = take_order(&mail, order, &goes_on, error);
            source_order_free(order);
            order = goes_on && !code ? source_port_take(port, 0) : NULL;
        }
        wait_ms = goes_on && !code ? work_all(&mail, &code, error) : 0;
    }
    for (size_t i = 0; i < SUBS_MOST; i++)
        end_sub(&mail.subs[i]);
    imap_close(mail.imap);
    buf_fini(&mail.bytes);
    return code;
}

static const struct connector_field fields[] = {
    {.name = "host", .label = "IMAP server", .help = "The mail server's name.", .type = CONNECTOR_TEXT, .is_required = true},
    {.name = "port", .label = "IMAP port", .help = "0: the usual one, 993 with TLS and 143 else.", .type = CONNECTOR_NUMBER, .fallback = "0", .least = 0, .most = 65535},
    {.name = "tls", .label = "Encryption", .help = "How the connection is protected.", .type = CONNECTOR_WORD, .words = "tls starttls none", .fallback = "tls"},
    {.name = "user", .label = "User", .help = "Who logs in.", .type = CONNECTOR_TEXT, .is_required = true},
    {.name = "password", .label = "Password", .help = "An app password where the provider has them.", .type = CONNECTOR_TEXT, .is_secret = true, .is_required = true},
    {.name = "mailbox", .label = "Mailbox", .help = "The folder that is read. Nothing in it is changed or marked as read.", .type = CONNECTOR_TEXT, .fallback = "INBOX"},
    {.name = "is_public_list", .label = "This mailbox receives a public list", .help = "Mail is private, and private posts are not kept. Say yes only where everything in this "
     "mailbox was written for the public: a public mailing list, press releases.", .type = CONNECTOR_BOOLEAN, .fallback = "false"},
    {.name = "poll_s", .label = "Pause", .help = "Seconds between two looks.", .type = CONNECTOR_NUMBER, .fallback = "60", .least = 1, .most = 86400},
    {.name = "from", .label = "Answer from", .help = "The address that answers come from. Without it nothing is sent.", .type = CONNECTOR_TEXT, .fallback = ""},
    {.name = "list_address", .label = "Answer to the list", .help = "The list's address, where answers go to everybody. Without it they go to the author.", .type = CONNECTOR_TEXT, .fallback = ""},
    {.name = "smtp_host", .label = "SMTP server", .help = "Where answers are handed in; the IMAP server where not said.", .type = CONNECTOR_TEXT, .fallback = ""},
    {.name = "smtp_port", .label = "SMTP port", .help = "0: the usual one, 465 with TLS, 587 with STARTTLS.", .type = CONNECTOR_NUMBER, .fallback = "0", .least = 0, .most = 65535},
    {.name = "smtp_tls", .label = "SMTP encryption", .help = "How handing in is protected.", .type = CONNECTOR_WORD, .words = "tls starttls none", .fallback = "starttls"},
    {.name = "smtp_login", .label = "SMTP login", .help = "Hand in with the same user and password.", .type = CONNECTOR_BOOLEAN, .fallback = "true"},
    {.name = NULL},
};

const struct connector connector_mail = {
    .name = "mail",
    .network = "mail",
    .title = "Mail (IMAP)",
    .summary = "A mailbox that a public mailing list is delivered to: each mail is a message in its thread, without what it quotes. Answers go out by SMTP. Mail that is "
               "not said to be public is not kept.",
    .evidence = "Dovecot 2.3.19 (IMAP) and aiosmtpd (SMTP); mails of Python's email package, and broken ones",
    .modes = SOURCE_POLL | SOURCE_FILL,
    .acts = SOURCE_REPLY,
    .text_unit = SOURCE_CHARACTERS,
    .fields = fields,
    .run = run,
};
