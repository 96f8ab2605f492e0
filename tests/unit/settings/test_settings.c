/* Layers of settings, and what is refused with its place. */
#include "../check.h"

#include "base/buf.h"
#include "base/rng.h"
#include "base/vfs.h"
#include "settings/settings.h"

#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/bellwether-settings-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *place(const char *name)
{
    static char paths[16][128];
    static int  next;
    char       *path = paths[next++ % 16];
    snprintf(path, 128, "%s/%s", folder, name);
    return path;
}

static const char *write_file(const char *name, const char *text)
{
    struct error error = {0};
    const char  *path = place(name);
    check_ok(vfs_replace_file(path, str_of(text), &error), error, "%s", name);
    return path;
}

static size_t row_of(const char *section, const char *key)
{
    size_t i = 0;
    while (strcmp(setting_rows[i].section, section) != 0 || strcmp(setting_rows[i].key, key) != 0)
        i++;
    return i;
}

static void every_row_has_words_and_a_value_that_holds(void **state)
{
    (void)state;
    struct settings              *settings;
    struct error                  error = {0};
    const struct settings_sources none = {.file = write_file("empty.conf", "")};
    check_ok(settings_load(&none, &settings, &error), error, "built-in values");
    size_t count = 0;
    for (; setting_rows[count].key; count++) {
        const struct setting_row *row = &setting_rows[count];
        check(strlen(row->help) > 10 && row->help[strlen(row->help) - 1] == '.', "%s.%s: no sentence", row->section,
              row->key);
        check_str(str_of(settings_value(settings, count)), str_of(row->fallback), "%s.%s", row->section, row->key);
        check_str(str_of(settings_source(settings, count)), STR("built-in"), "%s.%s", row->section, row->key);
        for (size_t i = 0; i < count; i++)
            check(strcmp(setting_rows[i].section, row->section) != 0 || strcmp(setting_rows[i].key, row->key) != 0,
                  "%s.%s twice", row->section, row->key);
    }
    check(count > 20, "%zu rows", count);
    check(settings_number(NULL, "limits.body_bytes") == 32 << 20 &&
              settings_number(settings, "limits.body_bytes") == 32 << 20,
          "bytes");
    check(settings_boolean(NULL, "log.requests") && !settings_boolean(NULL, "webhooks.private_addresses"), "booleans");
    settings_free(settings);
}

