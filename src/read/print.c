#include "read/read.h"

#include <math.h>

static void id_or_null(struct json *json, const char *name, int64_t id)
{
    json_key(json, name);
    if (id)
        json_i64(json, id);
    else
        json_null(json);
}

static void print_counts(struct json *json, const char *name, enum read_kind kind, const struct read_counts *counts)
{
    json_key(json, name);
    json_object(json);
    json_put_double(json, "posts", counts->posts, 0);
    if (kind == READ_TONE) {
        json_put_double(json, "known", counts->known, 0);
        json_put_double(json, "negative", counts->negative, 0);
        json_put_double(json, "negative_share", counts->known > 0 ? counts->negative / counts->known : NAN, 4);
    }
    if (kind == READ_SPILL)
        json_put_double(json, "voices", counts->voices, 0);
    json_end(json);
}

static void print_claim(struct json *json, const struct read *read, struct arena *arena)
{
    const struct read_claim *claim = &read->claim;
    json_key(json, "kind");
    json_text(json, read_kind_names[claim->kind]);
    json_key(json, "way");
    json_text(json, read_way_names[claim->way]);
    json_put_str(json, "q", claim->query);
    json_put_str(json, "exact", claim->exact);
    if (claim->kind == READ_TONE)
        json_put_double(json, "share", claim->share, 4);
    if (claim->kind == READ_SPILL) {
        json_key(json, "target_kind");
        json_text(json, claim->is_community ? "community" : "platform");
        json_put_str(json, "target", claim->target);
        json_key(json, "voices");
        json_i64(json, claim->voices_least);
        json_key(json, "voices_before");
        json_i64(json, claim->voices_before);
    }
    json_key(json, "window_s");
    json_i64(json, claim->window_us / 1000000);
    json_key(json, "due_at");
    json_time(json, claim->due_us);
    json_put_str(json, "words", read_claim_words(claim, arena));
    json_put_str(json, "rule", read_claim_rule(claim, read->made_us, arena));
}

static void print_engine(struct json *json, const struct read *read)
{
    json_key(json, "engine");
    json_object(json);
    json_put_double(json, "p", read->engine.p, 4);
    json_put_double(json, "base_rate", read->engine.base_rate, 4);
    if (read->claim.kind == READ_VOLUME) {
        json_put_double(json, "down", read->engine.three[FORECAST_DOWN], 4);
        json_put_double(json, "flat", read->engine.three[FORECAST_FLAT], 4);
        json_put_double(json, "up", read->engine.three[FORECAST_UP], 4);
    }
    json_put_str(json, "basis", read->engine.basis);
    json_key(json, "was_on_show");
    json_bool(json, read->is_sighted);
    json_end(json);
}

static void print_end(struct json *json, const struct read *read)
{
    json_key(json, "ended_at");
    json_time(json, read->ended_us);
    json_put_str(json, "ended_by", read->ended_by);
    json_put_str(json, "reason", read->reason);
    if (read->status == READ_WITHDRAWN)
        return;
    if (read->status == READ_SETTLED) {
        double miss = read->sure / 100.0 - (read->came_true ? 1 : 0);
        json_key(json, "came_true");
        json_bool(json, read->came_true);
        json_put_double(json, "brier", miss * miss, 4);
    }
    print_counts(json, "outcome", read->claim.kind, &read->outcome);
    json_put_double(json, "hidden_share", read->hidden, 4);
}

void read_print(struct json *json, const struct read *read, struct arena *arena)
{
    json_object(json);
    json_key(json, "id");
    json_i64(json, read->id);
    json_key(json, "member");
    json_i64(json, read->by.member);
    json_put_str(json, "name", read->by.name);
    json_key(json, "status");
    json_text(json, read_status_names[read->status]);
    print_claim(json, read, arena);
    json_key(json, "sure");
    json_i64(json, read->sure);
    json_put_str(json, "feelings", read->feelings);
    json_put_str(json, "because", read->because);
    id_or_null(json, "topic", read->topic);
    id_or_null(json, "trend", read->trend);
    id_or_null(json, "room", read->room);
    json_key(json, "made_at");
    json_time(json, read->made_us);
    print_counts(json, "base", read->claim.kind, &read->base);
    print_engine(json, read);
    if (read->status != READ_OPEN)
        print_end(json, read);
    json_end(json);
}

static void print_band(struct json *json, const struct read_band *band)
{
    json_object(json);
    json_put_double(json, "low", band->low, 2);
    json_put_double(json, "high", band->high, 2);
    json_key(json, "reads");
    json_i64(json, (int64_t)band->count);
    json_key(json, "came_true");
    json_i64(json, (int64_t)band->hits);
    json_put_double(json, "said", band->mean, 4);
    json_put_double(json, "share", band->share, 4);
    json_put_double(json, "share_low", band->share_low, 4);
    json_put_double(json, "share_high", band->share_high, 4);
    json_end(json);
}

void read_score_print(struct json *json, const struct read_score *score)
{
    json_object(json);
    json_key(json, "settled");
    json_i64(json, (int64_t)score->settled);
    json_key(json, "missing");
    json_i64(json, (int64_t)score->missing);
    if (score->missing == 0) {
        json_put_double(json, "brier", score->brier, 4);
        json_put_double(json, "base_brier", score->base_brier, 4);
        json_put_double(json, "base_skill", score->base_skill, 4);
        json_key(json, "blind");
        json_i64(json, (int64_t)score->blind);
        json_put_double(json, "engine_brier", score->engine_brier, 4);
        json_put_double(json, "engine_skill", score->engine_skill, 4);
        json_put_double(json, "said", score->said, 4);
        json_put_double(json, "came_true", score->came_true, 4);
        json_key(json, "bands");
        json_array(json);
        for (int i = 0; i < READ_BANDS; i++)
            print_band(json, &score->bands[i]);
        json_end(json);
    }
    json_end(json);
}
