/* Input: a file of settings. */
#include "fuzz.h"

#include "settings/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct value_set *set = calloc(1, sizeof *set);
    struct error      error = {0};
    struct str        bytes = {(const char *)data, size};
    fuzz_check(set, "no memory");
    if (!str_contains(bytes, STR("_file"))) { /* it would be read: the fuzzer opens no files */
        enum error_code code = read_ini(set, "fuzz.conf", bytes, &error);
        fuzz_check(!code || strncmp(error.message, "fuzz.conf:", 10) == 0, "an error without its place: %s",
                   error.message);
        for (size_t i = 0; setting_rows[i].key; i++) {
            const struct value *value = &set->values[i];
            if (!value->text)
                continue;
            fuzz_check(strlen(value->text) <= SETTING_VALUE_MAX_BYTES && value->source[0], "%s.%s",
                       setting_rows[i].section, setting_rows[i].key);
            bool is_number = setting_rows[i].type == SETTING_NUMBER || setting_rows[i].type == SETTING_BYTES;
            fuzz_check(!is_number || (value->number >= setting_rows[i].least && value->number <= setting_rows[i].most),
                       "%s.%s is %lld", setting_rows[i].section, setting_rows[i].key, (long long)value->number);
        }
    }
    arena_fini(&set->arena);
    free(set);
    return 0;
}