static void later_layers_win(void **state)
{
    (void)state;
    struct settings *settings;
    struct error     error = {0};
    char             from[256];
    check_ok(vfs_make_folders(place("conf.d"), &error), error, "folder");
    write_file("secret", "hunter2 with blanks; and more\n");
    const char *file = write_file(
        "a.conf",
        "# a comment\n[server]\nlisten = 1.1.1.1:1 ; behind it\nworkers=3\n[limits]\nidle_s = 5\nbody_bytes = 1 MiB\n"
        "[mail]\nhost: first\nuser = me\n");
    write_file("conf.d/20.conf", "[mail]\nhost = third\n");
    write_file("conf.d/10.conf", "[mail]\nhost = second\nuser = other\n");
    write_file("conf.d/ignored.txt", "[nonsense");
    char secret[200];
    snprintf(secret, sizeof secret, "BELLWETHER_MAIL_PASSWORD_FILE=%s", place("secret"));
    char *const environment[] = {(char *)"PATH=/bin",          (char *)"BELLWETHER_LIMITS_IDLE_S=6",  secret,
                                 (char *)"BELLWETHER_DATA=/x", (char *)"BELLWETHER_SERVER_WORKERS=4", NULL};
    const struct settings_flag flags[] = {
        {"server.listen", NULL, "--listen"}, {"server.workers", "5", "--workers"}, {0}};
    const struct settings_sources sources = {.file = file, .environment = environment, .flags = flags};
    check_ok(settings_load(&sources, &settings, &error), error, "load");
    check_str(str_of(settings_text(settings, "server.listen")), STR("1.1.1.1:1"),
              "file; an inline comment is none of it");
    check_str(str_of(settings_text(settings, "mail.host")), STR("third"), "conf.d in order of name");
    check_str(str_of(settings_text(settings, "mail.user")), STR("other"), "conf.d over file");
    check(settings_number(settings, "limits.idle_s") == 6, "environment over file");
    check(settings_number(settings, "server.workers") == 5, "flag over environment");
    check(settings_number(settings, "limits.body_bytes") == 1 << 20, "1 MiB");
    check_str(str_of(settings_text(settings, "mail.password")), STR("hunter2 with blanks; and more"),
              "a secret from its file");
    check_str(str_of(settings_shown(settings, row_of("mail", "password"))), STR("(set)"), "and is not shown");
    snprintf(from, sizeof from, "%s:3", file);
    check_str(str_of(settings_source(settings, row_of("server", "listen"))), str_of(from), "where it came from");
    check(settings_file(settings, 2) && !settings_file(settings, 3), "three files");
    settings_free(settings);
    vfs_remove(place("conf.d/10.conf"), NULL);
    vfs_remove(place("conf.d/20.conf"), NULL);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char     *file, *variable; /* NULL: none */
        enum error_code code;
        const char     *says[2];
    } rows[] = {
        {"[server]\nlisen = x\n", NULL, ERROR_INVALID, {"bad.conf:2: ", "lisen"}},
        {"[sever]\nlisten = x\n", NULL, ERROR_INVALID, {"bad.conf:2: ", "[sever]"}},
        {"listen = x\n", NULL, ERROR_INVALID, {"bad.conf:1: ", "listen in []"}},
        {"[server]\n\n\nworkers = many\n",
         NULL,
         ERROR_INVALID,
         {"bad.conf:4: server.workers: 'many'", "from 0 to 256"}},
        {"[server]\nworkers = 257\n", NULL, ERROR_INVALID, {"'257'", "256"}},
        {"[server]\nworkers = -1\n", NULL, ERROR_INVALID, {"'-1'", "from 0"}},
        {"[limits]\nbody_bytes = 99999999999GiB\n", NULL, ERROR_INVALID, {"bad.conf:2: ", "99999999999GiB"}},
        {"[limits]\nbody_bytes = 1KB\n", NULL, ERROR_INVALID, {"bad.conf:2: ", "1KB"}},
        {"[log]\nformat = xml\n", NULL, ERROR_INVALID, {"'xml'", "text logfmt json"}},
        {"[log]\nrequests = maybe\n", NULL, ERROR_INVALID, {"'maybe'", "yes or no"}},
        {"[server]\npublic_url = listen.example.org\n", NULL, ERROR_INVALID, {"listen.example.org", "https://"}},
        {"[server]\npublic_url = https://x.example/\n", NULL, ERROR_INVALID, {"https://x.example/", "without /"}},
        {"[server]\nworkers = 1\nworkers = 2\n", NULL, ERROR_INVALID, {"given twice", ":3"}},
        {"[server]\nworkers = 1\n  2\n", NULL, ERROR_INVALID, {"given twice", ":3"}},
        {"[server]\nworkers\n", NULL, ERROR_SYNTAX, {"bad.conf:2: ", "neither"}},
        {"[server\n", NULL, ERROR_SYNTAX, {"bad.conf:1: ", "neither"}},
        {"[mail]\nhost_file = /etc/hostname\n", NULL, ERROR_INVALID, {"bad.conf:2: ", "host_file"}},
        {"[mail]\npassword_file = /nowhere/at/all\n", NULL, ERROR_NOT_FOUND, {"bad.conf:2: ", "/nowhere/at/all"}},
        {"[mail]\nhost = a\x01"
         "b\n",
         NULL,
         ERROR_INVALID,
         {"bad.conf:2: ", "control byte"}},
        {"[mail]\nhost = \xff\n", NULL, ERROR_INVALID, {"bad.conf:2: ", "UTF-8"}},
        {"[mail]\npassword = \x01secret\n", NULL, ERROR_INVALID, {"bad.conf:2: ", "control byte"}},
        {"", "BELLWETHER_SERVER_LISTN=x", ERROR_INVALID, {"BELLWETHER_SERVER_LISTN", "environment"}},
        {"", "BELLWETHER_SERVER_LISTEN_FILE=x", ERROR_INVALID, {"BELLWETHER_SERVER_LISTEN_FILE", "environment"}},
        {"", "BELLWETHER_SERVER_WORKERS=many", ERROR_INVALID, {"BELLWETHER_SERVER_WORKERS: ", "'many'"}},
        {"", "BELLWETHER_NOTHING_OF_OURS=1", ERROR_NONE, {"", ""}},
        {"\xef\xbb\xbf[server]\r\nworkers = 2\r\n", NULL, ERROR_NONE, {"", ""}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct settings              *settings = NULL;
        struct error                  error = {0};
        char *const                   environment[] = {(char *)(uintptr_t)rows[i].variable, NULL};
        const struct settings_sources sources = {.file = write_file("bad.conf", rows[i].file),
                                                 .environment = environment};
        enum error_code               code = settings_load(&sources, &settings, &error);
        check(code == rows[i].code, "row %zu: %d: %s", i, code, error.message);
        for (int k = 0; k < 2; k++)
            check(strstr(error.message, rows[i].says[k]) && !strstr(error.message, "secret"),
                  "row %zu: '%s' does not say '%s'", i, error.message, rows[i].says[k]);
        settings_free(settings);
    }
    char long_line[400] = "[mail]\npassword = ";
    memset(long_line + strlen(long_line), 'x', 300);
    struct settings              *settings = NULL;
    struct error                  error = {0};
    const struct settings_sources sources = {.file = write_file("bad.conf", long_line)},
                                  missing = {.file = "/nowhere/at/all"};
    check(settings_load(&sources, &settings, &error) == ERROR_SYNTAX && strstr(error.message, "bad.conf:2: ") &&
              strstr(error.hint, "_file"),
          "a long line: %s", error.message);
    check(settings_load(&missing, &settings, &error) == ERROR_NOT_FOUND, "a named file that is missing: %s",
          error.message);
}

