/* How the API gives a kept trend. */
#ifndef API_TRENDS_PRINT_H
#define API_TRENDS_PRINT_H

#include "api/api.h"
#include "chronicle/chronicle.h"

/* The members that a card needs, into an object that is open. snapshot: the archive that its posts are read from. */
enum error_code trend_print_card(struct api_call *call, struct archive_snapshot *snapshot,
                                 const struct chronicle_trend *trend);
/* "why": the formula with its inputs, and what it gives when it is reckoned again. */
void trend_print_why(struct json *json, const struct chronicle_trend *trend);
/* "history", "notes", "joined", "post_ids". */
enum error_code trend_print_rest(struct api_call *call, const struct chronicle_trend *trend);
/* id, label and a few numbers: for lists within answers. */
void trend_print_short(struct json *json, const struct chronicle_trend *trend);
bool trend_is_open(const struct chronicle_trend *trend, int64_t now_us);

#endif
