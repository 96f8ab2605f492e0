#include "text/analyser.h"

#include "base/utf8.h"

#include <stdlib.h>

/* CLD2 takes and gives back some 200 KB for every text. Left alone, glibc returns them to the system each time: five
 * times slower than the detection itself (38 against 7 us a post). Freeing one large block moves its threshold up
 * (mallopt(3), M_TRIM_THRESHOLD). */
static void keep_freed_memory(void)
{
    enum { BLOCK_BYTES = 2 * 1024 * 1024 };
    void *volatile block = malloc(BLOCK_BYTES);
    free(block);
}

enum error_code text_analyser_new(struct text_analyser **analyser_out, struct error *error)
{
    UErrorCode            status = U_ZERO_ERROR;
    struct text_analyser *analyser = calloc(1, sizeof *analyser);
    if (!analyser)
        return error_set(error, ERROR_MEMORY, "no memory for a text analyser");
    keep_freed_memory();
    analyser->breaker_text = (UText)UTEXT_INITIALIZER;
    analyser->nfkc_casefold = unorm2_getNFKCCasefoldInstance(&status);
    if (U_FAILURE(status)) {
        text_analyser_free(analyser);
        return error_set(error, ERROR_MEMORY, "cannot load the Unicode folding data of ICU: %s", u_errorName(status));
    }
    *analyser_out = analyser;
    return ERROR_NONE;
}

void text_analyser_free(struct text_analyser *analyser)
{
    if (!analyser)
        return;
    if (analyser->breaker)
        ubrk_close(analyser->breaker);
    utext_close(&analyser->breaker_text);
    stem_cache_free(analyser->stems);
    buf_fini(&analyser->scratch);
    buf_fini(&analyser->decoded);
    free(analyser->narrow.units);
    free(analyser->wide.units);
    free(analyser->tokens);
    free(analyser);
}

static bool is_clean(struct str text)
{
    return !(text.len && memchr(text.ptr, '\0', text.len)) && utf8_is_valid(text);
}

/* Broken parts and NULs become U+FFFD. */
static struct str repair(struct arena *arena, struct str text)
{
    struct buf out = {0};
    for (struct str part; str_next_field(&text, '\0', &part);) {
        utf8_repair(part, &out);
        if (text.ptr)
            buf_append(&out, "\xef\xbf\xbd", 3);
    }
    struct str repaired = out.has_failed ? (struct str){0} : arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return repaired;
}

static bool add_stems(struct text_analyser *analyser, struct arena *arena, struct text_facts *facts)
{
    int language = stem_language(facts->lang);
    for (uint32_t i = 0; i < facts->token_count && language >= 0; i++) {
        struct token *token = &facts->tokens[i];
        if (token->kind != TOKEN_WORD)
            continue;
        struct str stem = stem_in(analyser, token->key, language);
        if (str_starts_with(token->key, stem))
            token->stem.len = stem.len;
        else
            token->stem = arena_str(arena, stem);
        if (!token->stem.ptr)
            return false;
    }
    return true;
}

static enum error_code no_memory(struct error *error, struct str text)
{
    return error_set(error, ERROR_MEMORY, "no memory to analyse a text of %zu bytes", text.len);
}

enum error_code text_analyse(struct text_analyser *analyser, struct arena *arena, struct str text,
                             struct str claimed_lang, unsigned want, struct text_facts *facts_out, struct error *error)
{
    struct text_facts facts = {.text = text.ptr ? text : STR("")};
    if (text.len >= UINT32_MAX / 4)
        return no_memory(error, text);
    if (!is_clean(text))
        facts.text = repair(arena, text);
    if (!facts.text.ptr || !text_tokenize(analyser, arena, facts.text, &facts.position_count))
        return no_memory(error, text);
    facts.token_count = analyser->token_count;
    facts.tokens = arena_array(arena, facts.token_count, sizeof *facts.tokens);
    if (!facts.tokens)
        return no_memory(error, text);
    for (uint32_t i = 0; i < facts.token_count; i++) {
        facts.tokens[i] = analyser->tokens[i];
        facts.tokens[i].stem = facts.tokens[i].key;
    }
    if (!text_claimed_language(claimed_lang, facts.lang) && (want & TEXT_WANT_LANGUAGE) &&
        !text_detect_language(analyser, facts.tokens, facts.token_count, facts.lang))
        return no_memory(error, text);
    if ((want & TEXT_WANT_STEMS) && facts.lang[0] && !add_stems(analyser, arena, &facts))
        return no_memory(error, text);
    if (want & TEXT_WANT_COPIES)
        text_copies(facts.tokens, facts.token_count, &facts);
    *facts_out = facts;
    return ERROR_NONE;
}