static void a_value_and_its_file_contradict_each_other(void **state)
{
    (void)state;
    char variable[200];
    snprintf(variable, sizeof variable, "BELLWETHER_MAIL_PASSWORD_FILE=%s", write_file("secret", "one\n"));
    char *const                   environment[] = {variable, (char *)"BELLWETHER_MAIL_PASSWORD=two", NULL};
    const struct settings_sources sources = {.file = write_file("a.conf", ""), .environment = environment};
    struct settings              *settings = NULL;
    struct error                  error = {0};
    check(settings_load(&sources, &settings, &error) == ERROR_INVALID && strstr(error.message, "given twice"), "%s",
          error.message);
    check(!strstr(error.message, "one") && !strstr(error.message, "two"), "a secret in a message: %s", error.message);
}

static void a_reload_is_whole_or_nothing(void **state)
{
    (void)state;
    struct settings              *settings;
    struct error                  error = {0};
    struct buf                    changed = {0};
    const struct settings_sources sources = {.file =
                                                 write_file("a.conf", "[log]\nlevel = debug\n[server]\nworkers = 2\n")};
    check_ok(settings_load(&sources, &settings, &error), error, "load");
    const char *before = settings_text(settings, "log.level");
    write_file("a.conf", "[log]\nlevel = error\n[server]\nworkers = none\n");
    check(settings_reload(settings, &changed, &error) == ERROR_INVALID && changed.len == 0, "%s", error.message);
    check_str(str_of(settings_text(settings, "log.level")), STR("debug"), "nothing was taken of it");
    write_file("a.conf", "[log]\nlevel = error\n[server]\nworkers = 3\n");
    check_ok(settings_reload(settings, &changed, &error), error, "reload");
    check_str(buf_str(&changed), STR("server.workers (after a restart)\nlog.level\n"), "what changed");
    check_str(str_of(settings_text(settings, "log.level")), STR("error"), "new");
    check_str(str_of(before), STR("debug"), "a text in use stays");
    buf_fini(&changed);
    settings_free(settings);
}

static void random_files_are_read_or_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"[server]", "[limits]", "\n",   "listen",     "=",      " ",   ":",
                                        "workers",  "3",        ";",    "#",          "idle_s", "[",   "]",
                                        "\x01",     "\t",       "\xff", "body_bytes", "4KiB",   "\r\n"};
    struct rng               rng;
    unsigned                 taken = 0;
    rng_seed(&rng, 3);
    for (int i = 0; i < 3000; i++) {
        char   text[160] = "";
        size_t len = 0;
        for (uint64_t k = rng_below(&rng, 12); k; k--)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", words[rng_below(&rng, COUNT_OF(words))]);
        struct settings              *settings = NULL;
        struct error                  error = {0};
        const struct settings_sources sources = {.file = write_file("random.conf", text)};
        enum error_code               code = settings_load(&sources, &settings, &error);
        check((code == ERROR_NONE) == (settings != NULL) && (!code || error.message[0]), "'%s'", text);
        taken += !code;
        settings_free(settings);
    }
    check(taken > 100 && taken < 2900, "%u of 3000 taken", taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_words_and_a_value_that_holds),
        cmocka_unit_test(later_layers_win),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(a_value_and_its_file_contradict_each_other),
        cmocka_unit_test(a_reload_is_whole_or_nothing),
        cmocka_unit_test(random_files_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
