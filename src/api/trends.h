/* What the files of the trends resource share. */
#ifndef API_TRENDS_H
#define API_TRENDS_H

#include "api/trends_print.h"

#include "base/clock.h"

enum error_code trends_calendar(struct api_call *call);      /* trends_calendar.c */
enum error_code trends_propose_query(struct api_call *call); /* trends_query.c */

#endif
