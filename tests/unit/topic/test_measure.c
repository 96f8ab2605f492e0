/* The numbers of query craft against worked examples. */
#include "check.h"

#include "base/rng.h"
#include "topic/craft.h"

#include <math.h>

/* R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I, method 3. */
static void wilson_is_newcombes(void **state)
{
    static const struct {
        uint64_t k, n;
        double   low, high;
    } rows[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611}, {1, 29, 0.0061, 0.1718}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct topic_interval got = topic_wilson(rows[i].k, rows[i].n, TOPIC_Z_95), other;
        check(fabs(got.low - rows[i].low) < 5.1e-5 && fabs(got.high - rows[i].high) < 5.1e-5, "row %zu: %.4f to %.4f", i, got.low, got.high);
        other = topic_wilson(rows[i].n - rows[i].k, rows[i].n, TOPIC_Z_95);
        check(fabs(other.low - (1 - got.high)) < 1e-12 && fabs(other.high - (1 - got.low)) < 1e-12, "row %zu: not symmetric", i);
    }
    struct topic_interval none = topic_wilson(0, 0, TOPIC_Z_95);
    check(isnan(none.value) && none.low == 0 && none.high == 1, "%f to %f", none.low, none.high);
}

static void kappa_is_cohens(void **state)
{
    static const struct {
        const char *source;
        uint64_t    counts[3][3];
        double      raw, kappa;
    } rows[] = {
        {"Cohen 1960, table 1 (of 200)", {{88, 14, 18}, {10, 40, 10}, {2, 6, 12}}, 0.70, 0.4915},
        {"two labels, 20 5 10 15", {{20, 5, 0}, {10, 15, 0}, {0, 0, 0}}, 0.70, 0.40},
        {"two labels, 45 15 25 15", {{45, 15, 0}, {25, 15, 0}, {0, 0, 0}}, 0.60, 0.1304},
        {"two labels, 25 35 5 35", {{25, 35, 0}, {5, 35, 0}, {0, 0, 0}}, 0.60, 0.2593},
        {"all alike, several labels", {{4, 0, 0}, {0, 5, 0}, {0, 0, 1}}, 1, 1},
        {"never alike", {{0, 5, 0}, {5, 0, 0}, {0, 0, 0}}, 0, -1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct topic_agreement got = topic_agreement_of(rows[i].counts);
        check(fabs(got.raw - rows[i].raw) < 5e-5 && fabs(got.kappa - rows[i].kappa) < 5e-5, "%s: %f, %f", rows[i].source, got.raw, got.kappa);
    }
    static const uint64_t none[3][3] = {{0}}, one[3][3] = {{7, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    check(isnan(topic_agreement_of(none).raw) && topic_agreement_of(none).both == 0, "nobody labelled");
    check(topic_agreement_of(one).raw == 1 && isnan(topic_agreement_of(one).kappa), "one label alone says nothing beyond chance");
}

static void recall_is_what_is_taken_of_what_is_wanted(void **state)
{
    (void)state;
    /* 80 of 100 matches are wanted, of 1,000: 800. 10 of 100 near misses, of 2,000: 200. 800 of 1,000. */
    struct topic_recall got = topic_recall_of(80, 100, 1000, 10, 100, 2000);
    check(fabs(got.share.value - 0.8) < 1e-12 && fabs(got.wanted_missed - 200) < 1e-9, "%f", got.share.value);
    /* Wilson at z = 2.2414: 80 of 100 is 0.69680 to 0.87424, 10 of 100 is 0.05072 to 0.18768 (worked by hand from the formula). */
    struct topic_interval in = topic_wilson(80, 100, TOPIC_Z_97_5), out = topic_wilson(10, 100, TOPIC_Z_97_5);
    check(fabs(got.share.low - 1000 * in.low / (1000 * in.low + 2000 * out.high)) < 1e-12, "%f", got.share.low);
    check(got.share.low < 0.68 && got.share.low > 0.6 && got.share.high > 0.88 && got.share.high < 0.92, "%f to %f", got.share.low, got.share.high);
    /* Nothing near: all of it is taken, of what is near. */
    got = topic_recall_of(5, 10, 40, 0, 0, 0);
    check(got.share.value == 1 && got.share.low == 1 && got.share.high == 1, "%f", got.share.value);
    /* Nothing labelled among the matches: nobody knows. */
    got = topic_recall_of(0, 0, 40, 1, 2, 10);
    check(isnan(got.share.value) && got.share.low >= 0 && got.share.high <= 1, "%f", got.share.value);
}

/* What the interval promises: over many made-up topics it holds the true recall at least 95 times of 100. */
static void recall_interval_keeps_its_promise(void **state)
{
    enum { ROUNDS = 2000, LABELS = 60 };
    static const struct {
        double p, q;
    } worlds[] = {{0.9, 0.05}, {0.5, 0.3}, {0.98, 0.01}, {0.3, 0.02}};
    (void)state;
    for (size_t w = 0; w < COUNT_OF(worlds); w++) {
        struct rng rng;
        double     truth = 500 * worlds[w].p / (500 * worlds[w].p + 3000 * worlds[w].q);
        unsigned   held = 0;
        rng_seed(&rng, 7 + w);
        for (unsigned round = 0; round < ROUNDS; round++) {
            uint64_t k = 0, l = 0;
            for (unsigned i = 0; i < LABELS; i++) {
                k += rng_unit(&rng) < worlds[w].p;
                l += rng_unit(&rng) < worlds[w].q;
            }
            struct topic_interval share = topic_recall_of(k, LABELS, 500, l, LABELS, 3000).share;
            held += share.low <= truth && truth <= share.high;
        }
        check(held >= ROUNDS * 95 / 100, "world %zu: held %u of %u", w, held, ROUNDS);
    }
}

static void consensus_and_tally(void **state)
{
    (void)state;
    struct topic_labelled labels[] = {
        {STR("a"), {1, STR("Ada")}, TOPIC_RELEVANT}, {STR("a"), {2, STR("Ben")}, TOPIC_RELEVANT},
        {STR("b"), {1, STR("Ada")}, TOPIC_RELEVANT}, {STR("b"), {2, STR("Ben")}, TOPIC_NOT},
        {STR("c"), {1, STR("Ada")}, TOPIC_UNSURE},   {STR("c"), {2, STR("Ben")}, TOPIC_NOT},
        {STR("d"), {2, STR("Ben")}, TOPIC_UNSURE},
    };
    struct topic_tally got = topic_tally_of(labels, COUNT_OF(labels));
    check(got.relevant == 1 && got.not_relevant == 1 && got.unsure == 2 && got.split == 1, "%llu %llu %llu %llu",
          (unsigned long long)got.relevant, (unsigned long long)got.not_relevant, (unsigned long long)got.unsure, (unsigned long long)got.split);
}

/* Worked by hand: 8 of 10 against 20 of 100, prior 2 of 10:
 * ln(10 / 10) - ln(22 / 88) = 1.386294; sqrt(1/10 + 1/22) = 0.381385; 3.634894. */
static void log_odds_by_hand(void **state)
{
    (void)state;
    double z = topic_log_odds_z(8, 10, 20, 100, 2, 10);
    check(fabs(z - 3.634894) < 1e-5, "%.6f", z);
    check(fabs(topic_log_odds_z(5, 10, 50, 100, 5, 10)) < 1e-12, "equal shares are no news");
    check(isfinite(topic_log_odds_z(10, 10, 100, 100, 10, 10)), "a term that stands everywhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_is_newcombes),
        cmocka_unit_test(kappa_is_cohens),
        cmocka_unit_test(recall_is_what_is_taken_of_what_is_wanted),
        cmocka_unit_test(recall_interval_keeps_its_promise),
        cmocka_unit_test(consensus_and_tally),
        cmocka_unit_test(log_odds_by_hand),
    };
    return cmocka_run_group_tests_name("topic measures", tests, NULL, NULL);
}
