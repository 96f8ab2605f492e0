#include "kit/inside.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "source/words.h"

#include <cjson/cJSON.h>
#include <stdarg.h>

/* ---- The checks, in their order ---- */

enum needs { NEEDS_NOTHING, NEEDS_HELLO, NEEDS_READY };

const struct kit_row kit_rows[] = {
    {"hello", "it says who it is and what it can within 10 s"},
    {"check", "check is answered with ready"},
    {"unknown", "messages and members of a later version are passed over"},
    {"broken", "over-long lines, broken UTF-8 and broken JSON do not crash it"},
    {"schema", "each item is of the contract"},
    {"window", "without acks it stops at max_inflight; late acks lose nothing"},
    {"kill", "killed with -9 at random and started from the last state, nothing is lost"},
    {"edit", "an edit on the platform comes"},
    {"delete", "a delete on the platform comes"},
    {"limit", "a rate limit is said, waited out, and costs no post"},
    {"auth", "wrong secrets end it with 3"},
    {"acts", "each act is done, with one result"},
    {"twice", "the same key twice makes one post"},
    {"nowhere", "an act about a post that is not there fails, and says how"},
    {"shutdown", "it ends with 0 within its grace"},
    {"left", "it ends when its input does"},
    {"leaks", "memory and open files stay as they are"},
    {0},
};

static const struct {
    void (*run)(struct kit *kit);
    enum needs needs;
} checks[] = {
    {check_hello, NEEDS_NOTHING},  {check_check, NEEDS_HELLO},   {check_unknown, NEEDS_HELLO}, {check_broken, NEEDS_HELLO},   {check_schema, NEEDS_READY},
    {check_window, NEEDS_READY},   {check_kill, NEEDS_READY},    {check_edit, NEEDS_READY},    {check_delete, NEEDS_READY},   {check_limit, NEEDS_READY},
    {check_auth, NEEDS_READY},     {check_acts, NEEDS_READY},    {check_twice, NEEDS_READY},   {check_nowhere, NEEDS_READY},  {check_shutdown, NEEDS_READY},
    {check_left, NEEDS_READY},     {check_leaks, NEEDS_READY},
};
_Static_assert(sizeof checks / sizeof *checks == sizeof kit_rows / sizeof *kit_rows - 1, "a check and its words");

/* ---- Verdicts ---- */

/* The first failure counts before all else, and what was found before what could not be. */
static void judge(struct kit *kit, enum kit_verdict verdict, const char *format, va_list list)
{
    static const int    weight[] = {[KIT_OK] = 1, [KIT_FAILED] = 2, [KIT_SKIPPED] = 0};
    struct kit_finding *finding = &kit->finding;
    if (finding->why[0] && weight[verdict] <= weight[finding->verdict])
        return;
    finding->verdict = verdict;
    vsnprintf(finding->why, sizeof finding->why, format, list);
}

void kit_ok(struct kit *kit, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    judge(kit, KIT_OK, format, list);
    va_end(list);
}

void kit_fail(struct kit *kit, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    judge(kit, KIT_FAILED, format, list);
    va_end(list);
}

void kit_skip(struct kit *kit, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    judge(kit, KIT_SKIPPED, format, list);
    va_end(list);
}

/* The last line of its standard error that is not empty. */
static struct str last_words(const struct session *session)
{
    struct str words = str_trim(str_slice(session->words, session->words_len));
    for (size_t i = words.len; i > 0; i--)
        if (words.ptr[i - 1] == '\n')
            return str_trim(str_slice(words.ptr + i, words.len - i));
    return words;
}

void kit_fail_session(struct kit *kit, struct session *session, const char *during)
{
    if (session->broken[0]) {
        kit_fail(kit, "%s it broke the contract: %s", during, session->broken);
        return;
    }
    int        status = session_wait(session, 2000);
    struct str words = last_words(session);
    if (words.len > 200)
        words.len = 200;
    kit_fail(kit, "%s it %s %d%s%.*s", during, status >= 128 ? "ended by signal" : "ended with", status >= 128 ? status - 128 : status, words.len ? ": " : "", STR_ARG(words));
}

bool kit_is_stopped(const struct kit *kit)
{
    return kit->setup->stop && atomic_load(kit->setup->stop);
}

int64_t kit_wait_us(const struct kit *kit)
{
    return clock_monotonic_us() + kit->setup->wait_s * CLOCK_SECOND_US;
}

/* ---- The driver's words ---- */

