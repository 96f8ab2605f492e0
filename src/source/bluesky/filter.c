#include "source/bluesky/filter.h"

#include "text/text.h"

#include <stdlib.h>

struct list {
    struct str *rows;
    size_t      count, capacity;
};

struct bluesky_filter {
    struct arena          arena, scratch;
    struct text_analyser *analyser;
    struct list           words, tags, accounts, langs; /* folded; words: any and urls */
    int64_t               since_us, until_us;
    bool                  is_open; /* no list that asks for something */
};

static bool is_ascii(struct str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.len; i++)
        all |= (unsigned char)s.ptr[i];
    return all < 0x80;
}

/* As the archive's keys are folded, so that nothing is missed which the host would find. */
static struct str folded(struct bluesky_filter *filter, struct arena *arena, struct str s)
{
    if (!is_ascii(s))
        return text_fold(filter->analyser, arena, s);
    char *low = arena_alloc(arena, s.len);
    for (size_t i = 0; low && i < s.len; i++)
        low[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] | 0x20 : s.ptr[i]);
    return low ? str_slice(low, s.len) : (struct str){0};
}

static bool add(struct bluesky_filter *filter, struct list *list, struct str word)
{
    void *rows = list->rows;
    word = folded(filter, &filter->arena, str_trim(word));
    if (!word.ptr || !arena_grow(&filter->arena, &rows, sizeof *list->rows, list->count, &list->capacity))
        return false;
    list->rows = rows;
    if (word.len)
        list->rows[list->count++] = word;
    return true;
}

static bool add_all(struct bluesky_filter *filter, struct list *list, const struct str *words, size_t count, char sigil)
{
    for (size_t i = 0; i < count; i++) {
        struct str word = words[i];
        if (sigil && word.len && word.ptr[0] == sigil)
            word = str_slice(word.ptr + 1, word.len - 1);
        if (!add(filter, list, word))
            return false;
    }
    return true;
}

/* "https://www.example.com/a" is looked for as "example.com/a": links come in every dress. */
static struct str undressed(struct str url)
{
    static const char *const dress[] = {"https://", "http://", "www."};
    for (size_t i = 0; i < sizeof dress / sizeof *dress; i++)
        if (str_starts_with(url, str_of(dress[i])))
            url = str_slice(url.ptr + strlen(dress[i]), url.len - strlen(dress[i]));
    return url;
}

enum error_code bluesky_filter_new(const struct source_query *query, struct bluesky_filter **filter_out,
                                   struct error *error)
{
    *filter_out = NULL;
    bool is_open = query->any_count + query->hashtag_count + query->account_count + query->url_count == 0;
    if (is_open && query->lang_count == 0 && !query->since_us && !query->until_us)
        return ERROR_NONE;
    struct bluesky_filter *filter = calloc(1, sizeof *filter);
    if (!filter || text_analyser_new(&filter->analyser, error))
        goto fail;
    filter->is_open = is_open;
    filter->since_us = query->since_us;
    filter->until_us = query->until_us;
    bool is_whole = add_all(filter, &filter->words, query->any, query->any_count, 0) &&
                    add_all(filter, &filter->tags, query->hashtags, query->hashtag_count, '#') &&
                    add_all(filter, &filter->accounts, query->accounts, query->account_count, '@') &&
                    add_all(filter, &filter->langs, query->langs, query->lang_count, 0);
    for (size_t i = 0; i < query->url_count && is_whole; i++)
        is_whole = add(filter, &filter->words, undressed(query->urls[i]));
    if (is_whole) {
        *filter_out = filter;
        return ERROR_NONE;
    }
fail:
    bluesky_filter_free(filter);
    return error_set(error, ERROR_MEMORY, "no memory for a query");
}

void bluesky_filter_free(struct bluesky_filter *filter)
{
    if (!filter)
        return;
    text_analyser_free(filter->analyser);
    arena_fini(&filter->scratch);
    arena_fini(&filter->arena);
    free(filter);
}

bool bluesky_filter_add_did(struct bluesky_filter *filter, struct str did)
{
    return add(filter, &filter->accounts, did);
}

static bool holds(struct bluesky_filter *filter, struct str text)
{
    if (text.len == 0)
        return false;
    text = folded(filter, &filter->scratch, text);
    for (size_t i = 0; i < filter->words.count; i++)
        if (memmem(text.ptr, text.len, filter->words.rows[i].ptr, filter->words.rows[i].len))
            return true;
    for (size_t i = 0; i < filter->tags.count; i++)
        if (memmem(text.ptr, text.len, filter->tags.rows[i].ptr, filter->tags.rows[i].len))
            return true;
    return false;
}

static bool is_among(const struct list *list, struct str s)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_equal_ascii_nocase(list->rows[i], s))
            return true;
    return false;
}

/* A post without a language could be in any; "en-GB" is as good as "en". */
static bool language_passes(const struct bluesky_filter *filter, struct str lang)
{
    if (filter->langs.count == 0 || lang.len == 0)
        return true;
    struct str whole = lang, first;
    str_next_field(&lang, '-', &first);
    for (size_t i = 0; i < filter->langs.count; i++) {
        struct str wanted = filter->langs.rows[i], wanted_first;
        str_next_field(&wanted, '-', &wanted_first);
        if (str_equal_ascii_nocase(wanted_first, first))
            return true;
    }
    return whole.len < 2;
}

bool bluesky_filter_passes(struct bluesky_filter *filter, const struct bluesky_record *record, struct str did,
                           struct str handle, int64_t at_us)
{
    if (!filter)
        return true;
    if ((filter->since_us && at_us < filter->since_us) || (filter->until_us && at_us >= filter->until_us) ||
        !language_passes(filter, record->lang))
        return false;
    if (filter->is_open)
        return true;
    arena_reset(&filter->scratch);
    if (is_among(&filter->accounts, did) || (handle.len && is_among(&filter->accounts, handle)) ||
        holds(filter, record->text))
        return true;
    for (size_t i = 0; i < record->link_count; i++)
        if (holds(filter, record->links[i]))
            return true;
    for (size_t i = 0; i < record->media_count; i++)
        if (holds(filter, record->media[i].alt))
            return true;
    for (size_t i = 0; i < record->tag_count; i++)
        if (holds(filter, record->tags[i]))
            return true;
    for (size_t i = 0; i < record->mention_count; i++)
        if (is_among(&filter->accounts, record->mentions[i]))
            return true;
    return false;
}
