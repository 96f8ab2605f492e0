/* One value against its row. */
#include "settings/inside.h"

#include "base/utf8.h"
#include "base/vfs.h"

static enum error_code invalid(struct error *error, const struct setting_row *row, struct str text, const char *wanted)
{
    if (row->is_secret)
        return error_set(error, ERROR_INVALID, "%s.%s: expected %s", row->section, row->key, wanted);
    return error_set(error, ERROR_INVALID, "%s.%s: '%.*s' is not %s", row->section, row->key,
                     text.len > 80 ? 80 : (int)text.len, text.ptr, wanted);
}

static enum error_code check_text(const struct setting_row *row, struct str text, struct error *error)
{
    if (text.len > SETTING_VALUE_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "%s.%s: longer than %d bytes", row->section, row->key,
                         SETTING_VALUE_MAX_BYTES);
    if (!utf8_is_valid(text))
        return error_set(error, ERROR_INVALID, "%s.%s: not UTF-8", row->section, row->key);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return error_set(error, ERROR_INVALID, "%s.%s: holds a control byte", row->section, row->key);
    return ERROR_NONE;
}

static enum error_code check_url(const struct setting_row *row, struct str text, struct error *error)
{
    bool is_url = str_starts_with(text, STR("https://")) || str_starts_with(text, STR("http://"));
    if (text.len && (!is_url || text.len < 10 || memchr(text.ptr, ' ', text.len) || text.ptr[text.len - 1] == '/'))
        return invalid(error, row, text, "of the form https://host without / at its end");
    return ERROR_NONE;
}

static bool within(const struct setting_row *row, struct str text, int64_t unit, int64_t *number_out)
{
    return str_to_i64(text, number_out) && !__builtin_mul_overflow(*number_out, unit, number_out) &&
           *number_out >= row->least && *number_out <= row->most;
}

static enum error_code read_number(const struct setting_row *row, struct str text, int64_t *number_out,
                                   struct error *error)
{
    char wanted[120];
    snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld", (long long)row->least, (long long)row->most);
    return within(row, text, 1, number_out) ? ERROR_NONE : invalid(error, row, text, wanted);
}

static enum error_code read_bytes(const struct setting_row *row, struct str text, int64_t *number_out,
                                  struct error *error)
{
    static const struct {
        struct str name;
        int64_t    bytes;
    } units[] = {{STR("KiB"), INT64_C(1) << 10}, {STR("MiB"), INT64_C(1) << 20}, {STR("GiB"), INT64_C(1) << 30}};
    char       wanted[120];
    int64_t    unit = 1;
    struct str digits = text;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (str_ends_with(text, units[i].name)) {
            digits = str_trim(str_slice(text.ptr, text.len - units[i].name.len));
            unit = units[i].bytes;
        }
    snprintf(wanted, sizeof wanted, "a number of bytes (such as 64KiB) from %lld to %lld", (long long)row->least,
             (long long)row->most);
    return within(row, digits, unit, number_out) ? ERROR_NONE : invalid(error, row, text, wanted);
}

static enum error_code read_boolean(const struct setting_row *row, struct str text, int64_t *number_out,
                                    struct error *error)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_equal_ascii_nocase(text, str_of(words[i]))) {
            *number_out = i % 2;
            return ERROR_NONE;
        }
    return invalid(error, row, text, "yes or no");
}

static enum error_code read_word(const struct setting_row *row, struct str text, int64_t *number_out,
                                 struct error *error)
{
    char       wanted[120];
    struct str words = str_of(row->words);
    *number_out = 0;
    for (struct str word; str_next_field(&words, ' ', &word); ++*number_out)
        if (str_equal(word, text))
            return ERROR_NONE;
    snprintf(wanted, sizeof wanted, "one of: %s", row->words);
    return invalid(error, row, text, wanted);
}

static enum error_code read_value(const struct setting_row *row, struct str text, int64_t *number_out,
                                  struct error *error)
{
    enum error_code code = check_text(row, text, error);
    if (code)
        return code;
    switch (row->type) {
    case SETTING_TEXT: return ERROR_NONE;
    case SETTING_URL: return check_url(row, text, error);
    case SETTING_NUMBER: return read_number(row, text, number_out, error);
    case SETTING_BYTES: return read_bytes(row, text, number_out, error);
    case SETTING_BOOLEAN: return read_boolean(row, text, number_out, error);
    case SETTING_WORD: return read_word(row, text, number_out, error);
    }
    return ERROR_NONE;
}

enum error_code take_value(struct value_set *set, size_t row_number, struct str text, const char *source,
                           struct error *error)
{
    const struct setting_row *row = &setting_rows[row_number];
    struct value             *value = &set->values[row_number];
    if (value->text && value->layer == set->layer)
        return error_set(error, ERROR_INVALID, "%s.%s: given twice, in %s and in %s", row->section, row->key,
                         value->source, source);
    int64_t         number = 0;
    enum error_code code = read_value(row, text, &number, error);
    if (code)
        return code;
    struct str kept = arena_str(&set->arena, text), kept_source = arena_str(&set->arena, str_of(source));
    if (!kept.ptr || !kept_source.ptr)
        return error_set(error, ERROR_MEMORY, "no memory for the settings");
    *value = (struct value){.text = kept.ptr, .source = kept_source.ptr, .number = number, .layer = set->layer};
    return ERROR_NONE;
}

enum error_code take_file(struct value_set *set, size_t row, struct str path, const char *source, struct error *error)
{
    char       name[512], from[SETTING_SOURCE_BYTES];
    struct buf bytes = {0};
    if (path.len == 0 || path.len >= sizeof name || memchr(path.ptr, '\0', path.len))
        return error_set(error, ERROR_INVALID, "%s.%s: no name of a file", setting_rows[row].section,
                         setting_rows[row].key);
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    snprintf(from, sizeof from, "%s, which is in %s", name, source);
    enum error_code code = vfs_read_file(name, SETTING_VALUE_MAX_BYTES, &bytes, error);
    struct str      text = buf_str(&bytes);
    while (text.len &&
           (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r')) /* editors end a file with one */
        text.len--;
    if (!code)
        code = take_value(set, row, text.len ? text : STR(""), from, error);
    buf_fini(&bytes);
    return code;
}
