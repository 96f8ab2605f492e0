#include "read/read.h"

#include "base/clock.h"

#include <math.h>

const char *const read_kind_names[READ_KINDS] = {"volume", "tone", "spill"};
const char *const read_way_names[READ_WAYS] = {"down", "flat", "up", "above", "below", "reaches"};
const char *const read_status_names[READ_STATUSES] = {"open", "settled", "void", "withdrawn"};

static bool find_word(struct str word, const char *const *names, int count, int *place_out)
{
    for (int i = 0; i < count; i++)
        if (str_equal(word, str_of(names[i]))) {
            *place_out = i;
            return true;
        }
    return false;
}

bool read_kind_parse(struct str word, enum read_kind *kind_out)
{
    int  place;
    bool found = find_word(word, read_kind_names, READ_KINDS, &place);
    if (found)
        *kind_out = (enum read_kind)place;
    return found;
}

bool read_way_parse(struct str word, enum read_way *way_out)
{
    static const char *const also[] = {"lower", "same", "higher"};
    int                      place;
    bool found = find_word(word, read_way_names, READ_WAYS, &place) || find_word(word, also, 3, &place);
    if (found)
        *way_out = (enum read_way)place;
    return found;
}

bool read_status_parse(struct str word, enum read_status *status_out)
{
    int  place;
    bool found = find_word(word, read_status_names, READ_STATUSES, &place);
    if (found)
        *status_out = (enum read_status)place;
    return found;
}

/* ---- Checking ---- */

static enum error_code check_way(const struct read_claim *claim, struct error *error)
{
    static const char *const ways[READ_KINDS] = {"up, flat or down", "above or below", "reaches"};
    bool                     fits = claim->kind == READ_VOLUME ? claim->way <= READ_WAY_UP
                                    : claim->kind == READ_TONE ? claim->way == READ_WAY_ABOVE || claim->way == READ_WAY_BELOW
                                                               : claim->way == READ_WAY_REACHES;
    return fits ? ERROR_NONE
                : error_set(error, ERROR_INVALID, "way: expected %s for %s, found %s", ways[claim->kind],
                            read_kind_names[claim->kind], read_way_names[claim->way]);
}

static enum error_code check_times(struct read_claim *claim, int64_t made_us, struct error *error)
{
    int64_t lead_us = claim->due_us - made_us;
    char    due[CLOCK_TEXT_BYTES];
    if (lead_us < READ_WINDOW_MIN_US || lead_us > READ_LEAD_MAX_US)
        return error_set(error, ERROR_INVALID, "due: expected a time from 10 minutes to 90 days ahead, found %s",
                         clock_print(claim->due_us, due));
    if (claim->window_us == 0)
        claim->window_us = lead_us < CLOCK_DAY_US ? lead_us : CLOCK_DAY_US;
    if (claim->window_us < READ_WINDOW_MIN_US || claim->window_us > lead_us)
        return error_set(
            error, ERROR_INVALID,
            "window: expected from 10 minutes up to the time until it is due (%lld minutes), found %lld minutes",
            (long long)(lead_us / CLOCK_MINUTE_US), (long long)(claim->window_us / CLOCK_MINUTE_US));
    return ERROR_NONE;
}

enum error_code read_claim_check(struct read_claim *claim, int64_t made_us, struct error *error)
{
    enum error_code code = check_way(claim, error);
    if (!code)
        code = check_times(claim, made_us, error);
    if (code)
        return code;
    if (claim->query.len > READ_QUERY_MAX_BYTES || claim->exact.len > READ_QUERY_MAX_BYTES)
        return error_set(error, ERROR_TOO_LARGE, "query: expected at most %d bytes with its lists written out",
                         READ_QUERY_MAX_BYTES);
    if (claim->kind == READ_TONE && !(claim->share >= 0.01 && claim->share <= 0.99))
        return error_set(error, ERROR_INVALID, "share: expected 1 to 99 %% negative, found %.4g %%",
                         100 * claim->share);
    if (claim->kind != READ_SPILL)
        return ERROR_NONE;
    if (claim->target.len == 0 || claim->target.len > READ_TARGET_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "target: expected a platform or community of at most %d bytes",
                         READ_TARGET_MAX_BYTES);
    if (claim->voices_least < 1 || claim->voices_least > READ_VOICES_MOST)
        return error_set(error, ERROR_INVALID, "voices: expected 1 to %d, found %lld", READ_VOICES_MOST,
                         (long long)claim->voices_least);
    if (claim->voices_before < 1 || claim->voices_before > claim->voices_least)
        return error_set(error, ERROR_INVALID, "voices_before: expected 1 to %lld (voices), found %lld",
                         (long long)claim->voices_least, (long long)claim->voices_before);
    return ERROR_NONE;
}

