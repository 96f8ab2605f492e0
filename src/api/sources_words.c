/* Where a source stands, said to a person, and what to do about it. One place: the page and the command line say the same. */
#include "api/sources.h"

#include "base/clock.h"

static void at(struct buf *out, const char *words, int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];
    clock_print(at_us, text);
    buf_printf(out, "%s %.8s UTC", words, strlen(text) > 18 ? text + 11 : text);
}

static void words_at_work(const struct capture_health *health, struct buf *words, struct buf *advice)
{
    switch (health->said) {
    case SOURCE_BACKFILL: buf_append_str(words, STR("catching up")); break;
    case SOURCE_LIVE: buf_append_str(words, STR("live")); break;
    case SOURCE_IDLE: buf_append_str(words, STR("at rest until the next look")); break;
    case SOURCE_RATE_LIMITED:
        if (health->rate_until_us)
            at(words, "asked by the platform to wait until", health->rate_until_us);
        else
            buf_append_str(words, STR("asked by the platform to wait"));
        buf_append_str(advice, STR("It goes on by itself. Where this happens often, narrow the query or read less often."));
        break;
    case SOURCE_AUTH_FAILED:
        buf_append_str(words, STR("not let in by the platform"));
        buf_append_str(advice, STR("Give it a new token or password under Settings."));
        break;
    case SOURCE_GAP:
        buf_append_str(words, STR("live; some posts were missed"));
        buf_append_str(advice, STR("The platform could not give them back. When and why is under Coverage, and charts are hatched there."));
        break;
    case SOURCE_ERROR:
        buf_append_str(words, STR("in trouble"));
        buf_append_str(advice, STR("It goes on trying. If it does not mend, test the connection under Settings."));
        break;
    }
}

void sources_words(const struct capture_source *source, const struct capture_health *health, struct buf *words, struct buf *advice)
{
    bool has_secrets = source->secret_names.len > 0;
    switch (source->is_paused ? CAPTURE_PAUSED : health->phase) {
    case CAPTURE_PAUSED: buf_append_str(words, STR("paused")); break;
    case CAPTURE_STARTING: buf_append_str(words, STR("connecting")); break;
    case CAPTURE_AT_WORK: words_at_work(health, words, advice); break;
    case CAPTURE_WAITING:
        if (health->retry_us)
            at(words, "trying again at", health->retry_us);
        else
            buf_append_str(words, STR("trying again soon"));
        buf_append_str(advice, STR("It starts again by itself, at first after a second, later every five minutes. If it goes on, look whether the "
                                   "platform's address can be reached from this server."));
        break;
    case CAPTURE_NEEDS_PERSON:
        buf_append_str(words, STR("stopped: it needs somebody"));
        buf_append_str(advice, has_secrets ? STR("Under Settings, give it a new token or password, or mend what the message names; then it starts by itself.")
                                           : STR("Under Settings, mend what the message names; then it starts by itself."));
        break;
    }
}

enum capture_keep sources_usual_keep(const struct connector *connector)
{
    return connector && connector->made_secret ? CAPTURE_ALL : CAPTURE_MATCHED;
}