size_t kit_texts(struct kit *kit, const struct cJSON *answer, const char *name, struct str **texts_out)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(answer, name), *item;
    size_t       count = 0;
    *texts_out = arena_array(&kit->arena, (size_t)cJSON_GetArraySize(list), sizeof **texts_out);
    cJSON_ArrayForEach(item, list)
        if (*texts_out && cJSON_IsString(item))
            (*texts_out)[count++] = arena_str(&kit->arena, str_of(item->valuestring));
    return count;
}

static bool ask_for_ids(struct kit *kit, const char *what, const char *members, struct str **ids_out, size_t *count_out)
{
    char   why[400];
    cJSON *answer = driver_ask(&kit->driver, what, members, why);
    *ids_out = NULL;
    *count_out = 0;
    if (!answer) {
        kit_skip(kit, "%s", why);
        return false;
    }
    *count_out = kit_texts(kit, answer, "ids", ids_out);
    cJSON_Delete(answer);
    return true;
}

bool kit_post(struct kit *kit, unsigned count, struct str **ids_out, size_t *count_out)
{
    char members[40];
    if (!kit->driver.is_there) {
        *ids_out = NULL;
        *count_out = 0;
        kit->finding.verdict = KIT_SKIPPED; /* what the check says counts; silence is this */
        return false;
    }
    snprintf(members, sizeof members, ",\"count\":%u", count);
    return ask_for_ids(kit, "post", members, ids_out, count_out);
}

bool kit_list(struct kit *kit, struct str **ids_out, size_t *count_out)
{
    return ask_for_ids(kit, "list", "", ids_out, count_out);
}

/* ---- Beginning ---- */

static enum error_code keep_json(struct kit *kit, const cJSON *answer, const char *name, struct str *out, struct error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(answer, name);
    if (out->len || !cJSON_IsObject(item))
        return ERROR_NONE;
    char *text = cJSON_PrintUnformatted(item);
    *out = text ? arena_str(&kit->arena, str_of(text)) : (struct str){0};
    cJSON_free(text);
    return out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for the driver's %s", name);
}

static enum error_code keep_mode(struct kit *kit, const char *word, struct error *error)
{
    for (size_t i = 0; word && i < SOURCE_MODE_COUNT; i++)
        if (strcmp(word, source_modes[i]) == 0) {
            kit->mode = (enum source_mode)(1u << i);
            return ERROR_NONE;
        }
    return word ? error_set(error, ERROR_INVALID, "there is no mode '%.40s': stream, poll, search or backfill", word) : ERROR_NONE;
}

static void keep_target(struct kit *kit, const cJSON *answer)
{
    const cJSON *target = cJSON_GetObjectItemCaseSensitive(answer, "target");
    struct {
        const char *name;
        struct str *out;
    } texts[] = {{"id", &kit->target.target_id}, {"root", &kit->target.target_root}, {"author", &kit->target.target_author}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(target, texts[i].name));
        if (text)
            *texts[i].out = arena_str(&kit->arena, str_of(text));
    }
}

static enum error_code begin_driver(struct kit *kit, struct error *error)
{
    char            why[400];
    enum error_code code = driver_start(kit->setup->driver, &kit->driver, error);
    cJSON          *answer = code ? NULL : driver_ask(&kit->driver, "begin", "", why);
    if (!code && !answer)
        code = error_set(error, ERROR_IO, "%s", why);
    if (!code)
        code = keep_json(kit, answer, "config", &kit->config, error);
    if (!code)
        code = keep_json(kit, answer, "secrets", &kit->secrets, error);
    if (!code)
        code = keep_json(kit, answer, "bad_secrets", &kit->bad_secrets, error);
    if (!code)
        code = keep_json(kit, answer, "query", &kit->query, error);
    if (!code && !kit->mode)
        code = keep_mode(kit, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "mode")), error);
    if (!code)
        keep_target(kit, answer);
    cJSON_Delete(answer);
    struct str *ids;
    size_t      count;
    if (!code && kit_list(kit, &ids, &count))
        for (size_t i = 0; i < count; i++)
            interner_add(&kit->before, ids[i]);
    return code;
}

static enum error_code check_object(struct str text, const char *name, struct error *error)
{
    cJSON *object = cJSON_ParseWithLength(text.ptr, text.len);
    bool   is_good = cJSON_IsObject(object);
    cJSON_Delete(object);
    return is_good ? ERROR_NONE : error_set(error, ERROR_INVALID, "%s is not a JSON object", name);
}

