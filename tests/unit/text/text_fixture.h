/* What the tests of this room share: an analyser, and tokens as one readable line.
 *
 *     our fleet's on fleek {😍} #jetblue=jetblue <http://t.co/x>
 *
 * Positions are separated by blanks, tokens at one position by "="; links stand in <>, emoji in {}, the rest as their
 * keys.
 */
#ifndef TEXT_FIXTURE_H
#define TEXT_FIXTURE_H

#include "base/buf.h"
#include "text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
    struct text_analyser *analyser;
    struct arena          arena;
};

static inline int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct error    error = {0};
    if (!fixture || text_analyser_new(&fixture->analyser, &error) != ERROR_NONE)
        return -1;
    *state = fixture;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    text_analyser_free(fixture->analyser);
    arena_fini(&fixture->arena);
    free(fixture);
    return 0;
}

static inline struct text_facts facts_of(struct fixture *fixture, struct str text, const char *lang, unsigned want)
{
    struct text_facts facts;
    struct error      error = {0};
    if (text_analyse(fixture->analyser, &fixture->arena, text, str_of(lang), want, &facts, &error) != ERROR_NONE)
        fail_msg("%s", error.message);
    return facts;
}

static inline void print_token(const struct token *token, struct buf *out)
{
    const char *brackets = token->kind == TOKEN_LINK ? "<>" : token->kind == TOKEN_EMOJI ? "{}" : NULL;
    buf_printf(out, "%.*s%.*s%.*s", brackets != NULL, brackets ? brackets : "", STR_ARG(token->key), brackets != NULL,
               brackets ? brackets + 1 : "");
}

/* In the arena. */
static inline const char *tokens_line(struct fixture *fixture, const struct text_facts *facts)
{
    struct buf line = {0};
    for (uint32_t i = 0; i < facts->token_count; i++) {
        if (i > 0)
            buf_append_char(&line, facts->tokens[i].position == facts->tokens[i - 1].position ? '=' : ' ');
        print_token(&facts->tokens[i], &line);
    }
    const char *text = arena_str(&fixture->arena, buf_str(&line)).ptr;
    buf_fini(&line);
    return text;
}

/* What must hold of the facts of any text at all. */
static inline void check_facts(const struct text_facts *facts)
{
    uint32_t position = 0;
    uint64_t start = 0;
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        bool                is_same = i > 0 && token->position == facts->tokens[i - 1].position;
        uint64_t            end = (uint64_t)token->start + token->len;
        if (token->len == 0 || end > facts->text.len)
            fail_msg("token %u: surface [%u, +%u) of a text of %zu bytes", i, token->start, token->len,
                     facts->text.len);
        if (((unsigned char)facts->text.ptr[token->start] & 0xc0) == 0x80 ||
            (end < facts->text.len && ((unsigned char)facts->text.ptr[end] & 0xc0) == 0x80))
            fail_msg("token %u: surface cuts a character in two", i);
        if (token->key.len == 0 || token->stem.len == 0)
            fail_msg("token %u: empty key or stem", i);
        if (is_same ? token->kind != TOKEN_WORD : i > 0 && token->position != position + 1)
            fail_msg("token %u: position %u after %u", i, token->position, position);
        if (i == 0 ? token->position != 0 : token->start < (is_same ? facts->tokens[i - 1].start : start))
            fail_msg("token %u: not in order", i);
        if (is_same && end > start)
            fail_msg("token %u: not inside its sigil form", i);
        position = token->position;
        start = is_same ? start : end;
    }
    if (facts->position_count != (facts->token_count ? position + 1 : 0))
        fail_msg("%u positions counted, the last token is at %u", facts->position_count, position);
}

#endif
