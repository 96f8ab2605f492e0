/* The conformance kit: whether a program keeps the connector contract (docs/connectors.md), told by using it as a host does, and worse.
 *
 *     program under test ◀── contract ──▶ kit ──▶ driver (optional) ──▶ the platform behind it: posts, edits, deletes, limits, lists
 *
 * Without a driver nobody makes the platform do things, and nobody knows what it holds: those checks are skipped, and say so.
 *
 * The driver is a program, too: one JSON object a line on its input, one back on its output, in turn.
 *     {"do":"begin"}                        {"ok":true,"config":{..},"secrets":{..},"bad_secrets":{..},"query":{..},"mode":"poll","target":{..}}   all optional
 *     {"do":"post","count":20}              {"ok":true,"ids":["..",..]}     native ids of what is new on the platform
 *     {"do":"edit","id":"..","text":".."}   {"ok":true}
 *     {"do":"delete","id":".."}             {"ok":true}
 *     {"do":"limit","seconds":3}            {"ok":true}                     the platform answers "too many requests" for so long
 *     {"do":"list"}                         {"ok":true,"ids":[..]}          all that is there now and that the connector owes
 *     {"do":"end"}                          {"ok":true}                     then its input ends
 * {"ok":false,"why":".."}: it cannot do that; the check is skipped, with its words.
 */
#ifndef KIT_KIT_H
#define KIT_KIT_H

#include "source/source.h"

#include <stdatomic.h>

enum kit_verdict { KIT_OK, KIT_FAILED, KIT_SKIPPED };

struct kit_finding {
    const char      *name, *what; /* of the check: a word, and what it holds a connector to */
    enum kit_verdict verdict;
    char             why[400]; /* figures where ok; what was seen where failed; what was missing where skipped */
    int64_t          took_us;
};

struct kit_setup {
    const char *const *argv;   /* the program under test; ends with NULL */
    const char *const *driver; /* its words; NULL: none */
    struct str         config, secrets; /* JSON objects; empty: the driver's, else {} */
    struct str         query;  /* JSON object as in subscribe; empty: the driver's, else {} */
    const char        *mode;   /* NULL: the driver's, else the first of stream, poll, search, backfill that it has */
    const char        *only;   /* names of checks with blanks between; NULL: all */
    unsigned           kills;  /* rounds of the kill check */
    unsigned           posts;  /* that the driver makes for a check */
    unsigned           items;  /* that the leak check reads in all */
    unsigned           wait_s; /* how long the platform may take until something shows */
    unsigned           memory_mib; /* that may be added over the second half of the leak check */
    uint64_t           seed;   /* of where it is killed */
    atomic_bool       *stop;   /* set from outside; may be NULL */
    void             (*tell)(void *context, const struct kit_finding *finding); /* each as it is known */
    void              *context;
};

struct kit_counts { unsigned ok, failed, skipped; };

/* ERROR_NOT_FOUND: no such program or driver; ERROR_INVALID: config, secrets, query or only; ERROR_CANCELLED. A failed check is no error. */
enum error_code kit_run(const struct kit_setup *setup, struct kit_counts *counts_out, struct error *error);

/* The checks there are, in their order; ends with a row without a name. */
struct kit_row { const char *name, *what; };
extern const struct kit_row kit_rows[];

#endif
