/* What a subscription wants of a relay. First live, and when the relay has said that it listens, the past in pages, newest first, down to what is
 * known. In this order nothing falls between: what was stored before is in a page, what comes later is live. Then live alone, and every few minutes
 * the newest ten minutes once more, because relays drop live events under load and authors' clocks are late. */
#include "source/nostr/inside.h"

/* ---- Requests. Their names: "l" or "p", subscription, salt and page; "n": names of people ---- */

static void name_request(struct buf *out, char what, size_t sub, const struct sub *of, unsigned page)
{
    buf_printf(out, "%c%zu.%llu.%u", what, sub, (unsigned long long)of->salt, page);
}

/* The subscription that a request was for, and its page; NULL: it is over. */
static struct sub *sub_of(struct nostr *nostr, struct str request, unsigned *page_out)
{
    unsigned long long salt = 0;
    size_t             at = 0;
    char               text[64];
    if (request.len < 2 || request.len >= sizeof text)
        return NULL;
    snprintf(text, sizeof text, "%.*s", STR_ARG(request));
    if (sscanf(text + 1, "%zu.%llu.%u", &at, &salt, page_out) != 3 || at >= SUBS_MOST || !nostr->subs[at].is_there || nostr->subs[at].salt != salt)
        return NULL;
    return &nostr->subs[at];
}

static void say_close(struct nostr *nostr, struct relay *relay, struct str request)
{
    struct buf line = {0};
    buf_printf(&line, "[\"CLOSE\",\"%.*s\"]", STR_ARG(request));
    relay_say(nostr, relay, buf_str(&line));
    buf_fini(&line);
}

static void ask_live(struct nostr *nostr, struct relay *relay, struct sub *sub, struct track *track)
{
    struct buf line = {0};
    int64_t    now = clock_now_us() / CLOCK_SECOND_US;
    buf_append_str(&line, STR("[\"REQ\",\""));
    name_request(&line, 'l', (size_t)(sub - nostr->subs), sub, 0);
    buf_append_char(&line, '"');
    for (size_t i = 0; i < sub->wants.count; i++) {
        buf_append_char(&line, ',');
        buf_append_str(&line, sub->wants.filters[i]);
        buf_printf(&line, ",\"since\":%lld,\"limit\":1}", (long long)(now - NOSTR_OVERLAP_S));
    }
    buf_append_char(&line, ']');
    track->phase = TRACK_LIVE_ASKED;
    track->newest = 0;
    relay_say(nostr, relay, buf_str(&line));
    buf_fini(&line);
}

static void ask_page(struct nostr *nostr, struct relay *relay, struct sub *sub, struct track *track)
{
    struct buf line = {0};
    bool       is_ranked = sub->mode == SOURCE_SEARCH || sub->mode == SOURCE_THREAD; /* by what fits: there is one page, of any time */
    track->page++;
    track->count = 0;
    track->oldest = INT64_MAX;
    track->is_asked = true;
    buf_append_str(&line, STR("[\"REQ\",\""));
    name_request(&line, 'p', (size_t)(sub - nostr->subs), sub, track->page);
    buf_append_str(&line, STR("\","));
    buf_append_str(&line, sub->wants.filters[track->filter]);
    if (!is_ranked || sub->since)
        buf_printf(&line, ",\"since\":%lld", (long long)track->low);
    buf_printf(&line, ",\"until\":%lld,\"limit\":%u}]", (long long)track->high, nostr_limit(relay));
    relay_say(nostr, relay, buf_str(&line));
    buf_fini(&line);
}

/* ---- Intervals ---- */

/* The end of an interval that ends now. Relays keep answers for a while by the very letters of a filter, so that who comes back within a second would be
 * given what was there before: another number each time is answered anew. */
static int64_t ahead(struct nostr *nostr)
{
    return clock_now_us() / CLOCK_SECOND_US + NOSTR_AHEAD_S + (int64_t)rng_below(&nostr->rng, 1000000);
}

static void page_interval(struct nostr *nostr, struct relay *relay, struct sub *sub, struct track *track, int64_t low, int64_t high)
{
    track->phase = TRACK_PAGING;
    track->low = low > 0 ? low : 0;
    track->high = high;
    track->filter = 0;
    track->largest = 0;
    ask_page(nostr, relay, sub, track);
}

