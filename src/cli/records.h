/* A client's records.db, for commands about what people make. */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "cli/cli.h"
#include "topic/topic.h"

/* Opened (made where it is missing), with the lists of DATA/clients/NAME/lists taken over. Close it with record_close. A running server
 * may hold it open too. */
enum error_code records_open(struct cli *cli, struct record **records_out);
/* True where the client has one. */
bool records_exist(const struct cli *cli);

#endif
