/* A rule as people write it, to and from JSON. */
#include "alert/alert.h"

#include <math.h>
#include <stdio.h>

const char *const alert_on_names[4] = {"volume", "trend", "tone", "author"};
const char *const alert_sensitivity_names[3] = {"very_unusual", "unusual", "above_usual"};
const char *const alert_sensitivity_words[3] = {"only the very unusual", "unusual", "whatever is above the usual"};
const char *const alert_state_names[3] = {"on", "paused", "retired"};
static const char *const day_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

enum { QUERY_TEXT_MAX_BYTES = 8192, AUTHOR_MAX_BYTES = 200 };

/* ---- Reading ---- */

struct reading {
    const cJSON  *object;
    struct arena *arena;
    struct error *error;
};

static const char *const members[] = {"name", "on", "query", "topic", "author", "window_s", "sensitivity", "least_strength", "least_posts",
                                      "least_voices", "cooldown_s", "quiet", "mail", "webhooks", "is_in_feed"};

static enum error_code refuse_unknown(const struct reading *in, const cJSON *object, const char *const *known, size_t count, const char *where)
{
    for (const cJSON *each = object->child; each; each = each->next) {
        size_t i = 0;
        while (i < count && strcmp(known[i], each->string) != 0)
            i++;
        if (i == count)
            return error_set(in->error, ERROR_INVALID, "%s: has no member '%.60s'", where, each->string);
    }
    return ERROR_NONE;
}

static bool has_control(const char *text, bool may_break)
{
    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && !(may_break && (*text == '\n' || *text == '\t'))) || *text == 0x7f)
            return true;
    return false;
}

static enum error_code read_text(const struct reading *in, const char *name, size_t most, bool may_break, struct str *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(in->object, name);
    *out = STR("");
    if (!item || cJSON_IsNull(item))
        return ERROR_NONE;
    if (!cJSON_IsString(item) || strlen(item->valuestring) > most || has_control(item->valuestring, may_break))
        return error_set(in->error, ERROR_INVALID, "%s: expected a text of at most %zu bytes without control characters", name, most);
    *out = arena_str(in->arena, str_trim(str_of(item->valuestring)));
    return out->ptr ? ERROR_NONE : error_set(in->error, ERROR_MEMORY, "no memory for an alert's rule");
}

static enum error_code read_number(const struct reading *in, const char *name, double least, double most, bool is_whole, double fallback, double *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(in->object, name);
    *out = fallback;
    if (!item || cJSON_IsNull(item))
        return ERROR_NONE;
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= least && item->valuedouble <= most) ||
        (is_whole && item->valuedouble != floor(item->valuedouble)))
        return error_set(in->error, ERROR_INVALID, "%s: expected a %snumber from %.0f to %.0f", name, is_whole ? "whole " : "", least, most);
    *out = item->valuedouble;
    return ERROR_NONE;
}

