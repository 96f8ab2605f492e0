#include "demo/grammar.h"

#include <math.h>
#include <stdlib.h>

enum { DEPTH_MAX = 16, LINE_NODES_MAX = 64 };

enum node_kind { NODE_TEXT, NODE_GROUP, NODE_NUMBER };

struct node {
    uint8_t    kind;
    uint32_t   group;     /* NODE_GROUP */
    int        low, high; /* NODE_NUMBER */
    struct str text;      /* NODE_TEXT */
};

struct line {
    struct node *nodes;
    uint32_t     node_count;
    uint32_t     weight;    /* as written */
    uint32_t     weight_to; /* sum of weights in the list up to and with this line, once they are settled */
};

/* The lines of one list under one set of scenes. */
struct variant {
    struct line    *lines;
    uint32_t        count, capacity;
    unsigned        scenes;
    struct variant *next;
};

struct grammar_group {
    struct variant   *variants;
    struct str        bound;
    struct town_place { const char *file; int line; } first_use;
    uint32_t          depth;
    float             ways; /* in how many ways it can be said, as a power of two */
};

/* Where the reader is: for messages. */
struct place {
    struct grammar *grammar;
    const char     *file;
    int             line;
    struct error   *error;
};

static const struct { const char *name; unsigned scenes; } scene_names[] = {
    {"morning", SCENE_MORNING}, {"day", SCENE_DAY}, {"evening", SCENE_EVENING}, {"night", SCENE_NIGHT},
    {"monday", SCENE_MONDAY}, {"tuesday", SCENE_MONDAY << 1}, {"wednesday", SCENE_MONDAY << 2}, {"thursday",
        SCENE_MONDAY << 3},
    {"friday", SCENE_MONDAY << 4}, {"saturday", SCENE_MONDAY << 5}, {"sunday", SCENE_MONDAY << 6},
    {"weekday", SCENE_WEEKDAY}, {"weekend", SCENE_WEEKEND},
    {"rain", SCENE_RAIN}, {"fog", SCENE_FOG}, {"sun", SCENE_SUN}, {"wind", SCENE_WIND},
};

#define WRONG(place, ...) error_prefix_place((place), error_set((place)->error, ERROR_SYNTAX, __VA_ARGS__))

static enum error_code error_prefix_place(const struct place *place, enum error_code code)
{
    error_prefix(place->error, "town/%s:%d: ", place->file, place->line);
    return code;
}

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for the town's words");
}

static uint32_t new_group(struct grammar *grammar)
{
    if (grammar->group_count == grammar->group_capacity) {
        uint32_t capacity = grammar->group_capacity ? grammar->group_capacity * 2 : 256;
        struct grammar_group *grown = realloc(grammar->groups, capacity * sizeof *grown);
        if (!grown)
            return GRAMMAR_NONE;
        grammar->groups = grown;
        grammar->group_capacity = capacity;
    }
    grammar->groups[grammar->group_count] = (struct grammar_group){0};
    return grammar->group_count++;
}

/* Named groups and those of brackets share one table: a bracket is interned under a name that no list can have. */
static uint32_t group_of(struct grammar *grammar, struct str name)
{
    uint32_t known = grammar->names.count, number = interner_add(&grammar->names, name);
    if (number == INTERNER_NONE)
        return GRAMMAR_NONE;
    return number < known ? number : new_group(grammar);
}

static uint32_t bracket_group(struct grammar *grammar)
{
    char name[32];
    int  len = snprintf(name, sizeof name, "[%u", grammar->group_count);
    return group_of(grammar, str_slice(name, (size_t)len));
}

