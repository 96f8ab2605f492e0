/* Words and phrases of a query, read by the tokeniser that reads posts. Where a chunk holds * or ?, the pieces between them are
 * tokenised, and a wildcard joins the token that it touches: "wi-f*" is the phrase "wi f*". */
#include "query/parse.h"

#include <stdio.h>

struct reading {
    struct parser       *parser;
    const struct lexeme *word;   /* where it stands in the query */
    struct node_list     leaves;
    struct buf           glob;   /* the leaf that is put together from pieces and wildcards; empty: none */
    bool                 has_wildcard, has_literal; /* of glob */
};

static bool fail_memory(struct reading *reading)
{
    return parse_no_memory(reading->parser);
}

static bool add_leaf(struct reading *reading, enum query_kind kind, struct str key)
{
    struct query_node *leaf = parse_new_node(reading->parser, kind, reading->word->start, reading->word->column);
    if (!leaf)
        return false;
    leaf->text = key;
    return parse_collect(reading->parser, &reading->leaves, leaf);
}

static bool analyse(struct parser *parser, struct str text, struct text_facts *facts)
{
    return text_analyse(parser->job->analyser, parser->job->arena, text, STR(""), 0, facts,
                        parser->job->error) == ERROR_NONE;
}

bool parse_has_token(struct parser *parser, struct str text, bool *has_token_out)
{
    struct text_facts facts;
    if (!analyse(parser, text, &facts))
        return false;
    *has_token_out = facts.token_count > 0;
    return true;
}

/* One leaf for each position: the form with its sigil where there are two. */
static bool add_plain(struct reading *reading, struct str text)
{
    struct text_facts facts;
    if (!analyse(reading->parser, text, &facts))
        return false;
    for (uint32_t i = 0; i < facts.token_count; i++)
        if ((i == 0 || facts.tokens[i].position != facts.tokens[i - 1].position) &&
            !add_leaf(reading, QUERY_TERM, facts.tokens[i].key))
            return false;
    return true;
}

/* ---- Chunks with wildcards ---- */

static bool finish_glob(struct reading *reading)
{
    struct parser *parser = reading->parser;
    struct buf    *glob = &reading->glob;
    if (glob->has_failed)
        return fail_memory(reading);
    if (glob->len == 0)
        return true;
    if (!reading->has_literal)
        return source_fail(&parser->source, reading->word->start, ERROR_SYNTAX,
                           "* stands for any letters of a word: delay*; for any word between write lost NEAR/1f bag",
                           "a wildcard needs a letter or digit right beside it"), false;
    if (glob->len > QUERY_MAX_GLOB_BYTES)
        return source_fail(&parser->source, reading->word->start, ERROR_TOO_LARGE, NULL,
                           "a word with wildcards has at most %d bytes",
                           QUERY_MAX_GLOB_BYTES), false;
    struct str key = arena_str(parser->job->arena, buf_str(glob));
    if (!key.ptr)
        return fail_memory(reading);
    if (!add_leaf(reading, reading->has_wildcard ? QUERY_GLOB : QUERY_TERM, key))
        return false;
    buf_clear(glob);
    reading->has_wildcard = reading->has_literal = false;
    return true;
}

/* "**" says no more than "*". */
static void add_wildcard(struct reading *reading, char wildcard)
{
    struct buf *glob = &reading->glob;
    if (wildcard != '*' || glob->len == 0 || glob->ptr[glob->len - 1] != '*')
        buf_append_char(glob, wildcard);
    reading->has_wildcard = true;
}

/* What the tokeniser drops at the edge of a word though it would be part of a longer one: fleet'*, foo_*. */
static bool is_joining(struct str edge)
{
    return edge.len == 0 || str_equal(edge, STR("_")) || str_equal(edge, STR("'")) || str_equal(edge, STR("\u2019"));
}

static bool append_folded(struct reading *reading, struct str s)
{
    struct str folded = text_fold(reading->parser->job->analyser, reading->parser->job->arena, s);
    return folded.ptr && buf_append_str(&reading->glob, folded);
}

/* piece stands at offset of the chunk, between wildcards or its ends. */
static bool add_piece(struct reading *reading, struct str piece, bool is_first, bool is_last)
{
    struct text_facts facts;
    if (piece.len == 0)
        return true;
    if (is_first && piece.len == 1 && strchr("#@$", piece.ptr[0])) {
        buf_append_str(&reading->glob, piece);
        reading->has_literal = true;
        return true;
    }
    if (!analyse(reading->parser, piece, &facts))
        return false;
    if (facts.token_count == 0 && is_joining(piece)) {
        append_folded(reading, piece);
        return true;
    }
    size_t end = 0;
    for (uint32_t i = 0; i < facts.token_count; i++) {
        struct token token = facts.tokens[i];
        if (i > 0 && token.position == facts.tokens[i - 1].position)
            continue;
        if (token.kind == TOKEN_LINK) { /* a link behind other letters takes no wildcards: its ? is a part of it */
            if (!finish_glob(reading) || !add_leaf(reading, QUERY_TERM, token.key))
                return false;
            end = token.start + token.len;
            continue;
        }
        struct str before = str_slice(piece.ptr + end, token.start - end);
        bool       joins = end == 0 && is_joining(before);
        if (!joins && !finish_glob(reading))
            return false;
        if (joins && !is_first)
            append_folded(reading, before);
        buf_append_str(&reading->glob, token.key);
        reading->has_literal = true;
        end = token.start + token.len;
    }
    struct str after = str_slice(piece.ptr + end, piece.len - end);
    if (is_last || is_joining(after))
        return is_last || append_folded(reading, after) || fail_memory(reading);
    return finish_glob(reading);
}

