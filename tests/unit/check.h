/* What every unit test includes: cmocka with what it needs before it, and checks that print the row they failed on. */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/str.h"

/* check(condition, "row %zu: %s", i, row) */
#define check(condition, ...)                                                     \
    do {                                                                          \
        if (!(condition)) {                                                       \
            print_error("%s:%d: %s does not hold: ", __FILE__, __LINE__, #condition); \
            print_error(__VA_ARGS__);                                             \
            print_error("\n");                                                    \
            fail();                                                               \
        }                                                                         \
    } while (0)

#define check_ok(call, error, ...)                                                \
    do {                                                                          \
        enum error_code check_code = (call);                                      \
        if (check_code) {                                                         \
            print_error("%s:%d: %s: %s: ", __FILE__, __LINE__, #call, (error).message); \
            print_error(__VA_ARGS__);                                             \
            print_error("\n");                                                    \
            fail();                                                               \
        }                                                                         \
    } while (0)

#define check_str(got, wanted, ...)                                               \
    do {                                                                          \
        struct str check_got = (got), check_wanted = (wanted);                    \
        if (!str_equal(check_got, check_wanted)) {                                \
            print_error("%s:%d: got '%.*s', wanted '%.*s': ", __FILE__, __LINE__, STR_ARG(check_got), STR_ARG(check_wanted)); \
            print_error(__VA_ARGS__);                                             \
            print_error("\n");                                                    \
            fail();                                                               \
        }                                                                         \
    } while (0)

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