static struct variant *variant_of(struct grammar *grammar, uint32_t group, unsigned scenes)
{
    struct variant **at = &grammar->groups[group].variants;
    for (; *at; at = &(*at)->next)
        if ((*at)->scenes == scenes)
            return *at;
    if ((*at = arena_new(&grammar->arena, struct variant)))
        (*at)->scenes = scenes;
    return *at;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] >= 'a' && s.ptr[i] <= 'z') && s.ptr[i] != '_' && !(s.ptr[i] >= '0' && s.ptr[i] <= '9'))
            return false;
    return s.len > 0;
}

static enum error_code read_slot(struct place *place, struct str slot, struct node *node_out)
{
    struct str rest = slot, low, high;
    int64_t    from, to;
    if (slot.len && slot.ptr[0] >= '0' && slot.ptr[0] <= '9') {
        if (!str_next_field(&rest, '-', &low) || !str_next_field(&rest, '-', &high) || !str_to_i64(low, &from) ||
            !str_to_i64(high, &to) || from > to || to > 1000000)
            return WRONG(place, "{%.*s} is no range of numbers", STR_ARG(slot));
        *node_out = (struct node){.kind = NODE_NUMBER, .low = (int)from, .high = (int)to};
        return ERROR_NONE;
    }
    if (!is_name(slot))
        return WRONG(place, "{%.*s} is no name of a list", STR_ARG(slot));
    uint32_t group = group_of(place->grammar, slot);
    if (group == GRAMMAR_NONE)
        return no_memory(place->error);
    struct grammar_group *used = &place->grammar->groups[group];
    if (!used->first_use.file)
        used->first_use = (struct town_place){place->file, place->line};
    *node_out = (struct node){.kind = NODE_GROUP, .group = group};
    return ERROR_NONE;
}

static enum error_code add_line(struct place *place, uint32_t group, unsigned scenes, unsigned weight, struct str text,
                                int depth);

/* The bracket that opens at text[at]: its end (the closing bracket), and where its alternatives part at this depth. */
static enum error_code read_bracket(struct place *place, struct str text, size_t *at, int depth, struct node *node_out)
{
    if (depth >= DEPTH_MAX)
        return WRONG(place, "brackets nested over %d deep", DEPTH_MAX);
    uint32_t group = bracket_group(place->grammar);
    if (group == GRAMMAR_NONE)
        return no_memory(place->error);
    size_t start = *at + 1;
    for (size_t i = start, open = 1; i < text.len; i++) {
        char c = text.ptr[i];
        open += c == '[';
        open -= c == ']';
        if (open == 0 || (open == 1 && c == '|')) {
            enum error_code code = add_line(place, group, 0, 1, str_slice(text.ptr + start, i - start), depth + 1);
            if (code)
                return code;
            start = i + 1;
        }
        if (open == 0) {
            *at = i;
            *node_out = (struct node){.kind = NODE_GROUP, .group = group};
            return ERROR_NONE;
        }
    }
    return WRONG(place, "'[' without its ']'");
}

static enum error_code read_nodes(struct place *place, struct str text, int depth, struct node *nodes,
                                  uint32_t *count_out)
{
    uint32_t count = 0;
    size_t   plain = 0, at = 0;
    for (; at <= text.len; at++) {
        char c = at < text.len ? text.ptr[at] : '\0';
        if (at < text.len && c != '{' && c != '[' && c != '}' && c != ']')
            continue;
        if (count + 2 > LINE_NODES_MAX)
            return WRONG(place, "more than %d parts in a line", LINE_NODES_MAX);
        if (at > plain)
            nodes[count++] = (struct node){.kind = NODE_TEXT, .text = str_slice(text.ptr + plain, at - plain)};
        if (at == text.len)
            break;
        if (c == '}' || c == ']')
            return WRONG(place, "'%c' without its partner", c);
        enum error_code code;
        if (c == '{') {
            const char *end = memchr(text.ptr + at, '}', text.len - at);
            if (!end)
                return WRONG(place, "'{' without its '}'");
            code = read_slot(place, str_slice(text.ptr + at + 1, (size_t)(end - text.ptr) - at - 1), &nodes[count++]);
            at = (size_t)(end - text.ptr);
        } else {
            code = read_bracket(place, text, &at, depth, &nodes[count++]);
        }
        if (code)
            return code;
        plain = at + 1;
    }
    *count_out = count;
    return ERROR_NONE;
}

