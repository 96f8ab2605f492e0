/* The nine questions against SQLite FTS5, over the same posts in the same run.
 *
 *     bench_queries POSTS.jsonl [WORD]
 *
 * SQLite gets what a careful user would build: a table of posts with an index on time, an FTS5 table over it (external content, unicode61),
 * everything committed, ANALYZE done, the cache warm. Each question is asked several times; the median of the processor time counts, so
 * that a busy machine does not. What is printed are ratios and, so that a reader can judge them, both times. WORD is by default the most
 * common one that is no stop word.
 */
#include "archive/archive.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/vfs.h"

#include <ftw.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, TOP = 20 };

struct bench {
    char                     folder[64];
    struct archive          *archive;
    struct archive_snapshot *snapshot;
    struct text_analyser    *analyser;
    struct arena             arena;
    sqlite3                 *db;
    uint64_t                 posts;
    char                     word[256], phrase[600];
};

static void stop_on(enum error_code code, const struct error *error)
{
    if (code == ERROR_NONE)
        return;
    error_print(error, stderr);
    exit(1);
}

static void sql(struct bench *bench, const char *text)
{
    char *message = NULL;
    if (sqlite3_exec(bench->db, text, NULL, NULL, &message) == SQLITE_OK)
        return;
    fprintf(stderr, "sqlite: %s: %s\n", text, message);
    exit(1);
}

static sqlite3_stmt *prepare(struct bench *bench, const char *text)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(bench->db, text, -1, &statement, NULL) == SQLITE_OK)
        return statement;
    fprintf(stderr, "sqlite: %s: %s\n", text, sqlite3_errmsg(bench->db));
    exit(1);
}

/* ---- Loading both ---- */

static void load_post(struct bench *bench, sqlite3_stmt *insert, struct str line)
{
    struct post       post;
    struct text_facts facts;
    struct error      error = {0};
    enum archive_added added;
    if (post_parse(line, &bench->arena, &post, &error) == ERROR_NONE) {
        stop_on(text_analyse(bench->analyser, &bench->arena, post.text, post.lang, TEXT_WANT_LANGUAGE, &facts, &error), &error);
        stop_on(archive_add(bench->archive, &post, &facts, &added, &error), &error);
        if (added == ARCHIVE_NEW) {
            sqlite3_bind_text(insert, 1, post.id.ptr, (int)post.id.len, SQLITE_STATIC);
            sqlite3_bind_int64(insert, 2, post.at_us);
            sqlite3_bind_text(insert, 3, facts.text.ptr ? facts.text.ptr : "", (int)facts.text.len, SQLITE_STATIC);
            if (sqlite3_step(insert) != SQLITE_DONE)
                exit(1);
            sqlite3_reset(insert);
            if (++bench->posts % 10000 == 0)
                stop_on(archive_commit(bench->archive, &error), &error);
        }
    }
    arena_reset(&bench->arena);
}

static void load(struct bench *bench, const char *path)
{
    static const struct archive_options options = {.is_sync_off = true};
    char                                name[128], *line = NULL;
    size_t                              capacity = 0;
    ssize_t                             len;
    struct error                        error = {0};
    FILE                               *file = fopen(path, "r");
    strcpy(bench->folder, "/tmp/bellwether-bench-XXXXXX");
    if (!file || !mkdtemp(bench->folder)) {
        fprintf(stderr, "bench_queries: cannot read %s\n", path);
        exit(1);
    }
    snprintf(name, sizeof name, "%s/posts.db", bench->folder);
    if (sqlite3_open(name, &bench->db) != SQLITE_OK)
        exit(1);
    sql(bench, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000; PRAGMA mmap_size=4000000000;"
               "CREATE TABLE posts(n INTEGER PRIMARY KEY, id TEXT, at INTEGER, text TEXT);"
               "CREATE VIRTUAL TABLE words USING fts5(text, content='posts', content_rowid='n', tokenize='unicode61');"
               "CREATE VIRTUAL TABLE word_places USING fts5vocab('words', 'instance'); BEGIN");
    snprintf(name, sizeof name, "%s/archive", bench->folder);
    stop_on(text_analyser_new(&bench->analyser, &error), &error);
    stop_on(archive_open(name, ARCHIVE_WRITE, &options, &bench->archive, &error), &error);
    sqlite3_stmt *insert = prepare(bench, "INSERT INTO posts(id, at, text) VALUES(?, ?, ?)");
    while ((len = getline(&line, &capacity, file)) > 0)
        load_post(bench, insert, str_trim(str_slice(line, (size_t)len)));
    sqlite3_finalize(insert);
    free(line);
    fclose(file);
    stop_on(archive_commit(bench->archive, &error), &error);
    stop_on(archive_seal(bench->archive, &error), &error);
    stop_on(archive_snapshot(bench->archive, &bench->snapshot, &error), &error);
    sql(bench, "INSERT INTO words(words) VALUES('rebuild'); INSERT INTO words(words) VALUES('optimize');"
               "CREATE INDEX posts_at ON posts(at); COMMIT; ANALYZE");
}

