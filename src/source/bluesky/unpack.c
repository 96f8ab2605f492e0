#include "source/bluesky/unpack.h"

#include <stdlib.h>
#include <zstd.h>

enum { WINDOW_LOG_MAX = 23 /* 8 MB: whoever announces more gets none */ };

struct unpacker {
    ZSTD_DCtx  *context;
    ZSTD_DDict *dictionary;
    unsigned    number;
    struct buf  text;
};

enum error_code unpacker_new(struct str dictionary, struct unpacker **unpacker_out, struct error *error)
{
    struct unpacker *unpacker = calloc(1, sizeof *unpacker);
    *unpacker_out = NULL;
    if (!unpacker)
        return error_set(error, ERROR_MEMORY, "no memory for a dictionary");
    unpacker->number = dictionary.len <= UNPACK_DICTIONARY_MAX_BYTES
                       ? ZSTD_getDictID_fromDict(dictionary.ptr, dictionary.len) : 0;
    unpacker->context = ZSTD_createDCtx();
    unpacker->dictionary = unpacker->number ? ZSTD_createDDict(dictionary.ptr, dictionary.len) : NULL;
    if (!unpacker->dictionary || !unpacker->context || ZSTD_isError(ZSTD_DCtx_refDDict(unpacker->context,
                                                                                       unpacker->dictionary)) ||
        ZSTD_isError(ZSTD_DCtx_setParameter(unpacker->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
        unpacker_free(unpacker);
        return error_set(error, ERROR_INVALID, "what the server gave as its dictionary (%zu bytes) is none",
                         dictionary.len);
    }
    *unpacker_out = unpacker;
    return ERROR_NONE;
}

void unpacker_free(struct unpacker *unpacker)
{
    if (!unpacker)
        return;
    ZSTD_freeDCtx(unpacker->context);
    ZSTD_freeDDict(unpacker->dictionary);
    buf_fini(&unpacker->text);
    free(unpacker);
}

unsigned unpacker_dictionary(const struct unpacker *unpacker)
{
    return unpacker->number;
}

/* A frame need not say how large it is, and one that does may lie: it is unpacked piece by piece, up to the bound. */
enum error_code unpacker_take(struct unpacker *unpacker, struct str packed, size_t most_bytes, struct str *text_out,
                              struct error *error)
{
    ZSTD_inBuffer in = {packed.ptr, packed.len, 0};
    size_t        left = 1, piece = 16 * 1024;
    ZSTD_DCtx_reset(unpacker->context, ZSTD_reset_session_only);
    buf_clear(&unpacker->text);
    while (left > 0) {
        if (unpacker->text.len > most_bytes)
            return error_set(error, ERROR_TOO_LARGE, "a packed frame of %zu bytes is over %zu", packed.len, most_bytes);
        if (!buf_reserve(&unpacker->text, piece))
            return error_set(error, ERROR_MEMORY, "no memory for a frame");
        ZSTD_outBuffer out = {unpacker->text.ptr + unpacker->text.len, piece, 0};
        size_t         read_before = in.pos;
        left = ZSTD_decompressStream(unpacker->context, &out, &in);
        if (ZSTD_isError(left))
            return error_set(error, ERROR_INVALID, "a packed frame of %zu bytes: %s", packed.len,
                             ZSTD_getErrorName(left));
        unpacker->text.len += out.pos;
        if (left > 0 && out.pos == 0 && in.pos == read_before)
            return error_set(error, ERROR_INVALID, "a packed frame of %zu bytes is cut short", packed.len);
    }
    if (in.pos != in.size || unpacker->text.len > most_bytes)
        return error_set(error, in.pos != in.size ? ERROR_INVALID : ERROR_TOO_LARGE,
                         "a packed frame of %zu bytes has more behind it", packed.len);
    *text_out = buf_str(&unpacker->text);
    return ERROR_NONE;
}