/* Behind a break: what a page left open first, then what came since. */
static void page_past(struct nostr *nostr, struct relay *relay, struct sub *sub, struct track *track)
{
    bool    is_known = track->far.since > 0;
    int64_t now = clock_now_us() / CLOCK_SECOND_US;
    if (!is_known)
        track->far.since = sub->since ? sub->since : sub->mode == SOURCE_STREAM ? now : 1;
    track->is_first = track->far.until > 0 && sub->mode == SOURCE_STREAM;
    int64_t low = is_known && sub->mode == SOURCE_STREAM ? track->far.since - NOSTR_OVERLAP_S : track->far.since;
    int64_t high = track->far.until ? track->far.until : sub->mode == SOURCE_STREAM ? ahead(nostr) : sub->until ? sub->until : now;
    page_interval(nostr, relay, sub, track, low, high);
}

static void end_of_interval(struct nostr *nostr, struct relay *relay, struct sub *sub, struct track *track)
{
    int64_t now = clock_now_us() / CLOCK_SECOND_US;
    sub->has_news = true;
    if (track->is_first) {
        track->is_first = false;
        track->far = (struct nostr_far){.since = track->far.head};
        page_interval(nostr, relay, sub, track, track->far.since - NOSTR_OVERLAP_S, ahead(nostr));
        return;
    }
    int64_t head = sub->mode == SOURCE_STREAM ? track->newest < now ? track->newest : now : sub->until ? sub->until : now;
    track->far = (struct nostr_far){.since = head > track->far.since ? head : track->far.since};
    track->phase = sub->mode == SOURCE_STREAM ? TRACK_LIVE : TRACK_DONE;
    track->is_sweep = false;
    track->sweep_us = clock_monotonic_us() + SWEEP_S * CLOCK_SECOND_US;
}

/* A second that holds more events than one answer may, and cannot be asked for in parts. */
static void tell_gap(struct nostr *nostr, struct sub *sub, const struct relay *relay, int64_t second)
{
    struct source_status status = {.phase = SOURCE_GAP, .from_us = second * CLOCK_SECOND_US, .until_us = (second + 1) * CLOCK_SECOND_US, .remaining = -1, .limit = -1};
    snprintf(status.sub, sizeof status.sub, "%s", sub->name);
    snprintf(status.message, sizeof status.message, "%.100s has more posts of one second than it gives in one answer", relay->url);
    source_port_status(nostr->port, &status);
}

static void end_of_page(struct nostr *nostr, struct relay *relay, struct sub *sub, struct track *track)
{
    bool is_ranked = sub->mode == SOURCE_SEARCH || sub->mode == SOURCE_THREAD, is_over = track->count == 0 || is_ranked;
    track->is_asked = false;
    if (!is_over) {
        /* At the same second once more, as its other events may have been cut off; but not twice. */
        bool is_stuck = track->oldest >= track->high;
        if (is_stuck && track->largest > 1 && track->count >= track->largest)
            tell_gap(nostr, sub, relay, track->high);
        track->largest = track->count > track->largest ? track->count : track->largest;
        track->high = is_stuck ? track->high - 1 : track->oldest;
        is_over = track->high < track->low;
    }
    /* Only a single filter's pages tell how far all is. */
    if (!is_over && sub->wants.past_count == 1 && !track->is_sweep && !is_ranked) {
        int64_t now = clock_now_us() / CLOCK_SECOND_US;
        track->far.until = track->high;
        if (!track->is_first)
            track->far.head = sub->mode != SOURCE_STREAM ? track->far.until : track->newest < now ? track->newest : now;
        track->far.head = track->far.head > track->far.until ? track->far.head : track->far.until;
        sub->has_news = true;
    }
    if (!is_over) {
        ask_page(nostr, relay, sub, track);
    } else if (++track->filter < sub->wants.past_count) {
        track->high = sub->mode == SOURCE_STREAM ? ahead(nostr) : sub->until ? sub->until : clock_now_us() / CLOCK_SECOND_US;
        track->largest = 0;
        ask_page(nostr, relay, sub, track);
    } else {
        end_of_interval(nostr, relay, sub, track);
    }
}

/* ---- What the loop calls ---- */

