/* Times as exports write them. */
#ifndef TABLE_TIMES_H
#define TABLE_TIMES_H

#include "table/zone.h"

#include <stdint.h>

/* 03/04/2015 is the third of April or the fourth of March; only the person who exported it knows. */
enum date_order { DATE_ORDER_UNKNOWN, DATE_ORDER_DAY_FIRST, DATE_ORDER_MONTH_FIRST };

enum times_result { TIMES_OK, TIMES_NOT_A_TIME, TIMES_ORDER_UNKNOWN };

/* Understands, blanks around it ignored:
 *   RFC 3339, or with a blank before the zone, or without a zone (UTC)   2015-02-24 11:35:52 -0800
 *   the same with / or . between year, month and day                     2015/02/24 11:35
 *   numbers since 1970: seconds, milliseconds or microseconds by size    1424777752, 1424777752.5, 1424777752000
 *   a month's name, as in e-mail, the early Twitter API, spreadsheets    Tue, 24 Feb 2015 11:35:52 +0000
 *                                                                        Tue Feb 24 11:35:52 +0000 2015
 *                                                                        Feb 24, 2015 11:35 AM
 *   three numbers, the year last, in the order that the caller knows     24/02/2015 11:35, 2/24/2015 11:35:52 PM
 *   days of a spreadsheet, since 1899-12-30 (1990 and later)             45321.4826
 * TIMES_ORDER_UNKNOWN: it is the last form, and order does not say which way round. */
enum times_result times_parse(struct str s, enum date_order order, int64_t *at_us_out);

struct times_rules {
    enum date_order    order;
    const struct zone *zone; /* of times that name none; NULL: UTC */
};
struct times_read {
    int64_t at_us;
    bool    has_zone;  /* the time itself says its zone, or counts from 1970 */
    bool    has_clock; /* it says a time of day */
};
enum times_result times_parse_by(struct str s, const struct times_rules *rules, struct times_read *read_out);

#endif
