#include "archive_fixture.h"

#include "archive/builder.h"
#include "base/clock.h"

#include <unistd.h>

void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    /* In memory where there is such a folder: these tests sync thousands of times. */
    const char *where = getenv("TMPDIR") ? getenv("TMPDIR") : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(fixture->folder, sizeof fixture->folder, "%s/bellwether-archive-XXXXXX", where);
    check(mkdtemp(fixture->folder), "%s", fixture->folder);
    check_ok(text_analyser_new(&fixture->analyser, &fixture->error), fixture->error, "analyser");
}

void remove_folder(const char *folder)
{
    struct arena arena = {0};
    struct str  *names;
    size_t       count;
    char         path[512];
    if (vfs_list(folder, &arena, &names, &count, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count; i++)
            if (vfs_join(path, folder, names[i].ptr))
                unlink(path);
    rmdir(folder);
    arena_fini(&arena);
}

void fixture_fini(struct fixture *fixture)
{
    fixture_close(fixture);
    remove_folder(fixture->folder);
    text_analyser_free(fixture->analyser);
    arena_fini(&fixture->arena);
}

void fixture_open(struct fixture *fixture, const struct archive_options *options)
{
    check_ok(archive_open(fixture->folder, ARCHIVE_WRITE, options, &fixture->archive, &fixture->error), fixture->error, "open");
}

void fixture_close(struct fixture *fixture)
{
    archive_close(fixture->archive);
    fixture->archive = NULL;
}

uint32_t model_author(uint32_t id)
{
    return id * 7 % MODEL_AUTHORS;
}

static const char *const words[] = {"harbour", "ferry", "late", "again", "quay", "gulls", "rain", "ticket", "queue", "lovely",
                                    "broken", "lamp", "bridge", "crew", "thanks", "nobody", "knows", "why", "tide", "market"};

struct post model_post(struct fixture *fixture, uint32_t id, const struct model_post *row)
{
    char text[400], name[64];
    arena_reset(&fixture->arena);
    struct arena *arena = &fixture->arena;
    uint32_t      author = model_author(id);
    struct rng    rng;
    rng_seed(&rng, id * 1000 + row->version);
    int used = snprintf(text, sizeof text, "v%u", row->version);
    for (unsigned i = 0, count = (unsigned)rng_below(&rng, 12); i < count; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, " %s%s", i % 5 == 4 ? "#" : "", words[rng_below(&rng, COUNT_OF(words))]);
    if (id % 6 == 0)
        snprintf(text + used, sizeof text - (size_t)used, " https://news.example/%u", id % 11);
    struct post post = {.author_followers = row->followers, .at_us = 1330000000 * CLOCK_SECOND_US + (int64_t)(id * 37 % 101) * CLOCK_HOUR_US,
                        .metrics = {row->likes, POST_COUNT_UNKNOWN, 3, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN},
                        .platform = STR("toot"), .kind = STR("post"), .lang = STR("en")};
    snprintf(name, sizeof name, "toot:%u", id);
    post.id = arena_str(arena, str_of(name));
    snprintf(name, sizeof name, "Name%u", author);
    post.author_handle = author % 3 == 2 ? (struct str){0} : arena_str(arena, str_of(name));
    snprintf(name, sizeof name, "ID%u", author);
    post.author_id = arena_str(arena, str_of(name));
    post.text = arena_str(arena, str_of(text));
    post.community = id % 4 ? STR("Quayside") : (struct str){0};
    if (id % 5 == 0) {
        post.thread = STR("toot:5");
        post.links = arena_array(arena, 2, sizeof *post.links);
        post.links[0] = STR("https://listed.example/a");
        post.links[1] = STR("HTTPS://Listed.Example/a#frag");
        post.link_count = 2;
    }
    return post;
}

enum error_code add_row(struct fixture *fixture, uint32_t id, const struct model_post *row, enum archive_added *added_out)
{
    struct post       post = model_post(fixture, id, row);
    struct text_facts facts;
    check_ok(text_analyse(fixture->analyser, &fixture->arena, post.text, post.lang, 0, &facts, &fixture->error), fixture->error, "analyse");
    return archive_add(fixture->archive, &post, &facts, added_out, &fixture->error);
}

struct str model_state_name(uint32_t state)
{
    return state ? STR("source cursor") : STR("place");
}

/* ---- Random steps ---- */

static bool step_add(struct fixture *fixture, struct rng *rng, struct model *model)
{
    uint32_t           id = (uint32_t)rng_below(rng, MODEL_IDS), author = model_author(id);
    struct model_post *row = &model->posts[id], wanted = *row;
    enum archive_added added, expected;
    if (!row->is_there)
        wanted = (struct model_post){.is_there = true, .version = row->version + 1, .likes = (int64_t)rng_below(rng, 4) - 1, .followers = -1};
    else if (rng_below(rng, 3) == 0)
        wanted.version++;
    else if (rng_below(rng, 2) == 0)
        wanted.likes = (int64_t)rng_below(rng, 100);
    expected = !row->is_there ? ARCHIVE_NEW : wanted.version != row->version ? ARCHIVE_EDITED : wanted.likes != row->likes ? ARCHIVE_REFRESHED
                                                                                                                           : ARCHIVE_DUPLICATE;
    if (row->is_deleted || model->is_author_deleted[author])
        expected = ARCHIVE_WITHHELD;
    if (add_row(fixture, id, &wanted, &added))
        return false;
    check(added == expected, "id %u: added %d, expected %d", id, added, expected);
    if (added != ARCHIVE_WITHHELD)
        *row = wanted;
    return true;
}

static bool step_delete(struct fixture *fixture, struct rng *rng, struct model *model)
{
    char     name[32];
    uint32_t id = (uint32_t)rng_below(rng, MODEL_IDS);
    bool     was_there;
    snprintf(name, sizeof name, "toot:%u", id);
    if (archive_delete_post(fixture->archive, str_of(name), &was_there, &fixture->error))
        return false;
    check(was_there == model->posts[id].is_there, "id %u", id);
    model->posts[id].is_there = false;
    model->posts[id].is_deleted = true;
    return true;
}

static bool step_delete_author(struct fixture *fixture, struct rng *rng, struct model *model)
{
    char     name[32];
    uint32_t author = (uint32_t)rng_below(rng, MODEL_AUTHORS);
    uint64_t deleted, expected = 0;
    snprintf(name, sizeof name, author % 3 == 2 || rng_below(rng, 2) ? "id%u" : "nAmE%u", author);
    if (archive_delete_author(fixture->archive, str_of(name), &deleted, &fixture->error))
        return false;
    for (uint32_t id = 0; id < MODEL_IDS; id++)
        if (model_author(id) == author) {
            expected += model->posts[id].is_there;
            model->posts[id].is_there = false;
        }
    /* By the id or by the handle: both are said by every post of the author, so either withholds all of them. */
    model->is_author_deleted[author] = true;
    check(deleted == expected, "author %s: %llu deleted, expected %llu", name, (unsigned long long)deleted, (unsigned long long)expected);
    return true;
}

static bool step_state(struct fixture *fixture, struct rng *rng, struct model *model)
{
    char     value[32];
    uint32_t state = (uint32_t)rng_below(rng, MODEL_STATES), number = (uint32_t)rng_below(rng, 1000) + 1;
    snprintf(value, sizeof value, "%u", number);
    if (archive_put_state(fixture->archive, model_state_name(state), str_of(value), &fixture->error))
        return false;
    model->states[state] = number;
    return true;
}

bool model_step(struct fixture *fixture, struct rng *rng, struct model *model, struct model *committed)
{
    uint64_t dice = rng_below(rng, 1000);
    bool     is_done = true, commits = dice >= 900;
    if (dice < 800)
        return step_add(fixture, rng, model);
    if (dice < 860)
        return step_delete(fixture, rng, model);
    if (dice < 863)
        return step_delete_author(fixture, rng, model);
    if (dice < 900)
        return step_state(fixture, rng, model);
    if (dice < 970)
        is_done = archive_commit(fixture->archive, &fixture->error) == ERROR_NONE;
    else if (dice < 990)
        is_done = archive_seal(fixture->archive, &fixture->error) == ERROR_NONE;
    else
        is_done = archive_erase(fixture->archive, &fixture->error) == ERROR_NONE;
    if (is_done && commits)
        *committed = *model;
    return is_done;
}

/* ---- Comparing ---- */

static char complaint[1024];

static enum error_code complaint_code;

#define COMPLAIN(...) (complaint_code = error.code, snprintf(complaint, sizeof complaint, __VA_ARGS__), complaint)

enum error_code last_complaint_code(void)
{
    return complaint_code;
}

/* What the indexes of one document say against what its post says. */
static const char *check_doc(const struct snapshot_part *part, uint32_t doc, const struct post *post, struct fixture *fixture)
{
    struct error         error = {0};
    struct text_facts    facts;
    struct forward       forward;
    struct segment_terms terms;
    struct buf           scratch = {0};
    struct arena         arena = {0};
    uint32_t             term, position, tokens = 0, extras = 0;
    const char          *wrong = NULL;
    struct str           value, *links;
    size_t               link_count;
    if (text_analyse(fixture->analyser, &arena, post->text, post->lang, 0, &facts, &error) ||
        segment_forward(part->segment, doc, &forward, &error) || segment_terms(part->segment, &terms, &error) ||
        !query_post_links(post, &facts, &arena, &links, &link_count))
        wrong = COMPLAIN("%s", error.message);
    while (!wrong && forward_next(&forward, &term, &position)) {
        roaring_bitmap_t *postings;
        if (dictionary_value(&terms.keys, term, &scratch, &value, &error) || segment_postings(part->segment, term, &postings, &error)) {
            wrong = COMPLAIN("%s", error.message);
            break;
        }
        if (!roaring_bitmap_contains(postings, doc) || roaring_bitmap_get_cardinality(postings) != column_get(&terms.df, term))
            wrong = COMPLAIN("postings of %.*s miss document %u", STR_ARG(value), doc);
        roaring_bitmap_free(postings);
        uint64_t kind = column_get(&terms.kind, term);
        if (position == SEGMENT_NO_POSITION) {
            extras++;
            if (kind != SEGMENT_TERM_LINK && kind != SEGMENT_TERM_SITE)
                wrong = COMPLAIN("extra of kind %d", (int)kind);
        } else if (tokens >= facts.token_count || facts.tokens[tokens].position != position || !str_equal(facts.tokens[tokens].key, value) ||
                   kind != facts.tokens[tokens].kind)
            wrong = COMPLAIN("token %u of %.*s is %.*s at %u", tokens, STR_ARG(post->id), STR_ARG(value), position);
        else
            tokens++;
    }
    if (!wrong && (forward.has_failed || tokens != facts.token_count || extras < link_count))
        wrong = COMPLAIN("%u tokens of %u, %u extras of %zu links", tokens, facts.token_count, extras, link_count);
    struct str wanted[SEGMENT_FIELDS] = {[SEGMENT_AUTHOR] = post_author_name(post), [SEGMENT_AUTHOR_ID] = post->author_id,
                                         [SEGMENT_PLATFORM] = post->platform, [SEGMENT_COMMUNITY] = post->community,
                                         [SEGMENT_KIND] = post->kind, [SEGMENT_LANG] = str_of(facts.lang)};
    for (int field = 0; !wrong && field < SEGMENT_FIELDS; field++) {
        struct dictionary dictionary;
        struct column     column;
        if (segment_dictionary(part->segment, field, &dictionary, &error) || segment_column(part->segment, field, &column, &error) ||
            dictionary_value(&dictionary, (uint32_t)column_get(&column, doc), &scratch, &value, &error))
            wrong = COMPLAIN("%s", error.message);
        else if (!str_equal_ascii_nocase(value, wanted[field]))
            wrong = COMPLAIN("field %d of %.*s is %.*s", field, STR_ARG(post->id), STR_ARG(value));
    }
    struct column numbers[SEGMENT_COLUMNS];
    for (int i = SEGMENT_FIELDS; !wrong && i < SEGMENT_COLUMNS; i++)
        if (segment_column(part->segment, i, &numbers[i], &error))
            wrong = COMPLAIN("%s", error.message);
    struct side_figures figures = side_figures_of(post);
    for (int i = 0; !wrong && i < SEGMENT_METRICS; i++)
        if (snapshot_figure(part, SEGMENT_LIKES + i, &numbers[SEGMENT_LIKES + i], doc) != figures.values[i])
            wrong = COMPLAIN("figure %d of %.*s", i, STR_ARG(post->id));
    if (!wrong && (column_get_i64(&numbers[SEGMENT_AT], doc) != post->at_us || column_get(&numbers[SEGMENT_THREAD], doc) != segment_thread_hash(post) ||
                   column_get(&numbers[SEGMENT_HAS], doc) != query_has_bits(post, &facts)))
        wrong = COMPLAIN("time, thread or has of %.*s", STR_ARG(post->id));
    buf_fini(&scratch);
    arena_fini(&arena);
    return wrong;
}

typedef const char *(*each_post_fn)(void *context, const struct snapshot_part *part, uint32_t doc, const struct post *post);

static const char *each_post(struct archive_snapshot *snapshot, each_post_fn visit, void *context)
{
    struct record_reader *reader;
    struct error          error = {0};
    struct arena          arena = {0};
    const char           *wrong = NULL;
    if (record_reader_new(&reader, &error))
        return COMPLAIN("%s", error.message);
    for (uint32_t p = 0; !wrong && p < snapshot->part_count; p++) {
        const struct snapshot_part *part = &snapshot->parts[p];
        int64_t                     before = INT64_MIN;
        for (uint32_t doc = 0; !wrong && doc < segment_count(part->segment); doc++) {
            struct post post;
            if (snapshot_is_deleted(part, doc))
                continue;
            arena_reset(&arena);
            if (snapshot_post(part, doc, reader, &arena, &post, &error))
                wrong = COMPLAIN("%s", error.message);
            else if (post.at_us < before)
                wrong = COMPLAIN("document %u is older than the one before", doc);
            else
                wrong = visit(context, part, doc, &post);
            before = post.at_us;
        }
    }
    record_reader_free(reader);
    arena_fini(&arena);
    return wrong;
}

static const char *check_one(void *context, const struct snapshot_part *part, uint32_t doc, const struct post *post)
{
    return check_doc(part, doc, post, context);
}

const char *check_indexes(struct archive_snapshot *snapshot, struct fixture *fixture)
{
    return each_post(snapshot, check_one, fixture);
}

struct comparison {
    struct fixture     *fixture;
    const struct model *model;
    bool                is_seen[MODEL_IDS];
    uint32_t            seen;
};

static const char *compare_one(void *context, const struct snapshot_part *part, uint32_t doc, const struct post *post)
{
    struct comparison *comparison = context;
    struct error       error = {0};
    int64_t            id;
    (void)part, (void)doc;
    if (!str_starts_with(post->id, STR("toot:")) || !str_to_i64(str_slice(post->id.ptr + 5, post->id.len - 5), &id) || id >= MODEL_IDS)
        return COMPLAIN("a post called %.*s", STR_ARG(post->id));
    const struct model_post *row = &comparison->model->posts[id];
    if (!row->is_there || comparison->is_seen[id])
        return COMPLAIN("%.*s is there%s", STR_ARG(post->id), comparison->is_seen[id] ? " twice" : "");
    struct post expected = model_post(comparison->fixture, (uint32_t)id, row);
    struct buf  want = {0}, got = {0};
    post_print(&expected, &want);
    post_print(post, &got);
    bool is_equal = str_equal(buf_str(&want), buf_str(&got));
    if (!is_equal)
        snprintf(complaint, sizeof complaint, "got %.*s", STR_ARG(buf_str(&got)));
    buf_fini(&want);
    buf_fini(&got);
    comparison->is_seen[id] = true;
    comparison->seen++;
    return is_equal ? NULL : complaint;
}

static const char *compare(struct archive *archive, struct fixture *fixture, const struct model *model, bool looks_at_indexes)
{
    struct archive_snapshot *snapshot;
    struct archive_stats     stats = {0};
    struct error             error = {0};
    struct comparison        comparison = {.fixture = fixture, .model = model};
    if (archive_snapshot(archive, &snapshot, &error))
        return COMPLAIN("%s", error.message);
    uint32_t    expected = 0;
    const char *wrong = each_post(snapshot, compare_one, &comparison);
    for (uint32_t id = 0; id < MODEL_IDS; id++)
        expected += model->posts[id].is_there;
    if (!wrong && comparison.seen != expected)
        wrong = COMPLAIN("%u posts, expected %u", comparison.seen, expected);
    if (!wrong && (archive_stats(snapshot, &stats, &error) || stats.posts != expected))
        wrong = COMPLAIN("stats say %llu posts, expected %u: %s", (unsigned long long)stats.posts, expected, error.message);
    if (!wrong && looks_at_indexes)
        wrong = check_indexes(snapshot, fixture);
    for (uint32_t state = 0; !wrong && state < MODEL_STATES; state++) {
        struct arena arena = {0};
        struct str   value;
        char         wanted[32] = "";
        if (model->states[state])
            snprintf(wanted, sizeof wanted, "%u", model->states[state]);
        if (archive_get_state(archive, model_state_name(state), &arena, &value, &error) || !str_equal(value, str_of(wanted)))
            wrong = COMPLAIN("state %u is '%.*s', expected '%s'", state, STR_ARG(value), wanted);
        arena_fini(&arena);
    }
    archive_snapshot_release(snapshot);
    return wrong;
}

const char *compare_archive(struct archive *archive, struct fixture *fixture, const struct model *model)
{
    return compare(archive, fixture, model, true);
}

const char *compare_posts(struct archive *archive, struct fixture *fixture, const struct model *model)
{
    return compare(archive, fixture, model, false);
}

/* ---- Files ---- */

uint32_t count_files(const char *folder, const char *prefix)
{
    struct arena arena = {0};
    struct str  *names;
    size_t       count;
    uint32_t     found = 0;
    if (vfs_list(folder, &arena, &names, &count, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count; i++)
            found += str_starts_with(names[i], str_of(prefix));
    arena_fini(&arena);
    return found;
}

bool folder_holds(const char *folder, struct str bytes)
{
    struct arena arena = {0};
    struct str  *names;
    size_t       count;
    bool         holds = false;
    if (vfs_list(folder, &arena, &names, &count, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count && !holds; i++) {
            char       path[512];
            struct buf file = {0};
            if (vfs_join(path, folder, names[i].ptr) && vfs_read_file(path, SIZE_MAX / 2, &file, NULL) == ERROR_NONE)
                holds = str_contains(buf_str(&file), bytes);
            buf_fini(&file);
        }
    arena_fini(&arena);
    return holds;
}
