#include "archive/cursor.h"

#include "base/hash.h"

enum { CURSOR_VERSION = 1, CURSOR_MAX_BYTES = 2048 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char *const order_names[] = {[ARCHIVE_NEWEST] = "newest first", [ARCHIVE_OLDEST] = "oldest first", [ARCHIVE_TOP] = "top first"};

/* ---- base64url ---- */

static void print_digits(struct str bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        uint32_t group = 0;
        size_t   left = bytes.len - i < 3 ? bytes.len - i : 3;
        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (j < left ? (uint8_t)bytes.ptr[i + j] : 0);
        for (size_t j = 0; j <= left; j++)
            buf_append_char(out, digits[group >> (18 - 6 * j) & 63]);
    }
}

/* The bits that fill up the last digit must be zero: one cursor has one text. */
static bool parse_digits(struct str text, struct buf *out)
{
    uint32_t held = 0, bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = text.ptr[i] ? strchr(digits, text.ptr[i]) : NULL;
        if (!digit)
            return false;
        held = held << 6 | (uint32_t)(digit - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_append_char(out, (char)(held >> bits));
            held &= (1u << bits) - 1;
        }
    }
    return bits < 6 && held == 0 && !out->has_failed;
}

/* ---- Cursors ---- */

enum error_code cursor_print(const struct cursor *cursor, struct arena *arena, struct str *text_out, struct error *error)
{
    struct buf bytes = {0}, text = {0};
    buf_append_u8(&bytes, CURSOR_VERSION);
    buf_append_u8(&bytes, (uint8_t)cursor->order);
    buf_append_varint(&bytes, zigzag(cursor->score));
    buf_append_varint(&bytes, zigzag(cursor->at_us));
    buf_append_sized(&bytes, cursor->id);
    buf_append_u32(&bytes, (uint32_t)hash_str(buf_str(&bytes)));
    print_digits(buf_str(&bytes), &text);
    bool is_whole = !bytes.has_failed && !text.has_failed;
    *text_out = is_whole ? arena_str(arena, buf_str(&text)) : (struct str){0};
    buf_fini(&bytes);
    buf_fini(&text);
    return text_out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a cursor");
}

static bool read_bytes(struct str bytes, struct arena *arena, struct cursor *cursor)
{
    if (bytes.len < 4)
        return false;
    struct reader sum = reader_of(str_slice(bytes.ptr + bytes.len - 4, 4));
    struct str    body = str_slice(bytes.ptr, bytes.len - 4);
    if (reader_u32(&sum) != (uint32_t)hash_str(body))
        return false;
    struct reader reader = reader_of(body);
    uint8_t       version = reader_u8(&reader), order = reader_u8(&reader);
    cursor->order = (enum archive_order)order;
    cursor->score = unzigzag(reader_varint(&reader));
    cursor->at_us = unzigzag(reader_varint(&reader));
    cursor->id = arena_str(arena, reader_sized(&reader));
    return !reader.has_failed && reader_left(&reader) == 0 && version == CURSOR_VERSION && order <= ARCHIVE_TOP && cursor->id.ptr;
}

enum error_code cursor_parse(struct str text, enum archive_order order, struct arena *arena, struct cursor *cursor_out, struct error *error)
{
    struct buf bytes = {0};
    bool       is_ours = text.len <= CURSOR_MAX_BYTES && parse_digits(text, &bytes) && read_bytes(buf_str(&bytes), arena, cursor_out);
    buf_fini(&bytes);
    if (!is_ours) {
        error_set(error, ERROR_INVALID, "'%.*s' is no cursor of this archive", text.len > 60 ? 60 : STR_ARG(text));
        return error_hint(error, "a cursor is the next_cursor of the page before, unchanged");
    }
    if (cursor_out->order != order)
        return error_set(error, ERROR_INVALID, "the cursor belongs to a list in the order %s, not %s", order_names[cursor_out->order],
                         order_names[order]);
    return ERROR_NONE;
}