static enum error_code add_line(struct place *place, uint32_t group, unsigned scenes, unsigned weight, struct str text,
                                int depth)
{
    struct grammar *grammar = place->grammar;
    struct node     nodes[LINE_NODES_MAX];
    uint32_t        count = 0;
    enum error_code code = read_nodes(place, text, depth, nodes, &count);
    if (code)
        return code;
    struct variant *variant = variant_of(grammar, group, scenes);
    struct node    *kept = arena_array(&grammar->arena, count, sizeof *kept);
    if (!variant || !kept)
        return no_memory(place->error);
    if (count)
        memcpy(kept, nodes, count * sizeof *kept);
    if (variant->count == variant->capacity) {
        uint32_t     capacity = variant->capacity ? variant->capacity * 2 : 8;
        struct line *lines = arena_array(&grammar->arena, capacity, sizeof *lines);
        if (!lines)
            return no_memory(place->error);
        if (variant->count)
            memcpy(lines, variant->lines, variant->count * sizeof *lines);
        variant->lines = lines;
        variant->capacity = capacity;
    }
    variant->lines[variant->count++] = (struct line){kept, count, weight, 0};
    grammar->line_count++;
    return ERROR_NONE;
}

/* "weather @evening @rain" */
static enum error_code read_header(struct place *place, struct str header, uint32_t *group_out, unsigned *scenes_out)
{
    struct str word;
    *group_out = GRAMMAR_NONE;
    *scenes_out = 0;
    while (str_next_field(&header, ' ', &word)) {
        if (!word.len)
            continue;
        if (word.ptr[0] != '@') {
            if (*group_out != GRAMMAR_NONE || !is_name(word))
                return WRONG(place, "'%.*s' is no name of a list", STR_ARG(word));
            if ((*group_out = group_of(place->grammar, word)) == GRAMMAR_NONE)
                return no_memory(place->error);
            continue;
        }
        unsigned scenes = 0;
        for (size_t i = 0; i < sizeof scene_names / sizeof scene_names[0]; i++)
            if (str_equal(str_of(scene_names[i].name), str_slice(word.ptr + 1, word.len - 1)))
                scenes = scene_names[i].scenes;
        if (!scenes)
            return WRONG(place, "no scene is called '%.*s'", STR_ARG(word));
        *scenes_out |= scenes;
    }
    return *group_out == GRAMMAR_NONE ? WRONG(place, "a list without a name") : ERROR_NONE;
}

/* Takes "3* " off the front of a line. */
static unsigned take_weight(struct str *line)
{
    size_t digits = 0;
    while (digits < line->len && digits < 3 && line->ptr[digits] >= '0' && line->ptr[digits] <= '9')
        digits++;
    int64_t weight;
    if (!digits || line->len < digits + 2 || line->ptr[digits] != '*' || line->ptr[digits + 1] != ' ' ||
        !str_to_i64(str_slice(line->ptr, digits), &weight) || weight == 0)
        return 1;
    *line = str_slice(line->ptr + digits + 2, line->len - digits - 2);
    return (unsigned)weight;
}

static enum error_code read_file(struct grammar *grammar, const struct town_file *file, struct error *error)
{
    struct place    place = {grammar, file->name, 0, error};
    struct str      rest = str_of(file->text), line;
    uint32_t        group = GRAMMAR_NONE;
    unsigned        scenes = 0;
    enum error_code code = ERROR_NONE;
    while (!code && str_next_field(&rest, '\n', &line)) {
        place.line++;
        if (!line.len || str_starts_with(line, STR("# ")))
            continue;
        if (str_starts_with(line, STR("== "))) {
            code = read_header(&place, str_slice(line.ptr + 3, line.len - 3), &group, &scenes);
        } else if (group == GRAMMAR_NONE) {
            code = WRONG(&place, "a line before the first list");
        } else {
            unsigned weight = take_weight(&line);
            code = add_line(&place, group, scenes, weight, line, 0);
        }
    }
    return code;
}

