#include "fixture.h"

#include "base/vfs.h"

struct query_doc fixture_doc(struct fixture *fixture, struct str line)
{
    struct post       *post = arena_new(&fixture->posts, struct post);
    struct text_facts *facts = arena_new(&fixture->posts, struct text_facts);
    struct error       error = {0};
    check_ok(post_parse(arena_str(&fixture->posts, line), &fixture->posts, post, &error), error, "%.*s", STR_ARG(line));
    check_ok(text_analyse(fixture->analyser, &fixture->posts, post->text, post->lang, TEXT_WANT_ALL, facts, &error),
             error, "%.*s", STR_ARG(line));
    return (struct query_doc){post, facts};
}

bool fixture_read(struct fixture *fixture, const char *path, size_t step, size_t most)
{
    struct buf   bytes = {0};
    struct error error = {0};
    if (vfs_read_file(path, (size_t)1 << 30, &bytes, &error))
        return false;
    struct str rest = buf_str(&bytes), line;
    fixture->docs = arena_array(&fixture->posts, most, sizeof *fixture->docs);
    fixture->doc_count = 0;
    for (size_t i = 0; fixture->doc_count < most && str_next_field(&rest, '\n', &line); i++)
        if (line.len && i % step == 0)
            fixture->docs[fixture->doc_count++] = fixture_doc(fixture, line);
    buf_fini(&bytes);
    return fixture->doc_count > 0;
}

void fixture_init(struct fixture *fixture, const char *folder)
{
    struct error error = {0};
    char         path[512];
    *fixture = (struct fixture){0};
    check_ok(text_analyser_new(&fixture->analyser, &error), error, "analyser");
    check(vfs_join(path, folder, "posts.jsonl") && fixture_read(fixture, path, 1, 1000), "%s", folder);
}

void fixture_fini(struct fixture *fixture)
{
    text_analyser_free(fixture->analyser);
    arena_fini(&fixture->posts);
    arena_fini(&fixture->queries);
    arena_fini(&fixture->scratch);
}