/* ---- Words to ask for ---- */

struct bigrams {
    struct str      word;
    struct interner seconds;
    uint32_t       *counts;
};

static bool count_seconds(void *context, const struct post *post, const struct text_facts *facts)
{
    struct bigrams *bigrams = context;
    (void)post;
    for (uint32_t i = 0; i + 1 < facts->token_count; i++) {
        const struct token *next = &facts->tokens[i + 1];
        bool is_pair = str_equal(facts->tokens[i].key, bigrams->word) && next->kind == TOKEN_WORD && next->position == facts->tokens[i].position + 1;
        for (size_t at = 0; is_pair && at < next->key.len; at++)
            is_pair = next->key.ptr[at] >= 'a' && next->key.ptr[at] <= 'z'; /* both tokenisers agree on those */
        if (!is_pair)
            continue;
        uint32_t before = bigrams->seconds.count, number = interner_add(&bigrams->seconds, next->key);
        if (number == before) {
            bigrams->counts = realloc(bigrams->counts, (before + 1) * sizeof *bigrams->counts);
            bigrams->counts[number] = 0;
        }
        bigrams->counts[number]++;
    }
    return true;
}

static struct query_node *parse(struct bench *bench, const char *source)
{
    struct query query;
    struct error error = {0};
    stop_on(query_parse(str_of(source), NULL, bench->analyser, &bench->arena, &query, &error), &error);
    return query.root;
}

static void choose_words(struct bench *bench, const char *word)
{
    struct archive_term *terms;
    size_t               count;
    struct error         error = {0};
    uint32_t             best = 0;
    stop_on(archive_terms(bench->snapshot, parse(bench, "*"), 50, &bench->arena, &terms, &count, &error), &error);
    for (size_t i = 0; !word && i < count; i++)
        if (terms[i].term.ptr[0] >= 'a' && terms[i].term.ptr[0] <= 'z' && !memchr(terms[i].term.ptr, '\'', terms[i].term.len))
            word = terms[i].term.ptr; /* the arena ends strings */
    snprintf(bench->word, sizeof bench->word, "%s", word ? word : "the");
    struct bigrams bigrams = {.word = str_of(bench->word)};
    stop_on(archive_scan(bench->snapshot, parse(bench, bench->word), INT64_MIN, INT64_MAX, 0, count_seconds, &bigrams, &error), &error);
    for (uint32_t i = 1; i < bigrams.seconds.count; i++)
        best = bigrams.counts[i] > bigrams.counts[best] ? i : best;
    struct str second = bigrams.seconds.count ? bigrams.seconds.strings[best] : STR("x");
    snprintf(bench->phrase, sizeof bench->phrase, "\"%s %.*s\"", bench->word, STR_ARG(second));
    interner_fini(&bigrams.seconds);
    free(bigrams.counts);
}

/* ---- Questions ---- */

struct question {
    const char *name;
    int64_t (*ours)(struct bench *, const struct query_node *); /* a number that both should agree on, roughly */
    const char *theirs; /* ?1 is the FTS5 expression */
    bool        is_phrase;
};

static int64_t ask_count(struct bench *bench, const struct query_node *root)
{
    uint64_t     count;
    struct error error = {0};
    stop_on(archive_count(bench->snapshot, root, &bench->arena, &count, &error), &error);
    return (int64_t)count;
}

static int64_t ask_timeline(struct bench *bench, const struct query_node *root)
{
    struct archive_bucket *buckets;
    size_t                 count;
    int64_t                sum = 0;
    struct error           error = {0};
    stop_on(archive_timeline(bench->snapshot, root, CLOCK_HOUR_US, &bench->arena, &buckets, &count, &error), &error);
    for (size_t i = 0; i < count; i++)
        sum += (int64_t)buckets[i].count;
    return sum;
}

