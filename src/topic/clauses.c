/* A query taken apart: for each clause the same query without it.
 *
 * The walk goes down through AND, OR and NOT, and remembers the way. A clause is taken out by building the nodes on that way anew; everything
 * beside it is shared. Inside of a NOT, taking an alternative away lets more posts through: there an OR's children exclude. */
#include "topic/craft.h"


const char *const topic_clause_kinds[4] = {"adds", "narrows", "excludes", "nears"};

/* ---- Trees ---- */

static uint32_t height_over(struct query_node *const *children, uint32_t count)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; i++)
        most = children[i]->height > most ? children[i]->height : most;
    return most + 1;
}

struct query_node *topic_tree_join(struct arena *arena, enum query_kind kind, struct query_node **children, uint32_t count)
{
    if (count == 1)
        return children[0];
    struct query_node *node = arena_new(arena, struct query_node);
    if (!node)
        return NULL;
    node->kind = kind;
    node->children = children;
    node->child_count = count;
    node->column = children[0]->column;
    node->height = height_over(children, count);
    return node;
}

/* The archive and the matcher take trees as they are and change nothing in them. */
static struct query_node *shared(const struct query_node *node)
{
    union {
        const struct query_node *from;
        struct query_node       *to;
    } same = {.from = node};
    return same.to;
}

struct query_node *topic_tree_and(struct arena *arena, const struct query_node *a, const struct query_node *b)
{
    if (!a || !b)
        return NULL;
    if (a->kind == QUERY_ALL)
        return shared(b);
    if (b->kind == QUERY_ALL)
        return shared(a);
    struct query_node **children = arena_array(arena, 2, sizeof *children);
    if (!children)
        return NULL;
    children[0] = shared(a);
    children[1] = shared(b);
    return topic_tree_join(arena, QUERY_AND, children, 2);
}

struct query_node *topic_tree_not(struct arena *arena, const struct query_node *a)
{
    struct query_node  *node = arena_new(arena, struct query_node);
    struct query_node **children = arena_array(arena, 1, sizeof *children);
    if (!a || !node || !children)
        return NULL;
    children[0] = shared(a);
    node->kind = QUERY_NOT;
    node->children = children;
    node->child_count = 1;
    node->column = a->column;
    node->height = a->height + 1;
    return node;
}

struct query_node *topic_tree_but_not(struct arena *arena, const struct query_node *a, const struct query_node *b)
{
    return topic_tree_and(arena, a, topic_tree_not(arena, b));
}

struct query_node *topic_tree_field(struct arena *arena, enum query_field field, int64_t number)
{
    struct query_node *node = arena_new(arena, struct query_node);
    if (node) {
        node->kind = QUERY_FIELD;
        node->field = field;
        node->number = number;
    }
    return node;
}

/* ---- The walk ---- */

struct way { /* from the root down: in node, child number `child` comes next */
    const struct query_node *node;
    uint32_t                 child;
};

struct walk {
    const struct query_node *root;
    struct arena            *arena;
    struct topic_clause     *clauses;
    size_t                   count;
    bool                     is_cut, has_failed;
    struct way               way[QUERY_MAX_DEPTH + 1];
    size_t                   depth;
};

/* The tree with `instead` (NULL: nothing) where the last step of the way leads. NULL: nothing is left. */
static struct query_node *rebuilt(struct walk *walk, struct query_node *instead)
{
    for (size_t i = walk->depth; i-- > 0;) {
        const struct query_node *node = walk->way[i].node;
        if (node->kind == QUERY_NOT) {
            if (instead && !(instead = topic_tree_not(walk->arena, instead)))
                walk->has_failed = true;
            continue;
        }
        struct query_node **children = arena_array(walk->arena, node->child_count, sizeof *children);
        uint32_t            count = 0;
        if (!children) {
            walk->has_failed = true;
            return NULL;
        }
        for (uint32_t child = 0; child < node->child_count; child++)
            if (child != walk->way[i].child)
                children[count++] = node->children[child];
            else if (instead)
                children[count++] = instead;
        if (!(instead = count ? topic_tree_join(walk->arena, node->kind, children, count) : NULL) && count)
            walk->has_failed = true;
    }
    return instead;
}