/* ---- Words ---- */

static void duration_words(struct buf *out, int64_t us)
{
    int64_t minutes = (us + CLOCK_MINUTE_US / 2) / CLOCK_MINUTE_US;
    if (minutes % 1440 == 0 && minutes > 1440)
        buf_printf(out, "%lld days", (long long)(minutes / 1440));
    else if (minutes % 60 == 0)
        buf_printf(out, "%lld hour%s", (long long)(minutes / 60), minutes == 60 ? "" : "s");
    else
        buf_printf(out, "%lld minutes", (long long)minutes);
}

static struct str finish(struct buf *out, struct arena *arena)
{
    struct str words = out->has_failed ? (struct str){0} : arena_str(arena, buf_str(out));
    buf_fini(out);
    return words;
}

static void subject(struct buf *out, const struct read_claim *claim)
{
    if (claim->query.len)
        buf_printf(out, "%.*s", STR_ARG(claim->query));
    else
        buf_append_str(out, STR("every post"));
}

static const char *place_word(const struct read_claim *claim)
{
    return claim->is_community ? "the community" : "the platform";
}

struct str read_claim_words(const struct read_claim *claim, struct arena *arena)
{
    static const char *const ways[READ_WAYS] = {"lower", "about the same", "higher", "above", "below", "reach"};
    struct buf               out = {0};
    char                     due[CLOCK_TEXT_BYTES];
    clock_print_short(claim->due_us, due);
    if (claim->kind == READ_VOLUME) {
        buf_append_str(&out, STR("volume of "));
        subject(&out, claim);
        buf_printf(&out, " will be %s by %s UTC", ways[claim->way], due);
    } else if (claim->kind == READ_TONE) {
        buf_append_str(&out, STR("the negative share of "));
        subject(&out, claim);
        buf_printf(&out, " will be %s %.0f %% by %s UTC", ways[claim->way], 100 * claim->share, due);
    } else {
        subject(&out, claim);
        buf_printf(&out, " will reach %lld voices on %s %.*s by %s UTC", (long long)claim->voices_least,
                   place_word(claim), STR_ARG(claim->target), due);
    }
    return finish(&out, arena);
}

struct str read_claim_rule(const struct read_claim *claim, int64_t made_us, struct arena *arena)
{
    struct buf out = {0};
    char       made[CLOCK_TEXT_BYTES], due[CLOCK_TEXT_BYTES];
    clock_print_short(made_us, made);
    clock_print_short(claim->due_us, due);
    if (claim->kind == READ_VOLUME) {
        buf_append_str(&out, STR("Posts in the "));
        duration_words(&out, claim->window_us);
        buf_printf(
            &out,
            " before %s UTC against the same time before %s UTC. A change counts from a quarter of the earlier count, and from twice its "
            "square root; less is flat.",
            due, made);
    } else if (claim->kind == READ_TONE) {
        buf_append_str(&out, STR("Negative posts among those whose tone is known, in the "));
        duration_words(&out, claim->window_us);
        buf_printf(&out, " before %s UTC; at least %d must be known.", due, READ_KNOWN_LEAST);
    } else {
        buf_printf(&out, "Distinct authors on %s %.*s in the ", place_word(claim), STR_ARG(claim->target));
        duration_words(&out, claim->window_us);
        buf_printf(&out, " before %s UTC; ", due);
        if (claim->voices_before == 1)
            buf_append_str(&out, STR("nobody"));
        else
            buf_printf(&out, "fewer than %lld", (long long)claim->voices_before);
        buf_printf(&out, " had written there in the same time before %s UTC.", made);
    }
    return finish(&out, arena);
}

bool read_claim_holds(const struct read_claim *claim, const struct read_counts *base, const struct read_counts *outcome,
                      bool *is_decided_out)
{
    *is_decided_out = claim->kind != READ_TONE || outcome->known >= READ_KNOWN_LEAST;
    switch (claim->kind) {
    case READ_VOLUME: return (int)forecast_direction_of(base->posts, outcome->posts) == (int)claim->way;
    case READ_SPILL: return outcome->voices >= (double)claim->voices_least;
    default: break;
    }
    double share = outcome->known > 0 ? outcome->negative / outcome->known : 0;
    return claim->way == READ_WAY_ABOVE ? share > claim->share : share < claim->share;
}
