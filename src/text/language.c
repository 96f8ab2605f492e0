#include "text/analyser.h"
#include "text/chars.h"

#include <unicode/uloc.h>

/* Codes that mean one of ISO 639-1, and claims that name no language. */
static const struct {
    char from[8], to[4];
} renamed[] = {
    {"iw", "he"}, {"in", "id"}, {"ji", "yi"},  {"jw", "jv"},   {"mo", "ro"}, {"nb", "no"},
    {"sh", "sr"}, {"tl", "tl"}, {"fil", "tl"}, {"blu", "hmn"}, {"und", ""},  {"un", ""},
    {"xxx", ""},  {"zxx", ""},  {"mul", ""},   {"mis", ""},    {"art", ""},  {"root", ""},
};

void text_language_code(struct str code, char lang[TEXT_LANG_BYTES])
{
    size_t len = 0;
    char   primary[4] = "";
    memset(lang, 0, TEXT_LANG_BYTES);
    for (; len < code.len && ascii_is_letter(code.ptr[len]); len++) {
        if (len == 3)
            return;
        primary[len] = ascii_to_lower(code.ptr[len]);
    }
    if (len < 2 || (len < code.len && code.ptr[len] != '-' && code.ptr[len] != '_'))
        return;
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
        if (strcmp(primary, renamed[i].from) == 0) {
            memcpy(lang, renamed[i].to, strlen(renamed[i].to));
            return;
        }
    if (len == 2) {
        memcpy(lang, primary, len);
    } else if (primary[0] != 'q') { /* qaa to qtz are private: platforms mark "no language" with them */
        char       canonical[12] = "";
        UErrorCode status = U_ZERO_ERROR; /* "deu" has the shorter name "de" */
        uloc_getLanguage(primary, canonical, sizeof canonical, &status);
        if (U_SUCCESS(status) && strlen(canonical) < TEXT_LANG_BYTES)
            memcpy(lang, canonical, strlen(canonical));
    }
}

bool text_claimed_language(struct str claim, char lang[TEXT_LANG_BYTES])
{
    text_language_code(claim, lang);
    return lang[0] != '\0';
}

bool text_detect_language(struct text_analyser *analyser, const struct token *tokens, uint32_t count,
                          char lang[TEXT_LANG_BYTES])
{
    enum { SAMPLE_MAX_BYTES = 1024 }; /* more hardly ever changes CLD2's mind */
    struct buf *sample = &analyser->scratch;
    size_t      words = 0, end = 0;
    buf_clear(sample);
    memset(lang, 0, TEXT_LANG_BYTES);
    for (uint32_t i = 0; i < count && sample->len < SAMPLE_MAX_BYTES; i++) {
        const struct token *token = &tokens[i];
        if (token->kind != TOKEN_WORD || token_is_sigil_word(tokens, i) || ascii_is_digit(token->key.ptr[0]))
            continue;
        if (token->start != end) /* words of unspaced scripts stay together */
            buf_append_char(sample, ' ');
        buf_append_str(sample, token->key);
        end = token->start + token->len;
        words++;
    }
    if (sample->has_failed)
        return false;
    if (words < TEXT_WORDS_FOR_LANGUAGE)
        return true;
    char code[16];
    cld2_detect(sample->ptr, sample->len, code);
    text_language_code(str_of(code), lang);
    return true;
}
