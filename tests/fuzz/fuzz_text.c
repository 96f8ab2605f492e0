/* Input: a byte that chooses language and wants, then the text. */
#include "fuzz.h"

#include "base/utf8.h"
#include "text/text.h"

static bool starts_character(struct str text, size_t at)
{
    return at == text.len || ((unsigned char)text.ptr[at] & 0xc0) != 0x80;
}

static void check_places(const struct text_facts *facts)
{
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        const struct token *before = i > 0 ? token - 1 : NULL;
        size_t              end = (size_t)token->start + token->len;
        bool                is_sigil_word = before && before->position == token->position;
        fuzz_check(token->len > 0 && end <= facts->text.len, "token %u", i);
        fuzz_check(starts_character(facts->text, token->start) && starts_character(facts->text, end), "token %u", i);
        fuzz_check(token->key.len > 0 && token->stem.len > 0 && token->kind <= TOKEN_EMOJI, "token %u", i);
        fuzz_check(utf8_is_valid(token->key) && utf8_is_valid(token->stem), "token %u", i);
        fuzz_check(before || token->position == 0, "token %u", i);
        if (is_sigil_word)
            fuzz_check(token->kind == TOKEN_WORD && token->start > before->start &&
                           end <= before->start + (size_t)before->len,
                       "token %u", i);
        else if (before)
            fuzz_check(token->position == before->position + 1 && token->start >= before->start + before->len,
                       "token %u", i);
    }
    uint32_t last = facts->token_count ? facts->tokens[facts->token_count - 1].position + 1 : 0;
    fuzz_check(facts->position_count == last, "%u positions", facts->position_count);
}

static void check_same(const struct text_facts *a, const struct text_facts *b)
{
    fuzz_check(a->token_count == b->token_count && a->copy_hash == b->copy_hash && a->simhash == b->simhash,
               "two analysers differ");
    for (uint32_t i = 0; i < a->token_count; i++)
        fuzz_check(str_equal(a->tokens[i].key, b->tokens[i].key) && str_equal(a->tokens[i].stem, b->tokens[i].stem),
                   "token %u", i);
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80)
            return false;
    return true;
}

/* A key is folded; and read as a text, an emoji or a key of ASCII is one token with that key. (Other scripts may be
 * cut at other places without their neighbours.) */
static void check_key(struct text_analyser *analyser, struct arena *arena, const struct token *token,
                      bool is_sigil_word)
{
    if (token->kind == TOKEN_LINK) {
        struct str again = text_link_canonical(arena, token->key);
        fuzz_check(str_equal(again, token->key), "link %.*s becomes %.*s", STR_ARG(token->key), STR_ARG(again));
        fuzz_check(text_link_host(token->key).len > 0, "link %.*s", STR_ARG(token->key));
        return;
    }
    if (token->kind != TOKEN_EMOJI) {
        struct str folded = text_fold(analyser, arena, token->key);
        fuzz_check(str_equal(folded, token->key), "key %.*s folds to %.*s", STR_ARG(token->key), STR_ARG(folded));
    }
    if (is_sigil_word || !(token->kind == TOKEN_EMOJI || is_ascii(token->key)) || token->key.len > 250)
        return;
    struct text_facts facts;
    if (text_analyse(analyser, arena, token->key, STR(""), 0, &facts, NULL) != ERROR_NONE)
        return;
    fuzz_check(facts.position_count == 1 && str_equal(facts.tokens[0].key, token->key),
               "key %.*s reads as %u positions, %.*s first", STR_ARG(token->key), facts.position_count,
               STR_ARG(facts.token_count ? facts.tokens[0].key : STR("")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const langs[] = {"", "en", "de", "tr", "ru", "ja", "ar", "zz"};
    struct arena             arena = {0};
    struct text_facts        facts, again;
    struct error             error = {0};
    FUZZ_ANALYSER(analyser);
    FUZZ_ANALYSER(second); /* sees keys too, so that its caches hold other things */
    if (size == 0)
        return 0;
    struct str  text = str_slice((const char *)data + 1, size - 1), lang = str_of(langs[data[0] & 7]);
    unsigned    want = data[0] >> 3 & TEXT_WANT_ALL;
    if (text_analyse(analyser, &arena, text, lang, want, &facts, &error) != ERROR_NONE)
        goto out;
    fuzz_check(utf8_is_valid(facts.text) && !(facts.text.len && memchr(facts.text.ptr, 0, facts.text.len)),
               "text not repaired");
    check_places(&facts);
    if (text_analyse(second, &arena, text, lang, want, &again, &error) == ERROR_NONE)
        check_same(&facts, &again);
    for (uint32_t i = 0; i < facts.token_count; i++) {
        check_key(second, &arena, &facts.tokens[i], i > 0 && facts.tokens[i].position == facts.tokens[i - 1].position);
        text_is_stop_word(facts.tokens[i].key, facts.lang);
    }
    fuzz_check(text_terminal_width(text) >= 0, "negative width");
    text_link_host(text_link_canonical(&arena, text));
out:
    arena_fini(&arena);
    return 0;
}