void flow_begin(struct nostr *nostr, struct sub *sub, const struct source_order *order)
{
    *sub = (struct sub){.is_there = true, .mode = order->mode, .salt = ++nostr->salts, .said = SOURCE_IDLE};
    snprintf(sub->name, sizeof sub->name, "%s", order->sub);
    sub->since = order->query.since_us / CLOCK_SECOND_US;
    sub->until = order->query.until_us / CLOCK_SECOND_US;
    if (!nostr_wants_read(&order->query, order->mode, &sub->arena, &sub->wants))
        source_port_log(nostr->port, "error", "no memory for what %s wants", sub->name);
    if (sub->wants.unread)
        source_port_log(nostr->port, "warning", "%u of the accounts are no names of Nostr (npub1...)", sub->wants.unread);
    for (size_t i = 0; i < nostr->relay_count; i++) {
        nostr_state_read(order->state, nostr->urls[i], &sub->tracks[i].far);
        if (!sub->wants.count)
            sub->tracks[i].phase = TRACK_DONE;
    }
    for (size_t i = 0; i < nostr->relay_count; i++)
        flow_ask(nostr, &nostr->relays[i]);
}

void flow_ask(struct nostr *nostr, struct relay *relay)
{
    size_t at = (size_t)(relay - nostr->relays);
    for (size_t i = 0; i < SUBS_MOST && relay->phase == RELAY_OPEN; i++) {
        struct sub   *sub = &nostr->subs[i];
        struct track *track = &sub->tracks[at];
        if (!sub->is_there)
            continue;
        if (track->phase == TRACK_NEW && sub->mode == SOURCE_STREAM) {
            ask_live(nostr, relay, sub, track);
        } else if (track->phase == TRACK_NEW) {
            track->newest = 0;
            if (sub->mode == SOURCE_SEARCH && !relay->has_search)
                source_port_log(nostr->port, "warning", "%s does not say that it can search", relay->url);
            page_past(nostr, relay, sub, track);
        } else if (track->phase == TRACK_LIVE && clock_monotonic_us() >= track->sweep_us) {
            track->is_sweep = true;
            page_interval(nostr, relay, sub, track, track->far.since - NOSTR_OVERLAP_S, ahead(nostr));
        }
    }
}

/* A page's times count whether or not its events were good: they say where the next one begins, and a relay that lies about them only hides from us
 * what it could as well not have given. Live ones say how far we are, so they must be true. */
static void note_time(struct nostr *nostr, struct relay *relay, struct sub *sub, struct track *track, char what, unsigned page, bool is_good,
                      const struct nostr_event *event)
{
    if (is_good && event->created_at > track->newest)
        track->newest = event->created_at;
    if (what == 'p' && page == track->page && track->is_asked) {
        track->count++;
        track->oldest = event->created_at < track->oldest ? event->created_at : track->oldest;
        if (track->count > PAGE_ENDLESS * PAGE_MOST) {
            source_port_refused(nostr->port, "an answer without an end", 1);
            relay->pause_s = 300;
            relay_lose(nostr, relay, ERROR_INVALID, "its answer has no end", 0);
        }
    } else if (is_good && what == 'l' && track->phase == TRACK_LIVE) {
        int64_t now = clock_now_us() / CLOCK_SECOND_US, head = track->newest < now ? track->newest : now;
        if (head > track->far.since) {
            track->far.since = head;
            sub->has_news = true;
        }
    }
}

void flow_event(struct nostr *nostr, struct relay *relay, struct str request, const struct nostr_event *event)
{
    unsigned page = 0;
    if (str_starts_with(request, STR("n"))) {
        if (event->kind == NOSTR_PROFILE)
            take_profile(nostr, event);
        return;
    }
    struct sub *sub = sub_of(nostr, request, &page);
    if (!sub)
        return; /* what was on its way when we closed the request */
    bool is_good = take_event(nostr, relay, sub, event);
    if (relay->phase == RELAY_OPEN)
        note_time(nostr, relay, sub, &sub->tracks[relay - nostr->relays], request.ptr[0], page, is_good, event);
}

void flow_end_of_stored(struct nostr *nostr, struct relay *relay, struct str request)
{
    unsigned page = 0;
    if (str_starts_with(request, STR("n"))) {
        relay->names_us = 0;
        say_close(nostr, relay, request);
        return;
    }
    struct sub   *sub = sub_of(nostr, request, &page);
    struct track *track = sub ? &sub->tracks[relay - nostr->relays] : NULL;
    if (!sub)
        return;
    relay->pause_s = 0; /* it serves us */
    if (request.ptr[0] == 'l' && track->phase == TRACK_LIVE_ASKED) {
        page_past(nostr, relay, sub, track);
    } else if (request.ptr[0] == 'p' && page == track->page && track->is_asked) {
        say_close(nostr, relay, request);
        if (relay->phase == RELAY_OPEN)
            end_of_page(nostr, relay, sub, track);
    }
}

