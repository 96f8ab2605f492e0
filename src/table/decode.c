#include "table/decode.h"

#include "base/buf.h"
#include "base/utf8.h"

const char *const encoding_names[4] = {"UTF-8", "UTF-16", "UTF-16 (big endian)", "Windows-1252"};

/* 0x80 to 0x9f of the code page; 0: means nothing there. */
static const uint16_t windows_1252[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
                                          0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
                                          0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

static enum encoding encoding_without_mark(const unsigned char *bytes, size_t len)
{
    size_t zeros[2] = {0, 0}, pairs = (len < 512 ? len : 512) / 2;
    for (size_t i = 0; i < pairs * 2; i++)
        zeros[i % 2] += bytes[i] == 0;
    /* Half of it zero, all on one side: letters of two bytes. */
    if (pairs >= 4 && zeros[1] * 10 > pairs * 7 && zeros[0] == 0)
        return ENCODING_UTF_16_LE;
    if (pairs >= 4 && zeros[0] * 10 > pairs * 7 && zeros[1] == 0)
        return ENCODING_UTF_16_BE;
    size_t blanks = 0;
    while (blanks < len && strchr(" \t\r\n", bytes[blanks]) && bytes[blanks])
        blanks++;
    if (blanks < len && (bytes[blanks] == '{' || bytes[blanks] == '[')) /* JSON is UTF-8: a broken letter there is no letter of another page */
        return ENCODING_UTF_8;
    size_t broken = 0, long_ones = 0;
    for (size_t at = 0; at + 4 <= len;) {
        size_t valid = utf8_valid_length((const char *)bytes + at, len - at);
        broken += valid == 0;
        long_ones += valid > 1;
        at += valid ? valid : 1;
    }
    return broken && !long_ones ? ENCODING_WINDOWS_1252 : ENCODING_UTF_8;
}

enum encoding encoding_of(struct str beginning)
{
    if (str_starts_with(beginning, STR("\xef\xbb\xbf")))
        return ENCODING_UTF_8;
    if (str_starts_with(beginning, STR("\xff\xfe")))
        return ENCODING_UTF_16_LE;
    if (str_starts_with(beginning, STR("\xfe\xff")))
        return ENCODING_UTF_16_BE;
    return encoding_without_mark((const unsigned char *)beginning.ptr, beginning.len);
}

/* At least `wanted` raw bytes at raw[at], or all there are. */
static enum error_code fill(struct decode *decode, size_t wanted, struct error *error)
{
    while (decode->len - decode->at < wanted && !decode->is_ended) {
        memmove(decode->raw, decode->raw + decode->at, decode->len - decode->at);
        decode->len -= decode->at;
        decode->at = 0;
        size_t          got;
        enum error_code code = decode->source.read(decode->source.context, (char *)decode->raw + decode->len, sizeof decode->raw - decode->len,
                                                   &got, error);
        if (code)
            return code;
        decode->len += got;
        decode->is_ended = got == 0;
    }
    return ERROR_NONE;
}

static uint32_t unit_at(const struct decode *decode, size_t at)
{
    const unsigned char *b = decode->raw + at;
    return decode->encoding == ENCODING_UTF_16_LE ? (uint32_t)b[0] | (uint32_t)b[1] << 8 : (uint32_t)b[1] | (uint32_t)b[0] << 8;
}

/* Takes one character's raw bytes. There is at least one. */
static uint32_t take(struct decode *decode)
{
    size_t left = decode->len - decode->at;
    if (decode->encoding == ENCODING_WINDOWS_1252) {
        unsigned char c = decode->raw[decode->at++];
        uint32_t      named = c >= 0x80 && c < 0xa0 ? windows_1252[c - 0x80] : c;
        return named || !c ? named : 0xfffd;
    }
    if (left < 2) {
        decode->at = decode->len;
        return 0xfffd;
    }
    uint32_t unit = unit_at(decode, decode->at);
    decode->at += 2;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    uint32_t low = unit < 0xdc00 && left >= 4 ? unit_at(decode, decode->at) : 0;
    if (low < 0xdc00 || low > 0xdfff)
        return 0xfffd;
    decode->at += 2;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static size_t encode(uint32_t c, char bytes[4])
{
    if (c < 0x80)
        return bytes[0] = (char)c, 1;
    if (c < 0x800)
        return bytes[0] = (char)(0xc0 | c >> 6), bytes[1] = (char)(0x80 | (c & 0x3f)), 2;
    if (c < 0x10000)
        return bytes[0] = (char)(0xe0 | c >> 12), bytes[1] = (char)(0x80 | ((c >> 6) & 0x3f)), bytes[2] = (char)(0x80 | (c & 0x3f)), 3;
    bytes[0] = (char)(0xf0 | c >> 18), bytes[1] = (char)(0x80 | ((c >> 12) & 0x3f)), bytes[2] = (char)(0x80 | ((c >> 6) & 0x3f));
    return bytes[3] = (char)(0x80 | (c & 0x3f)), 4;
}

static enum error_code read_decoded(void *context, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    struct decode *decode = context;
    size_t         got = 0;
    *got_out = 0;
    while (got < len) {
        if (decode->pending_at < decode->pending_len) {
            bytes[got++] = decode->pending[decode->pending_at++];
            continue;
        }
        if (decode->len - decode->at < 4 && (got == 0 || decode->len == decode->at)) {
            if (got && !decode->is_ended)
                break; /* what there is first: a pipe may give no more for a while */
            enum error_code code = fill(decode, 4, error);
            if (code)
                return code;
        }
        if (decode->len == decode->at || (decode->len - decode->at < 4 && !decode->is_ended))
            break;
        decode->pending_len = encode(take(decode), decode->pending);
        decode->pending_at = 0;
    }
    *got_out = got;
    return ERROR_NONE;
}

struct bytes_source decode_source(struct decode *decode)
{
    return decode->encoding == ENCODING_UTF_8 ? decode->source : (struct bytes_source){read_decoded, decode};
}
