#include "query/lint.h"

static size_t sigil_bytes(struct str key)
{
    return key.len && strchr("#@$", key.ptr[0]) ? 1 : 0;
}

static size_t literal_prefix(struct str glob)
{
    size_t at = sigil_bytes(glob), characters = 0;
    for (; at < glob.len && glob.ptr[at] != '*' && glob.ptr[at] != '?'; at++)
        characters += ((unsigned char)glob.ptr[at] & 0xc0) != 0x80;
    return characters;
}

static struct query_node *with_text(struct lint *lint, const struct query_node *node, struct str text)
{
    struct query_node *copy = lint_copy(lint, node);
    if (copy) {
        copy->text = text;
        bool has_wildcard = text.len && (memchr(text.ptr, '*', text.len) || memchr(text.ptr, '?', text.len));
        copy->kind = has_wildcard ? QUERY_GLOB : QUERY_TERM;
    }
    return copy;
}

/* Would a person read it as a word? Not so what is left of "*@*" or of a keycap. */
static bool is_word(struct str s)
{
    unsigned char first = s.len ? (unsigned char)s.ptr[0] : 0;
    bool is_ascii_word = (first >= 'a' && first <= 'z') || (first >= '0' && first <= '9');
    return is_ascii_word || (first >= 0x80 && !str_starts_with(s, STR("\u20e3")));
}

/* Every glob is a GLOB leaf, alone, in a NEAR or in a phrase. */
static void lint_glob(struct lint *lint, const struct query_node *glob)
{
    struct str text = glob->text, rest = text;
    size_t     sigil = sigil_bytes(text), literals = 0;
    for (size_t i = sigil; i < text.len; i++)
        literals += text.ptr[i] != '*' && text.ptr[i] != '?';
    if (literals == 0) {
        lint_remark(lint, glob, true, NULL,
                    "%s takes every word with that sign; has:tag and has:mention say it faster",
                    lint_clause(lint, glob));
        return;
    }
    if (sigil == 0 && (text.ptr[0] == '*' || text.ptr[0] == '?')) {
        while (rest.ptr[0] == '*' || rest.ptr[0] == '?')
            rest = str_slice(rest.ptr + 1, rest.len - 1);
        lint_remark(lint, glob, true, is_word(rest) ? with_text(lint, glob, rest) : NULL,
                    "%s begins with a wildcard, so every known word must be tried",
                    lint_clause(lint, glob));
    } else if (literal_prefix(text) < 2 && sigil == 0) {
        lint_remark(lint, glob, true, NULL, "%s takes too many words: give it more letters before the wildcard",
                    lint_clause(lint, glob));
    }
}

/* "delayed?" typed as a question. */
static void lint_question(struct lint *lint, const struct query_node *glob)
{
    struct str text = glob->text, word = str_slice(text.ptr, text.len - 1);
    if (text.ptr[text.len - 1] != '?' ||
        !is_word(str_slice(word.ptr + sigil_bytes(word), word.len - sigil_bytes(word))) ||
        memchr(word.ptr, '*', word.len) || memchr(word.ptr, '?', word.len))
        return;
    struct query_node question = {.kind = QUERY_FIELD, .field = FIELD_HAS, .number = HAS_QUESTION,
                                  .column = glob->column};
    struct query_node *both[] = {with_text(lint, glob, word), lint_copy(lint, &question)};
    if (both[0] && both[1])
        lint_remark(lint, glob, false, lint_join(lint, QUERY_AND, both, 2),
                    "%s means %.*s and one more letter; for posts that ask, use has:question", lint_clause(lint, glob),
                    STR_ARG(word));
}

static bool is_phrase_like(const struct query_node *node)
{
    return node->kind == QUERY_TERM || node->kind == QUERY_GLOB || node->kind == QUERY_PHRASE;
}

static struct query_node *phrase_of(struct lint *lint, const struct query_node *near, bool is_reversed)
{
    uint32_t            count = 0, filled = 0;
    for (uint32_t i = 0; i < near->child_count; i++)
        count += near->children[i]->child_count ? near->children[i]->child_count : 1;
    struct query_node **words = arena_array(lint->arena, count, sizeof *words);
    if (!words) {
        lint->has_failed = true;
        return NULL;
    }
    for (uint32_t i = 0; i < near->child_count; i++) {
        struct query_node *child = near->children[is_reversed ? near->child_count - 1 - i : i];
        if (child->child_count == 0)
            words[filled++] = child;
        for (uint32_t j = 0; j < child->child_count; j++)
            words[filled++] = child->children[j];
    }
    return lint_join(lint, QUERY_PHRASE, words, count);
}

static void lint_near(struct lint *lint, const struct query_node *near)
{
    if (near->distance > 0)
        return;
    bool are_words = true;
    for (uint32_t i = 0; i < near->child_count; i++)
        are_words &= is_phrase_like(near->children[i]);
    struct query_node *rewrite = NULL, *ways[2];
    if (are_words && near->is_ordered) {
        rewrite = phrase_of(lint, near, false);
    } else if (are_words && near->child_count == 2) {
        ways[0] = phrase_of(lint, near, false);
        ways[1] = phrase_of(lint, near, true);
        rewrite = ways[0] && ways[1] ? lint_join(lint, QUERY_OR, ways, 2) : NULL;
    }
    lint_remark(lint, near, false, rewrite, "NEAR/0 lets no word stand between: that is a phrase%s",
                near->is_ordered ? "" : ", either way round");
}

/* Words that stand in nearly every post narrow nothing when they stand alone. */
static void lint_stop_word(struct lint *lint, const struct query_node *word)
{
    if (text_is_stop_word(word->text, ""))
        lint_remark(lint, word, true, NULL, "'%s' stands in a great part of all posts and says little alone",
                    lint_clause(lint, word));
}

void lint_words(struct lint *lint, const struct query_node *node)
{
    switch (node->kind) {
    case QUERY_GLOB:
        lint_glob(lint, node);
        lint_question(lint, node);
        break;
    case QUERY_PHRASE:
        for (uint32_t i = 0; i < node->child_count; i++)
            if (node->children[i]->kind == QUERY_GLOB)
                lint_glob(lint, node->children[i]);
        break;
    case QUERY_NEAR: lint_near(lint, node); break;
    case QUERY_OR:
        for (uint32_t i = 0; i < node->child_count; i++)
            if (node->children[i]->kind == QUERY_TERM)
                lint_stop_word(lint, node->children[i]);
        break;
    case QUERY_TERM:
        if (node == lint->query->root)
            lint_stop_word(lint, node);
        break;
    case QUERY_FREQ:
        if (node->distance == 1)
            lint_remark(lint, node, false, node->children[0], "freq:1 asks for what the word alone asks for");
        break;
    default: break;
    }
}
