/* Files that people bring: what their columns mean, kept for the next time, and imports through the server.
 *
 *     parts ─▶ intake/<id> in the client's folder ─▶ look (what is it, sample posts, what is not sure) ─▶ run ─▶ report, rejects
 *                     │ gone a day later, or when the import is removed          ▲
 *                     └── mapping: what each column is, by name and by the set of headers it is for
 *
 * An import is a row from its first byte to its report; the posts themselves go into the client's stream (listen/import.h).
 * Functions that take a record begin and end their own transaction, and audit what they change. Results are in arena.
 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include "listen/import.h"
#include "record/record.h"

extern const struct record_domain intake_domain; /* in records.db */

struct intake_person {
    int64_t    id;
    struct str name;
};

/* ---- Mappings ---- */

enum { INTAKE_NAME_MAX_BYTES = 80, INTAKE_MAPS_MAX_BYTES = 8000, INTAKE_WORD_MAX_BYTES = 120, INTAKE_MAPPINGS_MAX = 500 };

/* How a file is read where it does not say it itself. */
struct intake_reading {
    struct str      tool;     /* a name of export_rows, "plain" (nobody's), or empty: as it is recognised */
    struct str      maps;     /* "at=Posted On" a line; a field with nothing behind = is left out */
    struct str      platform, author, zone; /* each may be empty */
    enum date_order date_order;
    struct str      label;    /* whose finds these posts are, for comparisons of tools; may be empty */
};
/* Where words name no tool, field or zone: ERROR_INVALID names them. zone_out holds the zone that options point to, overrides are in arena. */
enum error_code intake_read_reading(const struct intake_reading *reading, struct arena *arena, struct zone *zone_out, struct column_options *options_out,
                                    struct error *error);
/* "dmy", "mdy", "" and back. False: it is none of them. */
bool        intake_order_parse(struct str word, enum date_order *order_out);
const char *intake_order_word(enum date_order order);

struct intake_mapping {
    int64_t               id, version;
    struct str            name, key; /* key: header_row_key of the headers it was made for */
    struct intake_reading reading;
    struct intake_person  by;
    int64_t               updated_us;
};
/* By name. */
enum error_code intake_mappings(struct record *records, struct arena *arena, struct intake_mapping **mappings_out, size_t *count_out, struct error *error);
enum error_code intake_mapping_by_name(struct record *records, struct str name, struct arena *arena, struct intake_mapping *mapping_out, struct error *error);
/* The newest for a set of headers. *is_there_out false: there is none. */
enum error_code intake_mapping_for(struct record *records, struct str key, struct arena *arena, struct intake_mapping *mapping_out, bool *is_there_out,
                                   struct error *error);
/* A new one, or what stands under that name is replaced: version 0 does so in any case, else ERROR_CONFLICT where it moved on. */
enum error_code intake_mapping_put(struct record *records, struct record_actor actor, const struct intake_mapping *mapping, int64_t now_us,
                                   struct arena *arena, struct intake_mapping *mapping_out, struct error *error);
enum error_code intake_mapping_remove(struct record *records, struct record_actor actor, int64_t id, struct error *error);

/* ---- Imports through the server ---- */

enum {
    INTAKE_PART_MAX_BYTES = 8 * 1024 * 1024,
    INTAKE_OPEN_MAX = 20, /* unfinished imports of a client */
    INTAKE_KEEP_US_DAYS = 1,
};
#define INTAKE_FILE_MAX_BYTES (INT64_C(8) << 30)

enum intake_state { INTAKE_COMING, INTAKE_READY, INTAKE_RUNNING, INTAKE_DONE, INTAKE_STOPPED, INTAKE_FAILED };
extern const char *const intake_states[6]; /* coming ready running done stopped failed */

struct intake_import {
    int64_t               id;
    struct str            name; /* the file's, for people */
    enum intake_state     state;
    int64_t               size_bytes, received_bytes;
    struct intake_reading reading;
    struct str            found; /* what it was read as: "Brandwatch", "a table", "posts in our own form"; empty before it ran */
    struct import_counts  counts;
    struct str            rejected_file; /* path, or empty */
    struct str            message;       /* of a failure */
    struct intake_person  by;
    int64_t               created_us, started_us, ended_us;
    int64_t               first_us, last_us; /* of its posts; 0: none */
};

/* A file is announced. Errors: ERROR_TOO_LARGE, ERROR_BUSY (INTAKE_OPEN_MAX others are under way). */
enum error_code intake_begin(struct record *records, struct record_actor actor, struct str name, int64_t size_bytes, int64_t now_us, int64_t *id_out,
                             struct error *error);
enum error_code intake_by_id(struct record *records, int64_t id, struct arena *arena, struct intake_import *import_out, struct error *error);
/* Newest first, at most 200. */
enum error_code intakes(struct record *records, struct arena *arena, struct intake_import **imports_out, size_t *count_out, struct error *error);
/* What changed of state, figures and reading is kept. */
enum error_code intake_keep(struct record *records, const struct intake_import *import, struct error *error);
enum error_code intake_forget(struct record *records, struct record_actor actor, int64_t id, struct error *error);
/* Those that were running when the program ended, and those that lie about for longer than a day: stopped. The ids of the latter, whose files are to go, in arena. */
enum error_code intake_sweep(struct record *records, bool is_start, int64_t now_us, struct arena *arena, int64_t **ids_out, size_t *count_out,
                             struct error *error);

/* The file of an import, under the client's folder. False: the path is too long. */
bool intake_path(const char *client_folder, int64_t id, char path[512]);
/* Bytes at an offset. A part that is there already is passed over, so that who does not know whether it came sends it again; one behind a hole is
 * ERROR_CONFLICT and names the offset that is wanted. *received_out: all that is there now. */
enum error_code intake_part(const char *client_folder, int64_t id, int64_t size_bytes, int64_t offset, struct str bytes, int64_t *received_out,
                            struct error *error);
enum error_code intake_remove_file(const char *client_folder, int64_t id, struct error *error);

#endif
