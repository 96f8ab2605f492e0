#include "intake/intake.h"

bool intake_order_parse(struct str word, enum date_order *order_out)
{
    *order_out = str_equal(word, STR("dmy")) ? DATE_ORDER_DAY_FIRST : str_equal(word, STR("mdy")) ? DATE_ORDER_MONTH_FIRST : DATE_ORDER_UNKNOWN;
    return *order_out != DATE_ORDER_UNKNOWN || word.len == 0;
}

const char *intake_order_word(enum date_order order)
{
    return order == DATE_ORDER_DAY_FIRST ? "dmy" : order == DATE_ORDER_MONTH_FIRST ? "mdy" : "";
}

/* "field=Header" a line; "field=" leaves the field out. */
static enum error_code read_maps(struct str maps, struct arena *arena, struct column_options *options, struct error *error)
{
    struct column_override *overrides = arena_array(arena, COLUMN_COUNT, sizeof *overrides);
    struct str              line;
    enum error_code         code = overrides ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a mapping");
    while (!code && str_next_field(&maps, '\n', &line)) {
        line = str_trim(line);
        if (!line.len)
            continue;
        if (options->override_count == COLUMN_COUNT)
            return error_set(error, ERROR_INVALID, "maps: more than %d lines", COLUMN_COUNT);
        bool            is_left_out = line.ptr[line.len - 1] == '=';
        struct str      whole = arena_str(arena, line);
        struct buf      padded = {0};
        struct column_override *override = &overrides[options->override_count++];
        if (is_left_out)
            buf_printf(&padded, "%.*s-", STR_ARG(line));
        code = column_override_parse(is_left_out ? arena_str(arena, buf_str(&padded)).ptr : whole.ptr, override, error);
        buf_fini(&padded);
        if (is_left_out)
            override->header = (struct str){0};
        if (code)
            error->code = code = ERROR_INVALID;
    }
    options->overrides = overrides;
    return code;
}

enum error_code intake_read_reading(const struct intake_reading *reading, struct arena *arena, struct zone *zone_out, struct column_options *options_out,
                                    struct error *error)
{
    *options_out = (struct column_options){.platform = reading->platform, .author = reading->author, .date_order = reading->date_order};
    options_out->is_plain = str_equal(reading->tool, STR("plain"));
    if (reading->tool.len && !options_out->is_plain) {
        options_out->tool = export_by_name(reading->tool);
        if (!options_out->tool)
            return error_set(error, ERROR_INVALID, "tool: there is none called '%.*s'", (int)(reading->tool.len < 60 ? reading->tool.len : 60), reading->tool.ptr);
    }
    enum error_code code = ERROR_NONE;
    if (reading->zone.len) {
        code = zone_find(reading->zone, zone_out, error);
        options_out->zone = zone_out;
    }
    return code ? code : read_maps(reading->maps, arena, options_out, error);
}
