#include "topic/craft.h"

#include <math.h>

const char *const topic_label_names[4] = {"", "relevant", "not", "unsure"};
const char *const topic_sample_kinds[2] = {"matches", "near"};

bool topic_label_parse(struct str word, enum topic_label *label_out)
{
    for (int label = TOPIC_RELEVANT; label <= TOPIC_UNSURE; label++)
        if (str_equal(word, str_of(topic_label_names[label]))) {
            *label_out = (enum topic_label)label;
            return true;
        }
    return false;
}

struct topic_interval topic_wilson(uint64_t k, uint64_t n, double z)
{
    if (n == 0)
        return (struct topic_interval){NAN, 0, 1};
    double count = (double)n, p = (double)k / count, z2 = z * z;
    double middle = (p + z2 / (2 * count)) / (1 + z2 / count);
    double half = z / (1 + z2 / count) * sqrt(p * (1 - p) / count + z2 / (4 * count * count));
    /* At the very ends the formula gives 0 and 1 but for rounding. */
    return (struct topic_interval){p, k == 0 ? 0 : middle - half, k == n ? 1 : middle + half};
}

struct topic_agreement topic_agreement_of(const uint64_t counts[TOPIC_LABELS][TOPIC_LABELS])
{
    struct topic_agreement agreement = {.raw = NAN, .kappa = NAN};
    double first[TOPIC_LABELS] = {0}, second[TOPIC_LABELS] = {0}, by_chance = 0;
    for (int a = 0; a < TOPIC_LABELS; a++)
        for (int b = 0; b < TOPIC_LABELS; b++) {
            agreement.both += counts[a][b];
            agreement.same += a == b ? counts[a][b] : 0;
            first[a] += (double)counts[a][b];
            second[b] += (double)counts[a][b];
        }
    if (agreement.both == 0)
        return agreement;
    double all = (double)agreement.both;
    agreement.raw = (double)agreement.same / all;
    for (int label = 0; label < TOPIC_LABELS; label++)
        by_chance += first[label] / all * (second[label] / all);
    if (by_chance < 1)
        agreement.kappa = (agreement.raw - by_chance) / (1 - by_chance);
    return agreement;
}

struct topic_recall topic_recall_of(uint64_t k, uint64_t n, uint64_t matches, uint64_t l, uint64_t m, uint64_t near)
{
    struct topic_interval taken = topic_wilson(k, n, TOPIC_Z_97_5), missed = topic_wilson(l, m, TOPIC_Z_97_5);
    if (near == 0)
        missed = (struct topic_interval){0, 0, 0}; /* nothing is near: nothing near was missed */
    double in = (double)matches, out = (double)near;
    double low = in * taken.low + out * missed.high, high = in * taken.high + out * missed.low;
    struct topic_recall recall = {.wanted_taken = in * taken.value, .wanted_missed = out * missed.value};
    double all = recall.wanted_taken + recall.wanted_missed;
    recall.share.value = all > 0 ? recall.wanted_taken / all : NAN;
    recall.share.low = low > 0 ? in * taken.low / low : 0;
    recall.share.high = high > 0 ? in * taken.high / high : 1;
    return recall;
}

enum topic_label topic_consensus(uint64_t relevant, uint64_t not_relevant)
{
    return relevant > not_relevant ? TOPIC_RELEVANT : not_relevant > relevant ? TOPIC_NOT : TOPIC_UNSURE;
}

struct topic_tally topic_tally_of(const struct topic_labelled *labels, size_t count)
{
    struct topic_tally tally = {0};
    for (size_t i = 0; i < count;) {
        uint64_t   votes[4] = {0};
        struct str post = labels[i].post_id;
        for (; i < count && str_equal(labels[i].post_id, post); i++)
            votes[labels[i].label]++;
        switch (topic_consensus(votes[TOPIC_RELEVANT], votes[TOPIC_NOT])) {
        case TOPIC_RELEVANT: tally.relevant++; break;
        case TOPIC_NOT: tally.not_relevant++; break;
        default:
            tally.unsure++;
            tally.split += votes[TOPIC_RELEVANT] > 0;
            break;
        }
    }
    return tally;
}
