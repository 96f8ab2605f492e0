/* What is random, what is hashed, and that the SQL of the room is sound. */
#include "check.h"

#include "base/clock.h"
#include "team/keep.h"

#include <sodium.h>

static void the_sql_is_sound(void **state)
{
    (void)state;
    struct error error = {0};
    check_ok(record_prove(&team_domain, &error), error, "team.sql");
}

static void secrets_are_told_from_other_text(void **state)
{
    (void)state;
    char               text[TEAM_TOKEN_TEXT_BYTES], other[TEAM_TOKEN_TEXT_BYTES];
    struct secret_hash made, read;
    for (int is_token = 0; is_token <= 1; is_token++) {
        secret_make(is_token, text, &made);
        secret_make(is_token, other, &read);
        check(strcmp(text, other) != 0, "two are the same");
        assert_int_equal(strlen(text), is_token ? 52 : 43);
        assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), strlen(text));
        check(secret_read(is_token, str_of(text), &read) && memcmp(&made, &read, sizeof made) == 0, "%s", text);
        check(!secret_read(!is_token, str_of(text), &read), "%s taken for the other kind", text);
        for (size_t len = 0; len < strlen(text); len++)
            check(!secret_read(is_token, str_slice(text, len), &read), "cut at %zu", len);
    }
    assert_int_equal(strncmp(text, "bw_", 3), 0);
    for (size_t i = 0; i < strlen(text); i++) { /* a letter misread is noticed without the database */
        char was = text[i];
        text[i] = was == 'x' ? 'y' : 'x';
        check(!secret_read(true, str_of(text), &read), "letter %zu changed: %s", i, text);
        text[i] = was;
    }
}

static void passwords_have_rules(void **state)
{
    (void)state;
    static char long_enough[TEAM_PASSWORD_MAX + 2];
    for (size_t i = 0; i + 1 < sizeof long_enough; i++)
        long_enough[i] = (char)('a' + i % 26);
    const struct {
        struct str password, name;
        bool       is_good;
    } rows[] = {
        {STR("gulls over harbour"), STR("mara"), true},
        {STR("gulls over"), STR("mara"), true},
        {STR("gulls ove"), STR("mara"), false},
        {STR(""), STR("mara"), false},
        {STR("aaaaaaaaaaaaaaa"), STR("mara"), false},
        {STR("abababababcdcdcdcd"), STR("mara"), false},
        {STR("mara lindholm"), STR("Mara Lindholm"), false},
        {STR("\xff\xfe not UTF-8 at all"), STR("mara"), false},
        {{"gulls\0over harbour", 18}, STR("mara"), false},
        {{long_enough, TEAM_PASSWORD_MAX}, STR("mara"), true},
        {{long_enough, TEAM_PASSWORD_MAX + 1}, STR("mara"), false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct error    error = {0};
        enum error_code code = password_check(rows[i].password, rows[i].name, &error);
        check(code == (rows[i].is_good ? ERROR_NONE : ERROR_INVALID), "row %zu: %d %s", i, code, error.message);
        check(!rows[i].password.len || !strstr(error.message, "gulls"), "row %zu tells the password", i);
    }
}

static void a_hash_fits_its_password_alone(void **state)
{
    (void)state;
    char         hash[PASSWORD_HASH_BYTES], again[PASSWORD_HASH_BYTES];
    struct error error = {0};
    check_ok(password_hash(STR("gulls over harbour"), hash, &error), error, "hash");
    check_ok(password_hash(STR("gulls over harbour"), again, &error), error, "hash");
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    check(strcmp(hash, again) != 0, "without salt");
    assert_true(password_fits(hash, STR("gulls over harbour")));
    assert_false(password_fits(hash, STR("gulls over harbours")));
    assert_false(password_fits(hash, STR("")));
    assert_false(password_fits("not a hash", STR("gulls over harbour")));
    assert_false(password_fits(NULL, STR("gulls over harbour")));
}

/* The processor's time that a try takes, the least of some. */
static int64_t least_time_us(const char *hash)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < 7; i++) {
        int64_t from = clock_monotonic_us();
        password_fits(hash, STR("gulls over the harbour"));
        int64_t took = clock_monotonic_us() - from;
        least = took < least ? took : least;
    }
    return least;
}

static void nobody_takes_as_long_as_somebody(void **state)
{
    (void)state;
    char         hash[PASSWORD_HASH_BYTES];
    struct error error = {0};
    check_ok(password_hash(STR("gulls over harbour"), hash, &error), error, "hash");
    int64_t somebody = least_time_us(hash), nobody = least_time_us(NULL);
    print_message("somebody %lld us, nobody %lld us\n", (long long)somebody, (long long)nobody);
    check(nobody > somebody / 2 && nobody < somebody * 2, "somebody %lld us, nobody %lld us", (long long)somebody, (long long)nobody);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sql_is_sound),     cmocka_unit_test(secrets_are_told_from_other_text), cmocka_unit_test(passwords_have_rules),
        cmocka_unit_test(a_hash_fits_its_password_alone), cmocka_unit_test(nobody_takes_as_long_as_somebody),
    };
    return cmocka_run_group_tests_name("team secrets", tests, NULL, NULL);
}
