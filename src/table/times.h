/* Times as exports write them. */
#ifndef TABLE_TIMES_H
#define TABLE_TIMES_H

#include "base/str.h"

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
 * TIMES_ORDER_UNKNOWN: it is the last form, and order does not say which way round. */
enum times_result times_parse(struct str s, enum date_order order, int64_t *at_us_out);

#endif
