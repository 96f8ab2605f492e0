#include "table/input.h"

#include "base/vfs.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { RAW_BYTES = 256 * 1024, ZSTD_LARGEST_WINDOW_LOG = 27 };

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct input {
    struct vfs_file    file;
    const atomic_bool *stop;
    enum packing       packing;
    uint64_t           total;
    atomic_ullong      taken;

    char  *raw; /* as in the file: [raw_at, raw_len) is not used yet */
    size_t raw_at, raw_len;
    bool   is_raw_ended;

    char  *peeked; /* unpacked: [peek_at, peek_len) is not handed out yet */
    size_t peek_at, peek_len;

    bool          is_looked_at;
    struct decode decode;
    char         *text; /* the beginning, decoded, where it is not UTF-8: [text_at, text_len) is not handed out yet */
    size_t        text_at, text_len;

    z_stream      gzip;
    ZSTD_DStream *zstd;
    bool          is_inside; /* a gzip member or a zstd frame has begun and not ended */
    struct error  failed;    /* the error that ended reading: a broken stream is not touched again */
};

const char *input_name(const struct input *input)
{
    return input->file.path;
}

uint64_t input_bytes_taken(const struct input *input)
{
    return atomic_load_explicit(&input->taken, memory_order_relaxed);
}

uint64_t input_bytes_total(const struct input *input)
{
    return input->total;
}

/* Makes sure that raw bytes are there; at the end of the file raw_at == raw_len. */
static enum error_code fill(struct input *input, struct error *error)
{
    if (input->raw_at < input->raw_len || input->is_raw_ended)
        return ERROR_NONE;
    size_t          got;
    enum error_code code = vfs_read_next(&input->file, input->raw, RAW_BYTES, input->stop, &got, error);
    if (code)
        return code;
    input->raw_at = 0;
    input->raw_len = got;
    input->is_raw_ended = got == 0;
    atomic_fetch_add_explicit(&input->taken, got, memory_order_relaxed);
    return ERROR_NONE;
}

/* A pipe may deliver the first bytes one by one. */
static enum error_code fill_first(struct input *input, struct error *error)
{
    enum error_code code = ERROR_NONE;
    while (!code && input->raw_len < 4 && !input->is_raw_ended) {
        size_t got;
        code = vfs_read_next(&input->file, input->raw + input->raw_len, RAW_BYTES - input->raw_len, input->stop, &got,
                             error);
        if (!code) {
            input->raw_len += got;
            input->is_raw_ended = got == 0;
            atomic_fetch_add_explicit(&input->taken, got, memory_order_relaxed);
        }
    }
    return code;
}

static enum packing packing_of(const char *bytes, size_t len)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (len >= 2 && b[0] == 0x1f && b[1] == 0x8b)
        return PACKING_GZIP; /* RFC 1952, 2.3.1 */
    if (len >= 4 && b[1] == 0xb5 && b[2] == 0x2f && b[3] == 0xfd && b[0] == 0x28)
        return PACKING_ZSTD; /* RFC 8878, 3.1.1 */
    if (len >= 4 && (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18)
        return PACKING_ZSTD; /* a skippable frame first, 3.1.2 */
    return PACKING_NONE;
}

static enum error_code begin_unpacking(struct input *input, struct error *error)
{
    input->packing = packing_of(input->raw, input->raw_len);
    if (input->packing == PACKING_GZIP && inflateInit2(&input->gzip, 15 + 16) != Z_OK) {
        input->packing = PACKING_NONE;
        return error_set(error, ERROR_MEMORY, "no memory to unpack %s", input->file.path);
    }
    if (input->packing == PACKING_ZSTD) {
        input->zstd = ZSTD_createDStream();
        if (!input->zstd ||
            ZSTD_isError(ZSTD_DCtx_setParameter(input->zstd, ZSTD_d_windowLogMax, ZSTD_LARGEST_WINDOW_LOG)))
            return error_set(error, ERROR_MEMORY, "no memory to unpack %s", input->file.path);
    }
    return ERROR_NONE;
}

