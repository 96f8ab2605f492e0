/* The words of the town: lists of lines with slots, said by chance. The format is told in town/README.md. */
#ifndef DEMO_GRAMMAR_H
#define DEMO_GRAMMAR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/rng.h"

/* The files of town/, embedded at build. */
struct town_file {
    const char *name, *text;
};
extern const struct town_file town_files[];
extern const size_t           town_file_count;

/* What is the case when something is said. A list with scenes is used when all of them hold. */
enum scene {
    SCENE_MORNING = 1 << 0, SCENE_DAY = 1 << 1, SCENE_EVENING = 1 << 2, SCENE_NIGHT = 1 << 3,
    SCENE_MONDAY = 1 << 4, /* then the other days, to SCENE_MONDAY << 6 */
    SCENE_WEEKDAY = 1 << 11, SCENE_WEEKEND = 1 << 12,
    SCENE_RAIN = 1 << 13, SCENE_FOG = 1 << 14, SCENE_SUN = 1 << 15, SCENE_WIND = 1 << 16,
};

struct grammar_group;

struct grammar {
    struct arena          arena;
    struct interner       names;  /* of lists; the number is the group's */
    struct grammar_group *groups;
    uint32_t              group_count, group_capacity;
    size_t                line_count; /* ways of saying something, in all lists */
};

enum { GRAMMAR_NONE = UINT32_MAX };

/* Reads files of lists. ERROR_SYNTAX names the file, the line and what is wrong: a slot without a list, a bracket without its
 * partner, a circle of lists (or nesting over sixteen). On an error the grammar is empty. */
enum error_code grammar_load(struct grammar *grammar, const struct town_file *files, size_t file_count, struct error *error);
void            grammar_fini(struct grammar *grammar);

/* The list of that name, or GRAMMAR_NONE. */
uint32_t grammar_find(const struct grammar *grammar, const char *name);
/* As above, of the two names put together: a topic and what of it ("weather", "_reply"). */
uint32_t grammar_find_of(const struct grammar *grammar, const char *name, const char *what);
/* From now on the list says this alone; an empty text sets it free again. The text must outlive the binding. */
void grammar_bind(struct grammar *grammar, uint32_t group, struct str text);
/* How many lines the list has in that scene. */
size_t grammar_lines(const struct grammar *grammar, uint32_t group, unsigned scene);
/* Appends one way of saying it. Nothing where the list is GRAMMAR_NONE or has no line for the scene. */
void grammar_say(const struct grammar *grammar, uint32_t group, unsigned scene, struct rng *rng, struct buf *out);
/* Appends the index-th line (from 0, over the lists of that scene in the order they stand), its slots by chance. */
void grammar_say_line(const struct grammar *grammar, uint32_t group, size_t index, unsigned scene, struct rng *rng, struct buf *out);

#endif