static struct str printed(struct walk *walk, const struct query_node *node)
{
    struct buf text = {0};
    query_print(node, &text);
    struct str kept = text.has_failed ? (struct str){0} : arena_str(walk->arena, buf_str(&text));
    buf_fini(&text);
    walk->has_failed |= !kept.ptr;
    return kept;
}

static void note(struct walk *walk, enum topic_clause_kind kind, const struct query_node *node, struct query_node *instead)
{
    if (walk->count == TOPIC_CLAUSES_MAX) {
        walk->is_cut = true;
        return;
    }
    struct topic_clause *clause = &walk->clauses[walk->count++];
    *clause = (struct topic_clause){.kind = kind, .node = node, .column = node->column, .text = printed(walk, node)};
    clause->without = rebuilt(walk, instead);
    if (!clause->without && !walk->has_failed && (clause->without = arena_new(walk->arena, struct query_node)))
        clause->without->kind = QUERY_ALL;
    clause->own = kind == TOPIC_CLAUSE_ADDS ? topic_tree_but_not(walk->arena, walk->root, clause->without)
                                            : topic_tree_but_not(walk->arena, clause->without, walk->root);
    walk->has_failed |= !clause->without || !clause->own;
}

/* Words that stand near each other, and the same words anywhere. */
static struct query_node *loosened(struct walk *walk, const struct query_node *near)
{
    struct query_node *loose = topic_tree_join(walk->arena, QUERY_AND, near->children, near->child_count);
    walk->has_failed |= !loose;
    return loose;
}

static void visit(struct walk *walk, const struct query_node *node, bool is_inside_not);

static void visit_child(struct walk *walk, const struct query_node *node, uint32_t child, bool is_inside_not)
{
    const struct query_node *below = node->children[child];
    bool                     is_negative = below->kind == QUERY_NOT;
    walk->way[walk->depth++] = (struct way){node, child};
    if (node->kind == QUERY_OR)
        note(walk, is_inside_not ? TOPIC_CLAUSE_EXCLUDES : TOPIC_CLAUSE_ADDS, below, NULL);
    else if (node->kind == QUERY_AND && !is_inside_not) /* inside of a NOT, a condition less keeps more out: nobody asks for that */
        note(walk, is_negative ? TOPIC_CLAUSE_EXCLUDES : TOPIC_CLAUSE_NARROWS, below, NULL);
    visit(walk, below, is_inside_not);
    walk->depth--;
}

static void visit(struct walk *walk, const struct query_node *node, bool is_inside_not)
{
    if (walk->has_failed || walk->depth >= QUERY_MAX_DEPTH)
        return;
    switch (node->kind) {
    case QUERY_AND:
    case QUERY_OR:
        for (uint32_t i = 0; i < node->child_count && !walk->is_cut; i++)
            visit_child(walk, node, i, is_inside_not);
        break;
    case QUERY_NOT: visit_child(walk, node, 0, !is_inside_not); break;
    case QUERY_NEAR:
        if (!is_inside_not)
            note(walk, TOPIC_CLAUSE_NEARS, node, loosened(walk, node));
        break;
    default: break;
    }
}

enum error_code topic_clauses(const struct query_node *root, struct arena *arena, struct topic_clause **clauses_out, size_t *count_out,
                              bool *is_cut_out, struct error *error)
{
    struct walk *walk = arena_new(arena, struct walk);
    *clauses_out = NULL;
    *count_out = 0;
    *is_cut_out = false;
    if (!walk || !(walk->clauses = arena_array(arena, TOPIC_CLAUSES_MAX, sizeof *walk->clauses)))
        return error_set(error, ERROR_MEMORY, "no memory for the clauses of a query");
    walk->root = root;
    walk->arena = arena;
    visit(walk, root, false);
    if (walk->has_failed)
        return error_set(error, ERROR_MEMORY, "no memory for the clauses of a query");
    *clauses_out = walk->clauses;
    *count_out = walk->count;
    *is_cut_out = walk->is_cut;
    return ERROR_NONE;
}