/* The deepest that saying a line of this group goes, once the groups it uses are known. */
static uint32_t depth_of(const struct grammar *grammar, const struct grammar_group *group)
{
    uint32_t depth = 0;
    for (const struct variant *variant = group->variants; variant; variant = variant->next)
        for (uint32_t i = 0; i < variant->count; i++)
            for (uint32_t j = 0; j < variant->lines[i].node_count; j++) {
                const struct node *node = &variant->lines[i].nodes[j];
                if (node->kind == NODE_GROUP && grammar->groups[node->group].depth + 1 > depth)
                    depth = grammar->groups[node->group].depth + 1;
            }
    return depth;
}

static float ways_of_line(const struct grammar *grammar, const struct line *line)
{
    float ways = 0;
    for (uint32_t i = 0; i < line->node_count; i++) {
        const struct node *node = &line->nodes[i];
        if (node->kind == NODE_GROUP)
            ways += grammar->groups[node->group].ways;
        else if (node->kind == NODE_NUMBER) /* another number hardly makes another sentence */
            ways += 0.5f;
    }
    return ways;
}

/* Lists in order of depth: a line's weight grows with the ways it has, up to nine times that of a fixed one, and the
 * list has as many ways as its lines together. */
static void settle_weights(struct grammar *grammar, uint32_t depth)
{
    for (uint32_t i = 0; i < grammar->group_count; i++) {
        struct grammar_group *group = &grammar->groups[i];
        if (group->depth != depth)
            continue;
        double sum = 0;
        for (struct variant *variant = group->variants; variant; variant = variant->next)
            for (uint32_t j = 0, total = 0; j < variant->count; j++) {
                struct line *line = &variant->lines[j];
                float        ways = ways_of_line(grammar, line);
                sum += exp2((double)ways);
                total += line->weight * (2 + 2 * (uint32_t)(ways < 8 ? ways + 0.5f : 8));
                line->weight_to = total;
            }
        group->ways = (float)log2(sum);
    }
}

/* Depths settle within DEPTH_MAX rounds, unless lists run in a circle. */
static enum error_code check_groups(struct grammar *grammar, struct error *error)
{
    for (uint32_t i = 0; i < grammar->group_count; i++)
        if (!grammar->groups[i].variants) {
            const struct town_place *use = &grammar->groups[i].first_use;
            return error_set(error, ERROR_SYNTAX, "town/%s:%d: no list is called '%.*s'", use->file ? use->file : "?",
                             use->line,
                             STR_ARG(grammar->names.strings[i]));
        }
    for (int round = 0; round <= DEPTH_MAX; round++) {
        bool has_changed = false;
        for (uint32_t i = 0; i < grammar->group_count; i++) {
            uint32_t depth = depth_of(grammar, &grammar->groups[i]);
            has_changed |= depth != grammar->groups[i].depth;
            grammar->groups[i].depth = depth;
            if (depth > DEPTH_MAX)
                return error_set(error, ERROR_SYNTAX, "the list '%.*s' runs in a circle or is nested over %d deep",
                                 STR_ARG(grammar->names.strings[i]), DEPTH_MAX);
        }
        if (!has_changed)
            break;
    }
    return ERROR_NONE;
}

enum error_code grammar_load(struct grammar *grammar, const struct town_file *files, size_t file_count,
                             struct error *error)
{
    *grammar = (struct grammar){0};
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < file_count && !code; i++)
        code = read_file(grammar, &files[i], error);
    if (!code)
        code = check_groups(grammar, error);
    for (uint32_t depth = 0; depth <= DEPTH_MAX && !code; depth++)
        settle_weights(grammar, depth);
    if (code)
        grammar_fini(grammar);
    return code;
}