enum error_code input_open(const char *path, const atomic_bool *stop, struct input **input_out, struct error *error)
{
    *input_out = NULL;
    struct input *input = calloc(1, sizeof *input);
    if (!input)
        return error_set(error, ERROR_MEMORY, "no memory to read %s", path);
    input->file = VFS_CLOSED;
    input->stop = stop;
    input->raw = malloc(RAW_BYTES);
    input->peeked = malloc(INPUT_PEEK_BYTES);
    bool            is_standard = strcmp(path, "-") == 0;
    enum error_code code = ERROR_NONE;
    if (!input->raw || !input->peeked)
        code = error_set(error, ERROR_MEMORY, "no memory to read %s", path);
    if (!code)
        code = is_standard ? vfs_open_standard_input(&input->file, error)
                           : vfs_open(path, VFS_READ, &input->file, error);
    if (!code)
        code = vfs_size(&input->file, &input->total, error);
    if (!code)
        code = fill_first(input, error);
    if (!code)
        code = begin_unpacking(input, error);
    if (code) {
        input_close(input);
        return code;
    }
    *input_out = input;
    return ERROR_NONE;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    if (input->packing == PACKING_GZIP)
        inflateEnd(&input->gzip);
    ZSTD_freeDStream(input->zstd);
    vfs_close(&input->file);
    free(input->raw);
    free(input->peeked);
    free(input->text);
    free(input);
}

static enum error_code cut_short(struct input *input, struct error *error)
{
    error_set(error, ERROR_CORRUPT, "%s is cut short: its last compressed part is not complete", input->file.path);
    error_hint(error, "what came before was read; fetch the file again for the rest");
    return ERROR_CORRUPT;
}

/* After one gzip member the next may follow, or zeros that pad a block. */
static enum error_code next_member(struct input *input, struct error *error)
{
    while (input->raw_at < input->raw_len && input->raw[input->raw_at] == '\0')
        input->raw_at++;
    if (input->raw_at == input->raw_len)
        return ERROR_NONE;
    if ((unsigned char)input->raw[input->raw_at] != 0x1f)
        return error_set(error, ERROR_CORRUPT, "%s holds other bytes behind its compressed part", input->file.path);
    inflateReset(&input->gzip);
    input->is_inside = true;
    return ERROR_NONE;
}