static enum error_code read_word(const struct reading *in, const char *name, const char *const *words, size_t count, int fallback, int *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(in->object, name);
    char         all[200] = "";
    *out = fallback;
    if ((!item || cJSON_IsNull(item)) && fallback >= 0)
        return ERROR_NONE;
    for (size_t i = 0; i < count; i++) {
        if (item && cJSON_IsString(item) && strcmp(item->valuestring, words[i]) == 0) {
            *out = (int)i;
            return ERROR_NONE;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
    }
    return error_set(in->error, ERROR_INVALID, "%s: expected one of %s", name, all);
}

static enum error_code read_minutes(const struct reading *in, const char *name, int64_t least_us, int64_t most_us, int64_t fallback_us, int64_t *out)
{
    double          seconds;
    enum error_code code = read_number(in, name, (double)least_us / 1e6, (double)most_us / 1e6, true, (double)fallback_us / 1e6, &seconds);
    *out = (int64_t)seconds * CLOCK_SECOND_US;
    if (!code && *out % CLOCK_MINUTE_US)
        return error_set(in->error, ERROR_INVALID, "%s: expected whole minutes, not %.0f seconds", name, seconds);
    return code;
}

static bool read_clock_time(const cJSON *item, int *minutes_out)
{
    int  hours, minutes;
    char more;
    if (!cJSON_IsString(item) || strlen(item->valuestring) != 5 || sscanf(item->valuestring, "%2d:%2d%c", &hours, &minutes, &more) != 2)
        return false;
    *minutes_out = hours * 60 + minutes;
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

static enum error_code read_quiet(const struct reading *in, struct alert_quiet *quiet)
{
    static const char *const known[] = {"zone", "days", "from", "until"};
    const cJSON             *object = cJSON_GetObjectItemCaseSensitive(in->object, "quiet"), *each;
    struct reading           inner = {object, in->arena, in->error};
    enum error_code          code;
    *quiet = (struct alert_quiet){.zone = STR("")};
    if (!object || cJSON_IsNull(object))
        return ERROR_NONE;
    if (!cJSON_IsObject(object))
        return error_set(in->error, ERROR_INVALID, "quiet: expected an object with zone, days, from and until");
    if ((code = refuse_unknown(in, object, known, 4, "quiet")) || (code = read_text(&inner, "zone", ALERT_ZONE_MAX_BYTES, false, &quiet->zone)))
        return code;
    if (!alert_zone_is_known(quiet->zone))
        return error_set(in->error, ERROR_INVALID, "quiet: zone '%.*s' is not known; expected a name like Europe/Berlin", STR_ARG(quiet->zone));
    const cJSON *days = cJSON_GetObjectItemCaseSensitive(object, "days");
    if (!days || cJSON_IsNull(days))
        quiet->days = 0x7f;
    else if (!cJSON_IsArray(days))
        return error_set(in->error, ERROR_INVALID, "quiet: days: expected a list of mon, tue, wed, thu, fri, sat, sun");
    cJSON_ArrayForEach(each, days)
    {
        int i = 0;
        while (i < 7 && !(cJSON_IsString(each) && strcmp(each->valuestring, day_names[i]) == 0))
            i++;
        if (i == 7)
            return error_set(in->error, ERROR_INVALID, "quiet: days: expected mon, tue, wed, thu, fri, sat or sun");
        quiet->days |= 1u << i;
    }
    if (!read_clock_time(cJSON_GetObjectItemCaseSensitive(object, "from"), &quiet->from_min) ||
        !read_clock_time(cJSON_GetObjectItemCaseSensitive(object, "until"), &quiet->until_min))
        return error_set(in->error, ERROR_INVALID, "quiet: from and until are times of the day like 22:00");
    if (!quiet->days || quiet->from_min == quiet->until_min)
        return error_set(in->error, ERROR_INVALID, "quiet: the hours are empty; leave quiet out instead");
    quiet->is_set = true;
    return ERROR_NONE;
}

/* One address, printable ASCII, so that it can stand in a header and in an SMTP command as it is. */
static bool is_mail_address(const char *text)
{
    const char *at = strchr(text, '@');
    size_t      len = strlen(text);
    if (!at || at == text || at != strrchr(text, '@') || len > ALERT_MAIL_MAX_BYTES || !at[1] || at[1] == '.' || text[len - 1] == '.')
        return false;
    for (const char *c = text; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("@.-", *c) ||
              (c < at && strchr("!#$%&'*+/=?^_`{|}~", *c))))
            return false;
    return true;
}

static enum error_code read_targets(const struct reading *in, struct alert_rule *rule)
{
    const cJSON *mails = cJSON_GetObjectItemCaseSensitive(in->object, "mail"), *each;
    const cJSON *hooks = cJSON_GetObjectItemCaseSensitive(in->object, "webhooks");
    if (mails && !cJSON_IsNull(mails) && (!cJSON_IsArray(mails) || cJSON_GetArraySize(mails) > ALERT_MAILS_MAX))
        return error_set(in->error, ERROR_INVALID, "mail: expected a list of at most %d addresses", ALERT_MAILS_MAX);
    cJSON_ArrayForEach(each, mails)
    {
        if (!cJSON_IsString(each) || !is_mail_address(each->valuestring))
            return error_set(in->error, ERROR_INVALID, "mail: '%.100s' is not an address like name@example.org",
                             cJSON_IsString(each) ? each->valuestring : "?");
        rule->mails[rule->mail_count++] = arena_str(in->arena, str_of(each->valuestring));
    }
    if (hooks && !cJSON_IsNull(hooks) && (!cJSON_IsArray(hooks) || cJSON_GetArraySize(hooks) > ALERT_HOOKS_MAX))
        return error_set(in->error, ERROR_INVALID, "webhooks: expected a list of at most %d ids", ALERT_HOOKS_MAX);
    cJSON_ArrayForEach(each, hooks)
    {
        if (!cJSON_IsNumber(each) || each->valuedouble < 1 || each->valuedouble > 1e15 || each->valuedouble != floor(each->valuedouble))
            return error_set(in->error, ERROR_INVALID, "webhooks: expected ids of webhooks");
        rule->hooks[rule->hook_count++] = (int64_t)each->valuedouble;
    }
    return ERROR_NONE;
}

static enum error_code check_whole(const struct reading *in, const struct alert_rule *rule)
{
    if (!rule->name.len)
        return error_set(in->error, ERROR_INVALID, "name: an alert needs a name");
    if (rule->on == ALERT_AUTHOR && !rule->author.len)
        return error_set(in->error, ERROR_INVALID, "author: whose posts? a handle or an id is missing");
    if (rule->on != ALERT_AUTHOR && rule->author.len)
        return error_set(in->error, ERROR_INVALID, "author: belongs to alerts on an author; put author:%.*s into the query", STR_ARG(rule->author));
    for (size_t i = 0; i < rule->author.len; i++)
        if (strchr("\"\\*?", rule->author.ptr[i]))
            return error_set(in->error, ERROR_INVALID, "author: a handle holds none of \" \\ * ?");
    return ERROR_NONE;
}

enum error_code alert_rule_read(const cJSON *object, struct arena *arena, struct alert_rule *rule_out, struct error *error)
{
    struct reading    in = {object, arena, error};
    struct alert_rule rule = {0};
    const cJSON      *in_feed = cJSON_GetObjectItemCaseSensitive(object, "is_in_feed");
    int               on, sensitivity;
    double            topic, posts, voices;
    enum error_code   code = refuse_unknown(&in, object, members, sizeof members / sizeof members[0], "an alert");
    if (code || (code = read_text(&in, "name", ALERT_NAME_MAX_BYTES, false, &rule.name)) ||
        (code = read_word(&in, "on", alert_on_names, 4, -1, &on)) ||
        (code = read_text(&in, "query", QUERY_TEXT_MAX_BYTES, true, &rule.query)) ||
        (code = read_number(&in, "topic", 1, 1e15, true, 0, &topic)) ||
        (code = read_text(&in, "author", AUTHOR_MAX_BYTES, false, &rule.author)) ||
        (code = read_minutes(&in, "window_s", ALERT_WINDOW_LEAST_US, ALERT_WINDOW_MOST_US, CLOCK_HOUR_US, &rule.window_us)) ||
        (code = read_word(&in, "sensitivity", alert_sensitivity_names, 3, ALERT_UNUSUAL, &sensitivity)) ||
        (code = read_number(&in, "least_strength", 0, 1000, false, 0, &rule.least_strength)) ||
        (code = read_number(&in, "least_posts", 1, 1e6, true, on == ALERT_AUTHOR ? 1 : 5, &posts)) ||
        (code = read_number(&in, "least_voices", 1, 1000, true, on == ALERT_AUTHOR ? 1 : 3, &voices)) ||
        (code = read_minutes(&in, "cooldown_s", 5 * CLOCK_MINUTE_US, 30 * CLOCK_DAY_US, 6 * CLOCK_HOUR_US, &rule.cooldown_us)) ||
        (code = read_quiet(&in, &rule.quiet)) || (code = read_targets(&in, &rule)))
        return code;
    if (in_feed && !cJSON_IsNull(in_feed) && !cJSON_IsBool(in_feed))
        return error_set(error, ERROR_INVALID, "is_in_feed: expected true or false");
    rule.on = (enum alert_on)on;
    rule.sensitivity = (enum alert_sensitivity)sensitivity;
    rule.topic = (int64_t)topic;
    rule.least_posts = (uint32_t)posts;
    rule.least_voices = (uint32_t)voices;
    rule.is_in_feed = !in_feed || cJSON_IsNull(in_feed) || cJSON_IsTrue(in_feed);
    *rule_out = rule;
    return check_whole(&in, &rule);
}

/* ---- Printing ---- */

static void print_quiet(const struct alert_quiet *quiet, struct json *json)
{
    char text[24];
    json_key(json, "quiet");
    if (!quiet->is_set) {
        json_null(json);
        return;
    }
    json_object(json);
    json_key(json, "zone");
    json_str(json, quiet->zone);
    json_key(json, "days");
    json_array(json);
    for (int i = 0; i < 7; i++)
        if (quiet->days & (1u << i))
            json_text(json, day_names[i]);
    json_end(json);
    json_key(json, "from");
    snprintf(text, sizeof text, "%02d:%02d", quiet->from_min / 60, quiet->from_min % 60);
    json_text(json, text);
    json_key(json, "until");
    snprintf(text, sizeof text, "%02d:%02d", quiet->until_min / 60, quiet->until_min % 60);
    json_text(json, text);
    json_end(json);
}

void alert_rule_print(const struct alert_rule *rule, struct json *json)
{
    json_put_str(json, "name", rule->name);
    json_put_str(json, "on", str_of(alert_on_names[rule->on]));
    json_put_str(json, "query", rule->query);
    json_key(json, "topic");
    rule->topic ? json_i64(json, rule->topic) : json_null(json);
    json_put_str(json, "author", rule->author);
    json_put_i64(json, "window_s", rule->window_us / CLOCK_SECOND_US);
    json_put_str(json, "sensitivity", str_of(alert_sensitivity_names[rule->sensitivity]));
    json_key(json, "least_strength");
    json_double(json, rule->least_strength, 3);
    json_put_i64(json, "least_posts", rule->least_posts);
    json_put_i64(json, "least_voices", rule->least_voices);
    json_put_i64(json, "cooldown_s", rule->cooldown_us / CLOCK_SECOND_US);
    print_quiet(&rule->quiet, json);
    json_key(json, "mail");
    json_array(json);
    for (size_t i = 0; i < rule->mail_count; i++)
        json_str(json, rule->mails[i]);
    json_end(json);
    json_key(json, "webhooks");
    json_array(json);
    for (size_t i = 0; i < rule->hook_count; i++)
        json_i64(json, rule->hooks[i]);
    json_end(json);
    json_key(json, "is_in_feed");
    json_bool(json, rule->is_in_feed);
}

double alert_trend_strength(const struct alert_rule *rule)
{
    /* A trend's z, on the scale of the cards in Trends. A choice of ours; the preview counts what it would have meant. */
    static const double strengths[] = {[ALERT_VERY_UNUSUAL] = 16, [ALERT_UNUSUAL] = 10, [ALERT_ABOVE_USUAL] = 0};
    return rule->least_strength > 0 ? rule->least_strength : strengths[rule->sensitivity];
}

static void print_span(int64_t span_us, struct buf *out)
{
    if (span_us % CLOCK_DAY_US == 0)
        buf_printf(out, "%lld d", (long long)(span_us / CLOCK_DAY_US));
    else if (span_us % CLOCK_HOUR_US == 0)
        buf_printf(out, "%lld h", (long long)(span_us / CLOCK_HOUR_US));
    else
        buf_printf(out, "%lld min", (long long)(span_us / CLOCK_MINUTE_US));
}

void alert_rule_words(const struct alert_rule *rule, struct buf *out)
{
    if (rule->on == ALERT_AUTHOR) {
        buf_printf(out, "%.*s posts", STR_ARG(rule->author));
    } else if (rule->on == ALERT_TREND) {
        alert_trend_strength(rule) > 0 ? buf_printf(out, "a new trend of strength %.3g or more", alert_trend_strength(rule))
                                       : buf_append_str(out, STR("any new trend"));
    } else {
        buf_printf(out, "%s: more %sposts than at the same hour of other days, in ", alert_sensitivity_words[rule->sensitivity],
                   rule->on == ALERT_TONE ? "negative " : "");
        print_span(rule->window_us, out);
    }
    if (rule->topic)
        buf_printf(out, ", within topic %lld", (long long)rule->topic);
    if (rule->query.len)
        buf_printf(out, ", %s %.*s", rule->topic ? "and" : "for", STR_ARG(rule->query));
}