/* The keycaps *⃣ and *️⃣ are emoji. */
static bool is_keycap(struct str s, size_t at)
{
    struct str rest = str_slice(s.ptr + at + 1, s.len - at - 1);
    return str_starts_with(rest, STR("\ufe0f\u20e3")) || str_starts_with(rest, STR("\u20e3"));
}

static bool is_wildcard(struct str s, size_t at)
{
    return s.ptr[at] == '?' || (s.ptr[at] == '*' && !is_keycap(s, at));
}

static bool add_glob_chunk(struct reading *reading, struct str chunk)
{
    size_t start = 0;
    for (size_t at = 0; at <= chunk.len; at++) {
        if (at < chunk.len && !is_wildcard(chunk, at))
            continue;
        if (!add_piece(reading, str_slice(chunk.ptr + start, at - start), start == 0, at == chunk.len))
            return false;
        if (at < chunk.len)
            add_wildcard(reading, chunk.ptr[at]);
        start = at + 1;
    }
    return finish_glob(reading);
}

/* A link with *: its scheme and host in lower case, as canonical links have them; the rest as it stands. */
static bool add_glob_link(struct reading *reading, struct str chunk)
{
    struct buf *glob = &reading->glob;
    size_t      scheme_end = 0;
    const char *slashes = memmem(chunk.ptr, chunk.len, "://", 3);
    if (slashes)
        scheme_end = (size_t)(slashes + 3 - chunk.ptr);
    else
        buf_append_str(glob, STR("http://"));
    for (size_t at = 0, slash = 0; at < chunk.len; at++) {
        slash |= at >= scheme_end && chunk.ptr[at] == '/';
        bool is_upper = !slash && chunk.ptr[at] >= 'A' && chunk.ptr[at] <= 'Z';
        if (chunk.ptr[at] == '*')
            add_wildcard(reading, '*');
        else
            buf_append_char(glob, (char)(is_upper ? chunk.ptr[at] + ('a' - 'A') : chunk.ptr[at]));
    }
    reading->has_literal = reading->has_wildcard = true;
    return finish_glob(reading);
}

/* Where the address in a chunk begins ("see:https://..."); its length where there is none. */
static size_t link_start(struct str chunk)
{
    for (size_t at = 0; at < chunk.len; at++)
        if ((at == 0 || (chunk.ptr[at] | 0x20) == 'h') && looks_like_link(str_slice(chunk.ptr + at, chunk.len - at)))
            return at;
    return chunk.len;
}

/* In an address ? is itself. */
static bool has_wildcard(struct str chunk)
{
    size_t link = link_start(chunk);
    for (size_t at = 0; at < chunk.len; at++)
        if (at > link ? chunk.ptr[at] == '*' : is_wildcard(chunk, at))
            return true;
    return false;
}

static bool add_chunk(struct reading *reading, struct str chunk)
{
    size_t     link = link_start(chunk);
    struct str before = str_slice(chunk.ptr, link), address = str_slice(chunk.ptr + link, chunk.len - link);
    if (before.len && !(has_wildcard(before) ? add_glob_chunk(reading, before) : add_plain(reading, before)))
        return false;
    if (address.len == 0)
        return true;
    return has_wildcard(address) ? add_glob_link(reading, address) : add_plain(reading, address);
}

/* Takes the chunks with wildcards out; what stands between them goes to the tokeniser whole. */
static bool read_chunks(struct reading *reading, struct str text)
{
    size_t plain_start = 0, at = 0;
    while (at < text.len) {
        size_t blank = blank_bytes(text, at), end = at;
        if (blank) {
            at += blank;
            continue;
        }
        while (end < text.len && !blank_bytes(text, end))
            end++;
        struct str chunk = str_slice(text.ptr + at, end - at);
        if (has_wildcard(chunk)) {
            if (!add_plain(reading, str_slice(text.ptr + plain_start, at - plain_start)) || !add_chunk(reading, chunk))
                return false;
            plain_start = end;
        }
        at = end;
    }
    return add_plain(reading, str_slice(text.ptr + plain_start, text.len - plain_start));
}

struct query_node *parse_words(struct parser *parser, const struct lexeme *word, struct str text)
{
    struct reading reading = {.parser = parser, .word = word};
    bool           is_read = read_chunks(&reading, text);
    buf_fini(&reading.glob);
    if (!is_read)
        return NULL;
    if (reading.leaves.count == 0) {
        char word_shown[SHOWN_BYTES], help[SHOWN_BYTES + 64];
        shown(text, word_shown);
        snprintf(help, sizeof help, "to look for the characters themselves, write raw:\"...\"");
        source_fail(&parser->source, word->start, ERROR_SYNTAX, help, "%s holds no word, tag, name, link or emoji",
                    word_shown);
        return NULL;
    }
    return parse_join(parser, QUERY_PHRASE, &reading.leaves, word->start);
}