static enum error_code read_gzip(struct input *input, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    z_stream *gzip = &input->gzip;
    *got_out = 0;
    while (*got_out == 0) {
        enum error_code code = fill(input, error);
        if (code)
            return code;
        if (input->raw_at == input->raw_len)
            return input->is_inside ? cut_short(input, error) : ERROR_NONE;
        if (!input->is_inside) {
            code = next_member(input, error);
            if (code)
                return code;
            continue;
        }
        gzip->next_in = (Bytef *)input->raw + input->raw_at;
        gzip->avail_in = (uInt)(input->raw_len - input->raw_at);
        gzip->next_out = (Bytef *)bytes;
        gzip->avail_out = (uInt)len;
        int state = inflate(gzip, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            return error_set(error, ERROR_CORRUPT, "%s is broken: %s", input->file.path,
                             gzip->msg ? gzip->msg : "no gzip data");
        input->raw_at = input->raw_len - gzip->avail_in;
        input->is_inside = state != Z_STREAM_END;
        *got_out = len - gzip->avail_out;
    }
    return ERROR_NONE;
}

static enum error_code read_zstd(struct input *input, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    *got_out = 0;
    while (*got_out == 0) {
        enum error_code code = fill(input, error);
        if (code)
            return code;
        bool           is_drained = input->raw_at == input->raw_len;
        ZSTD_inBuffer  in = {input->raw, input->raw_len, input->raw_at};
        ZSTD_outBuffer out = {bytes, len, 0};
        if (is_drained && !input->is_inside)
            return ERROR_NONE;
        size_t state = ZSTD_decompressStream(input->zstd, &out, &in);
        if (ZSTD_isError(state))
            return error_set(error, ERROR_CORRUPT, "%s is broken: %s", input->file.path, ZSTD_getErrorName(state));
        if (is_drained && out.pos == 0)
            return cut_short(input, error);
        input->raw_at = in.pos;
        input->is_inside = state != 0;
        *got_out = out.pos;
    }
    return ERROR_NONE;
}

static enum error_code read_plain(struct input *input, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    enum error_code code = fill(input, error);
    if (code)
        return code;
    size_t left = input->raw_len - input->raw_at;
    *got_out = left < len ? left : len;
    memcpy(bytes, input->raw + input->raw_at, *got_out);
    input->raw_at += *got_out;
    return ERROR_NONE;
}

static enum error_code unpack(struct input *input, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    *got_out = 0;
    if (!input->failed.code)
        switch (input->packing) {
        case PACKING_GZIP: read_gzip(input, bytes, len, got_out, &input->failed); break;
        case PACKING_ZSTD: read_zstd(input, bytes, len, got_out, &input->failed); break;
        case PACKING_NONE: read_plain(input, bytes, len, got_out, &input->failed); break;
        }
    if (input->failed.code && error)
        *error = input->failed;
    return input->failed.code;
}

/* The first bytes as they were unpacked, kept for raw_read. */
static enum error_code raw_peek(struct input *input, struct error *error)
{
    enum error_code code = ERROR_NONE;
    while (!code && input->peek_at == 0 && input->peek_len < INPUT_PEEK_BYTES) {
        size_t got;
        code = unpack(input, input->peeked + input->peek_len, INPUT_PEEK_BYTES - input->peek_len, &got, error);
        if (code || got == 0)
            break;
        input->peek_len += got;
    }
    return code;
}

static enum error_code raw_read(void *context, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    struct input *input = context;
    size_t        left = input->peek_len - input->peek_at;
    if (left == 0)
        return unpack(input, bytes, len, got_out, error);
    *got_out = left < len ? left : len;
    memcpy(bytes, input->peeked + input->peek_at, *got_out);
    input->peek_at += *got_out;
    return ERROR_NONE;
}

/* Looks once at how the text is written. What cannot be read yet is told of by the read that meets it. */
static enum error_code find_encoding(struct input *input, struct error *error)
{
    if (input->is_looked_at)
        return ERROR_NONE;
    input->is_looked_at = true;
    struct error    own = {0};
    enum error_code code = raw_peek(input, &own);
    input->decode = (struct decode){.source = {raw_read, input}, .encoding = encoding_of(str_slice(input->peeked, input->peek_len))};
    if (input->decode.encoding != ENCODING_UTF_8 && !(input->text = malloc(INPUT_PEEK_BYTES)))
        return error_set(error, ERROR_MEMORY, "no memory to read %s", input->file.path);
    if (code && error)
        *error = own;
    return code;
}

enum encoding input_encoding(const struct input *input)
{
    return input->decode.encoding;
}

enum error_code input_peek(struct input *input, struct str *bytes_out, struct error *error)
{
    enum error_code code = find_encoding(input, error);
    if (!input->text) {
        if (!code)
            code = raw_peek(input, error);
        *bytes_out = str_slice(input->peeked + input->peek_at, input->peek_len - input->peek_at);
        return code;
    }
    struct bytes_source source = decode_source(&input->decode);
    while (input->text_at == 0 && input->text_len < INPUT_PEEK_BYTES) {
        size_t          got;
        enum error_code failed = source.read(source.context, input->text + input->text_len, INPUT_PEEK_BYTES - input->text_len, &got, error);
        if (failed)
            code = failed;
        if (failed || got == 0)
            break;
        input->text_len += got;
    }
    *bytes_out = str_slice(input->text + input->text_at, input->text_len - input->text_at);
    return code;
}

enum error_code input_read(struct input *input, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    struct error ignored = {0};
    if (!input->is_looked_at && find_encoding(input, &ignored) == ERROR_MEMORY)
        return error_set(error, ERROR_MEMORY, "no memory to read %s", input->file.path);
    size_t left = input->text_len - input->text_at;
    if (left == 0) {
        struct bytes_source source = decode_source(&input->decode);
        return source.read(source.context, bytes, len, got_out, error);
    }
    *got_out = left < len ? left : len;
    memcpy(bytes, input->text + input->text_at, *got_out);
    input->text_at += *got_out;
    return ERROR_NONE;
}

static enum error_code read_input(void *context, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    return input_read(context, bytes, len, got_out, error);
}

struct bytes_source input_source(struct input *input)
{
    return (struct bytes_source){read_input, input};
}
