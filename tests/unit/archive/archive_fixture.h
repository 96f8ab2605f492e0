/* A folder for an archive, posts to put into it, and a simple model of what must be in it afterwards. */
#ifndef TESTS_UNIT_ARCHIVE_FIXTURE_H
#define TESTS_UNIT_ARCHIVE_FIXTURE_H

#include "check.h"

#include "archive/snapshot.h"
#include "base/rng.h"
#include "base/vfs.h"

enum { MODEL_IDS = 150, MODEL_AUTHORS = 9, MODEL_STATES = 2 };

/* What an archive should say about one id. Zeroed: nothing. */
struct model_post {
    bool     is_there, is_deleted; /* is_deleted: for good */
    uint32_t version; /* says which text */
    int64_t  likes, followers;
};

struct model {
    struct model_post posts[MODEL_IDS];
    bool              is_author_deleted[MODEL_AUTHORS];
    uint32_t          states[MODEL_STATES]; /* 0: not set */
};

struct fixture {
    char                  folder[128];
    struct text_analyser *analyser;
    struct arena          arena; /* of the post made last */
    struct archive       *archive;
    struct error          error;
};

void fixture_init(struct fixture *fixture);
void fixture_fini(struct fixture *fixture); /* closes and removes the folder */
void remove_folder(const char *folder);
void fixture_open(struct fixture *fixture, const struct archive_options *options); /* for writing; must succeed */
void fixture_close(struct fixture *fixture);

uint32_t model_author(uint32_t id); /* whose post it is */
/* The post as the model knows it; lives in fixture->arena until the next call. */
struct post model_post(struct fixture *fixture, uint32_t id, const struct model_post *row);
/* Adds the post of a row to the archive. */
enum error_code add_row(struct fixture *fixture, uint32_t id, const struct model_post *row, enum archive_added *added_out);
struct str model_state_name(uint32_t state);

/* One random step against archive and model alike; what both said must agree. False where the archive refused for want of space or the like
 * (then the model is as before). committed is what model was at the last commit. */
bool model_step(struct fixture *fixture, struct rng *rng, struct model *model, struct model *committed);

/* NULL where the archive says exactly what the model says, and all its indexes agree with its posts; else what is wrong. */
const char *compare_archive(struct archive *archive, struct fixture *fixture, const struct model *model);
/* The same without the indexes: faster. */
const char *compare_posts(struct archive *archive, struct fixture *fixture, const struct model *model);
/* ERROR_NONE where the last complaint was that the archive says something wrong, else the error by which it refused to say anything. */
enum error_code last_complaint_code(void);
/* The same without a model: that terms, positions, postings, columns and ids agree with the posts. */
const char *check_indexes(struct archive_snapshot *snapshot, struct fixture *fixture);

/* Counts of files by the beginning of their names, and whether any file of the folder holds bytes. */
uint32_t count_files(const char *folder, const char *prefix);
bool     folder_holds(const char *folder, struct str bytes);

#endif