/* By the way a connector gets it. Without a time of its own it begins ten seconds before the kit, so that what the driver makes is owed. */
static enum error_code read_query(struct kit *kit, struct error *error)
{
    struct buf      line = {0};
    enum error_code code = check_object(kit->query, "the query", error);
    buf_printf(&line, "{\"t\":\"subscribe\",\"sub\":\"x\",\"mode\":\"poll\",\"query\":%.*s}", STR_ARG(kit->query));
    if (!code)
        code = message_read(buf_str(&line), &kit->parsed_from, error);
    buf_fini(&line);
    kit->parsed = kit->parsed_from.query;
    if (!kit->parsed.since_us)
        kit->parsed.since_us = clock_now_us() - 10 * CLOCK_SECOND_US;
    return code;
}

static enum error_code begin(struct kit *kit, struct error *error)
{
    const struct kit_setup *setup = kit->setup;
    kit->config = setup->config;
    kit->secrets = setup->secrets;
    kit->query = setup->query;
    enum error_code code = keep_mode(kit, setup->mode, error);
    if (!code)
        code = vfs_make_temporary(kit->folder, error);
    if (!code && setup->driver)
        code = begin_driver(kit, error);
    kit->finding = (struct kit_finding){0};
    kit->config = kit->config.len ? kit->config : STR("{}");
    kit->secrets = kit->secrets.len ? kit->secrets : STR("{}");
    kit->query = kit->query.len ? kit->query : STR("{}");
    if (!code)
        code = check_object(kit->config, "the config", error);
    if (!code)
        code = check_object(kit->secrets, "the secrets", error);
    return code ? code : read_query(kit, error);
}

/* ---- One after the other ---- */

static bool is_wanted(const char *only, const char *name)
{
    struct str rest = str_of(only), word;
    while (only && str_next_field(&rest, ' ', &word))
        if (str_equal(word, str_of(name)))
            return true;
    return !only;
}

static enum error_code check_only(const char *only, struct error *error)
{
    struct str rest = str_of(only), word;
    while (only && str_next_field(&rest, ' ', &word)) {
        size_t i = 0;
        while (kit_rows[i].name && !str_equal(word, str_of(kit_rows[i].name)))
            i++;
        if (word.len && !kit_rows[i].name)
            return error_set(error, ERROR_INVALID, "there is no check '%.*s'", (int)(word.len < 40 ? word.len : 40), word.ptr);
    }
    return ERROR_NONE;
}

static void run_one(struct kit *kit, size_t i)
{
    int64_t began_us = clock_monotonic_us();
    kit->finding = (struct kit_finding){.name = kit_rows[i].name, .what = kit_rows[i].what, .verdict = KIT_SKIPPED};
    if (checks[i].needs >= NEEDS_HELLO && !kit->has_hello)
        kit_skip(kit, "it never said hello");
    else if (checks[i].needs >= NEEDS_READY && !kit->is_ready)
        kit_skip(kit, "it was never ready");
    else
        checks[i].run(kit);
    if (!kit->finding.why[0])
        kit_skip(kit, "without a driver nobody makes the platform do things");
    kit->finding.took_us = clock_monotonic_us() - began_us;
}

enum error_code kit_run(const struct kit_setup *setup, struct kit_counts *counts_out, struct error *error)
{
    struct kit kit = {.setup = setup};
    *counts_out = (struct kit_counts){0};
    rng_seed(&kit.rng, setup->seed);
    enum error_code code = check_only(setup->only, error);
    if (!code)
        code = begin(&kit, error);
    for (size_t i = 0; kit_rows[i].name && !code; i++) {
        bool is_first_two = i < 2; /* what all others need */
        if (!is_wanted(setup->only, kit_rows[i].name) && !is_first_two)
            continue;
        run_one(&kit, i);
        if (kit_is_stopped(&kit))
            code = error_set(error, ERROR_CANCELLED, "stopped");
        else if (is_wanted(setup->only, kit_rows[i].name) || kit.finding.verdict == KIT_FAILED) {
            unsigned *counts[] = {&counts_out->ok, &counts_out->failed, &counts_out->skipped};
            (*counts[kit.finding.verdict])++;
            setup->tell(setup->context, &kit.finding);
        }
    }
    driver_stop(&kit.driver);
    if (kit.folder[0])
        vfs_remove_folder(kit.folder);
    message_fini(&kit.hello);
    message_fini(&kit.parsed_from);
    interner_fini(&kit.before);
    arena_fini(&kit.arena);
    return code;
}
