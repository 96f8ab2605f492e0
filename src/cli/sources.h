/* What the subcommands of `bellwether source` about a client's sources share. */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include "capture/capture.h"
#include "cli/cli.h"

#include <cjson/cJSON.h>

/* The client's records.db, with its sources alone. Close it with record_close. A running server may hold it open too: it follows within a second. */
enum error_code sources_open(struct cli *cli, struct record **records_out);
/* The source that the nth argument behind the subcommand names, by name or number. ERROR_NOT_FOUND. */
enum error_code sources_named(struct cli *cli, struct record *records, size_t nth, struct capture_source *source_out);
struct record_actor sources_actor(void);

/* What a server that runs says of the client's sources: the object of one of them, or NULL where no server runs. */
struct sources_now {
    cJSON  *all;
    int64_t at_us;
};
void         sources_now_read(struct cli *cli, struct sources_now *now_out); /* what is older than half a minute is none */
void         sources_now_free(struct sources_now *now);
const cJSON *sources_now_of(const struct sources_now *now, int64_t id);

/* source_list.c */
enum error_code source_deed_list(struct cli *cli);
enum error_code source_deed_show(struct cli *cli);
enum error_code source_deed_pause(struct cli *cli);
enum error_code source_deed_resume(struct cli *cli);
enum error_code source_deed_remove(struct cli *cli);
/* source_add.c */
enum error_code source_deed_add(struct cli *cli);
enum error_code source_deed_set(struct cli *cli);
/* source_test.c */
enum error_code source_deed_test(struct cli *cli);
/* source_coverage.c */
enum error_code source_deed_coverage(struct cli *cli);

/* source_fields.c: "relay=wss://a" and the like by the connector's rows into config; secrets are refused there. ERROR_USAGE names what is wrong.
 * Both are objects to be added to. */
struct sources_given {
    cJSON *config, *secrets, *query;
};
enum error_code sources_fields(struct cli *cli, const struct connector *connector, size_t from, struct sources_given *given);
/* --secrets FILE, or - for standard input: a JSON object or lines name=value; those that are required and missing are asked for at the terminal,
 * where asks. */
enum error_code sources_secrets(struct cli *cli, const struct connector *connector, struct str stored_names, bool asks, struct sources_given *given);
/* --any, --none, --hashtags, --accounts, --urls, --lang: lists with commas between. */
enum error_code sources_query(struct cli *cli, struct sources_given *given);

#endif