void grammar_fini(struct grammar *grammar)
{
    arena_fini(&grammar->arena);
    interner_fini(&grammar->names);
    free(grammar->groups);
    *grammar = (struct grammar){0};
}

uint32_t grammar_find(const struct grammar *grammar, const char *name)
{
    return grammar_find_of(grammar, name, "");
}

uint32_t grammar_find_of(const struct grammar *grammar, const char *name, const char *what)
{
    char whole[64];
    int  len = snprintf(whole, sizeof whole, "%s%s", name, what);
    if (len < 0 || (size_t)len >= sizeof whole)
        return GRAMMAR_NONE;
    uint32_t number = interner_find(&grammar->names, str_slice(whole, (size_t)len));
    return number == INTERNER_NONE ? GRAMMAR_NONE : number;
}

void grammar_bind(struct grammar *grammar, uint32_t group, struct str text)
{
    if (group < grammar->group_count)
        grammar->groups[group].bound = text;
}

size_t grammar_lines(const struct grammar *grammar, uint32_t group, unsigned scene)
{
    size_t count = 0;
    if (group < grammar->group_count)
        for (const struct variant *variant = grammar->groups[group].variants; variant; variant = variant->next)
            if ((variant->scenes & scene) == variant->scenes)
                count += variant->count;
    return count;
}

static void say_nodes(const struct grammar *grammar, const struct line *line, unsigned scene, struct rng *rng,
                      struct buf *out)
{
    for (uint32_t i = 0; i < line->node_count; i++) {
        const struct node *node = &line->nodes[i];
        if (node->kind == NODE_TEXT)
            buf_append_str(out, node->text);
        else if (node->kind == NODE_NUMBER)
            buf_printf(out, "%d", node->low + (int)rng_below(rng, (uint64_t)(node->high - node->low) + 1));
        else
            grammar_say(grammar, node->group, scene, rng, out);
    }
}

static const struct line *line_at_weight(const struct variant *variant, uint32_t weight)
{
    uint32_t low = 0, high = variant->count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (variant->lines[middle].weight_to > weight)
            high = middle;
        else
            low = middle + 1;
    }
    return &variant->lines[low];
}

void grammar_say(const struct grammar *grammar, uint32_t group, unsigned scene, struct rng *rng, struct buf *out)
{
    if (group >= grammar->group_count)
        return;
    if (grammar->groups[group].bound.len) {
        buf_append_str(out, grammar->groups[group].bound);
        return;
    }
    const struct variant *first = grammar->groups[group].variants;
    uint32_t total = 0;
    for (const struct variant *variant = first; variant; variant = variant->next)
        if ((variant->scenes & scene) == variant->scenes)
            total += variant->lines[variant->count - 1].weight_to;
    if (!total)
        return;
    uint32_t pick = (uint32_t)rng_below(rng, total);
    for (const struct variant *variant = first; variant; variant = variant->next) {
        if ((variant->scenes & scene) != variant->scenes)
            continue;
        uint32_t weight = variant->lines[variant->count - 1].weight_to;
        if (pick < weight) {
            say_nodes(grammar, line_at_weight(variant, pick), scene, rng, out);
            return;
        }
        pick -= weight;
    }
}

void grammar_say_line(const struct grammar *grammar, uint32_t group, size_t index, unsigned scene, struct rng *rng,
                      struct buf *out)
{
    if (group >= grammar->group_count)
        return;
    for (const struct variant *variant = grammar->groups[group].variants; variant; variant = variant->next) {
        if ((variant->scenes & scene) != variant->scenes)
            continue;
        if (index < variant->count) {
            say_nodes(grammar, &variant->lines[index], scene, rng, out);
            return;
        }
        index -= variant->count;
    }
}
