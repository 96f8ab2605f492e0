#include "source/source.h"

#include "source/words.h"

const char *const source_phases[7] = {"backfill", "live", "idle", "rate_limited", "auth_failed", "gap", "error"};
const char *const source_failures[10] = {"", "rate_limited", "transient", "auth", "not_permitted", "gone", "invalid", "duplicate", "unsupported",
                                         "unknown_outcome"};
const char *const source_modes[SOURCE_MODE_COUNT] = {"stream", "poll", "search", "backfill", "thread"};
const char *const source_acts[SOURCE_ACT_COUNT] = {"publish", "reply", "delete", "like", "unlike", "repost", "fetch", "deliver"};
const char *const source_ops[SOURCE_OP_COUNT] = {"upsert", "delete", "metrics", "actor", "actor_delete"};
const char *const source_units[SOURCE_UNIT_COUNT] = {"grapheme", "char", "byte", "x-weighted"};

static bool copy_str(struct str s, struct arena *arena, struct str *copy_out)
{
    *copy_out = s.len ? arena_str(arena, s) : (struct str){0};
    return !s.len || copy_out->ptr;
}

static bool copy_list(struct str *list, size_t count, struct arena *arena, struct str **copy_out, size_t *count_out)
{
    *count_out = count;
    *copy_out = count ? arena_array(arena, count, sizeof **copy_out) : NULL;
    if (count && !*copy_out)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!copy_str(list[i], arena, &(*copy_out)[i]))
            return false;
    return true;
}

bool source_query_copy(const struct source_query *query, struct arena *arena, struct source_query *copy_out)
{
    *copy_out = *query;
    return copy_list(query->any, query->any_count, arena, &copy_out->any, &copy_out->any_count) &&
           copy_list(query->none, query->none_count, arena, &copy_out->none, &copy_out->none_count) &&
           copy_list(query->hashtags, query->hashtag_count, arena, &copy_out->hashtags, &copy_out->hashtag_count) &&
           copy_list(query->accounts, query->account_count, arena, &copy_out->accounts, &copy_out->account_count) &&
           copy_list(query->urls, query->url_count, arena, &copy_out->urls, &copy_out->url_count) &&
           copy_list(query->langs, query->lang_count, arena, &copy_out->langs, &copy_out->lang_count);
}

bool source_command_copy(const struct source_command *command, struct arena *arena, struct source_command *copy_out)
{
    *copy_out = *command;
    return copy_str(command->target_id, arena, &copy_out->target_id) && copy_str(command->target_root, arena, &copy_out->target_root) &&
           copy_str(command->target_author, arena, &copy_out->target_author) && copy_str(command->text, arena, &copy_out->text) &&
           copy_str(command->lang, arena, &copy_out->lang) && copy_str(command->visibility, arena, &copy_out->visibility) &&
           copy_str(command->proof.timestamp, arena, &copy_out->proof.timestamp) && copy_str(command->proof.signature, arena, &copy_out->proof.signature);
}

void source_put_bits(struct json *json, const char *name, unsigned bits, const char *const *words, size_t count)
{
    json_key(json, name);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        if (bits & (1u << i))
            json_text(json, words[i]);
    json_end(json);
}