static int64_t ask_terms(struct bench *bench, const struct query_node *root)
{
    struct archive_term *terms;
    size_t               count;
    struct error         error = {0};
    stop_on(archive_terms(bench->snapshot, root, TOP, &bench->arena, &terms, &count, &error), &error);
    return (int64_t)count;
}

static int64_t ask_page(struct bench *bench, const struct query_node *root)
{
    struct archive_page page;
    struct error        error = {0};
    stop_on(archive_posts(bench->snapshot, root, ARCHIVE_NEWEST, 50, (struct str){0}, &bench->arena, &page, &error), &error);
    return (int64_t)page.count;
}

static const struct question questions[] = {
    {"count of a word", ask_count, "SELECT count(*) FROM words WHERE words MATCH ?1", false},
    {"timeline of a word by the hour", ask_timeline,
     "SELECT sum(c) FROM (SELECT at / 3600000000 AS hour, count(*) AS c FROM words JOIN posts ON n = words.rowid WHERE words MATCH ?1 GROUP BY hour)", false},
    {"count of a phrase", ask_count, "SELECT count(*) FROM words WHERE words MATCH ?1", true},
    {"newest 50 posts of a word", ask_page,
     "SELECT count(*) FROM (SELECT id, at, posts.text FROM words JOIN posts ON n = words.rowid WHERE words MATCH ?1 ORDER BY at DESC LIMIT 50)", false},
    {"top 20 terms of a word's posts", ask_terms,
     /* by count alone: SQLite is not asked to compare with the rest */
     "SELECT count(*) FROM (SELECT term, count(DISTINCT doc) AS c FROM word_places WHERE doc IN (SELECT rowid FROM words WHERE words MATCH ?1) "
     "GROUP BY term ORDER BY c DESC LIMIT 20)", false},
};

/* Of this thread: both sides answer in it. */
static int64_t processor_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * CLOCK_SECOND_US + now.tv_nsec / 1000;
}

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static double time_ours(struct bench *bench, const struct question *question, const struct query_node *root, int64_t *answer_out)
{
    enum { BATCH = 10 };
    int64_t times[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        int64_t start = processor_us();
        for (int j = 0; j < BATCH; j++)
            *answer_out = question->ours(bench, root);
        times[i] = processor_us() - start;
    }
    qsort(times, ROUNDS, sizeof *times, compare_times);
    return (double)times[ROUNDS / 2] / BATCH;
}

static double time_theirs(struct bench *bench, const struct question *question, const char *expression, int64_t *answer_out)
{
    int64_t       times[ROUNDS];
    sqlite3_stmt *statement = prepare(bench, question->theirs);
    int           rounds = 0;
    for (int64_t spent = 0; rounds < ROUNDS && (rounds < 1 || spent < 10 * CLOCK_SECOND_US); rounds++) {
        int64_t start = processor_us();
        sqlite3_bind_text(statement, 1, expression, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) != SQLITE_ROW)
            exit(1);
        *answer_out = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
        spent += times[rounds] = processor_us() - start;
    }
    sqlite3_finalize(statement);
    qsort(times, (size_t)rounds, sizeof *times, compare_times);
    return (double)times[rounds / 2];
}

static void ask(struct bench *bench, const struct question *question)
{
    const char *expression = question->is_phrase ? bench->phrase : bench->word;
    int64_t     ours = 0, theirs = 0;
    double      our_us = time_ours(bench, question, parse(bench, expression), &ours);
    double      their_us = time_theirs(bench, question, expression, &theirs);
    printf("%-32s %8.1f times faster  (%9.3f ms against %9.3f ms; %lld and %lld)\n", question->name, their_us / our_us, our_us / 1000,
           their_us / 1000, (long long)ours, (long long)theirs);
    fflush(stdout);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    if (argc < 2) {
        fprintf(stderr, "usage: bench_queries POSTS.jsonl [WORD]\n");
        return 2;
    }
    load(&bench, argv[1]);
    choose_words(&bench, argc > 2 ? argv[2] : NULL);
    struct archive_stats stats;
    struct error         error = {0};
    stop_on(archive_stats(bench.snapshot, &stats, &error), &error);
    printf("%llu posts in %u segments; the word is %s, the phrase %s\n", (unsigned long long)bench.posts, stats.segments, bench.word, bench.phrase);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        ask(&bench, &questions[i]);
    archive_snapshot_release(bench.snapshot);
    archive_close(bench.archive);
    text_analyser_free(bench.analyser);
    arena_fini(&bench.arena);
    sqlite3_close(bench.db);
    nftw(bench.folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