static void tell_refusal(struct nostr *nostr, const struct relay *relay, enum source_phase phase, struct str words)
{
    struct source_status status = {.phase = phase, .remaining = -1, .limit = -1};
    snprintf(status.message, sizeof status.message, "%.100s: %.*s", relay->url, (int)(words.len < 140 ? words.len : 140), words.ptr);
    source_port_status(nostr->port, &status);
}

void flow_closed(struct nostr *nostr, struct relay *relay, struct str request, struct str words)
{
    unsigned    page = 0;
    struct sub *sub = sub_of(nostr, request, &page);
    if (str_starts_with(request, STR("n")))
        relay->names_us = 0;
    if (!sub || (request.ptr[0] != 'l' && request.ptr[0] != 'p'))
        return;
    struct track *track = &sub->tracks[relay - nostr->relays];
    if (str_starts_with(words, STR("auth-required:")) && nostr_has_secret(nostr->crypto)) {
        track->phase = track->phase == TRACK_DONE ? TRACK_DONE : TRACK_NEW; /* asked again when the account is accepted */
        return;
    }
    bool is_auth = str_starts_with(words, STR("auth-required:")) || str_starts_with(words, STR("restricted:"));
    bool is_busy = str_starts_with(words, STR("rate-limited:"));
    if (!is_busy)
        tell_refusal(nostr, relay, is_auth ? SOURCE_AUTH_FAILED : SOURCE_ERROR, words);
    relay->pause_s = is_busy ? 16 : 300;
    relay_lose(nostr, relay, is_busy ? ERROR_BUSY : ERROR_INVALID, words.len ? words.ptr : "it closed a request", 0);
}

void flow_lost(struct nostr *nostr, struct relay *relay)
{
    size_t at = (size_t)(relay - nostr->relays);
    for (size_t i = 0; i < SUBS_MOST; i++) {
        struct track *track = &nostr->subs[i].tracks[at];
        if (!nostr->subs[i].is_there || track->phase == TRACK_DONE)
            continue;
        track->phase = TRACK_NEW;
        track->is_asked = false;
    }
}

/* ---- Phases, for people ---- */

static enum source_phase phase_of(const struct nostr *nostr, const struct sub *sub)
{
    size_t done = 0, live = 0, open = 0;
    for (size_t i = 0; i < nostr->relay_count; i++) {
        done += sub->tracks[i].phase == TRACK_DONE;
        live += sub->tracks[i].phase == TRACK_LIVE || (sub->tracks[i].phase == TRACK_PAGING && sub->tracks[i].is_sweep);
        open += nostr->relays[i].phase == RELAY_OPEN;
    }
    return done == nostr->relay_count ? SOURCE_IDLE : live ? SOURCE_LIVE : open ? SOURCE_BACKFILL : SOURCE_ERROR;
}

void flow_tell(struct nostr *nostr)
{
    for (size_t i = 0; i < SUBS_MOST; i++) {
        struct sub *sub = &nostr->subs[i];
        if (!sub->is_there)
            continue;
        enum source_phase phase = phase_of(nostr, sub);
        bool              has_tried = false;
        for (size_t k = 0; k < nostr->relay_count; k++)
            has_tried = has_tried || nostr->relays[k].pause_s > 0;
        if ((phase == SOURCE_ERROR && !has_tried) || (sub->has_begun && phase == sub->said))
            continue;
        if (phase == SOURCE_IDLE && (sub->batch || sub->ready_count))
            continue; /* idle is said behind the last batch */
        struct source_status status = {.phase = phase, .remaining = -1, .limit = -1};
        snprintf(status.sub, sizeof status.sub, "%s", sub->name);
        if (phase == SOURCE_ERROR)
            snprintf(status.message, sizeof status.message, "no relay is connected: %.200s", nostr->relays[0].error.message);
        source_port_status(nostr->port, &status);
        sub->said = phase;
        sub->has_begun = true;
    }
}
