#include "source/bluesky/node.h"

#include "base/utf8.h"

static bool broken(struct node *node)
{
    node->bytes.is_broken = true;
    return false;
}

/* ---- JSON ---- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The next byte that is no white space, not taken; 0 at the end or where it is broken (a NUL in JSON is an error anyway). */
static uint8_t peek(struct node *node)
{
    if (node->bytes.is_broken)
        return 0;
    while (node->bytes.at < node->bytes.end && is_blank(*node->bytes.at))
        node->bytes.at++;
    return node->bytes.at < node->bytes.end ? *node->bytes.at : 0;
}

/* Behind the closing quote; the slice between the quotes. at stands on the opening one. */
static bool take_quoted(struct node *node, struct str *inside_out, bool *has_escape_out)
{
    const uint8_t *from = node->bytes.at + 1, *at = from;
    for (;;) {
        const uint8_t *quote = at < node->bytes.end ? memchr(at, '"', (size_t)(node->bytes.end - at)) : NULL;
        if (!quote)
            return broken(node);
        const uint8_t *back = quote;
        while (back > from && back[-1] == '\\')
            back--;
        at = quote + 1;
        if ((quote - back) % 2 == 0) {
            *inside_out = str_slice((const char *)from, (size_t)(quote - from));
            *has_escape_out = memchr(from, '\\', inside_out->len) != NULL;
            node->bytes.at = at;
            return true;
        }
    }
}

static bool hex4(const char *s, size_t left, uint32_t *code_out)
{
    uint32_t code = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = i < left ? s[i] : 'x';
        if (c >= '0' && c <= '9')
            code = code << 4 | (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            code = code << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
    }
    *code_out = code;
    return true;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* \uXXXX at s (behind the u), with its second half; a half alone and U+0000 become U+FFFD. Bytes read; 0: broken. */
static size_t take_unicode(const char *s, size_t left, uint32_t *code_out)
{
    uint32_t low;
    if (!hex4(s, left, code_out))
        return 0;
    if (*code_out >= 0xd800 && *code_out < 0xdc00 && left >= 10 && s[4] == '\\' && s[5] == 'u' &&
        hex4(s + 6, left - 6, &low) && low >= 0xdc00 &&
        low < 0xe000) {
        *code_out = 0x10000 + ((*code_out - 0xd800) << 10) + (low - 0xdc00);
        return 10;
    }
    if (*code_out == 0 || (*code_out >= 0xd800 && *code_out < 0xe000))
        *code_out = 0xfffd;
    return 4;
}

/* Never longer than it was. */
static bool unescape(struct node *node, struct str s, struct str *out)
{
    char *to = arena_alloc(node->scratch, s.len);
    if (!to)
        return broken(node);
    *out = str_slice(to, 0);
    for (size_t at = 0; at < s.len;) {
        const char *back = memchr(s.ptr + at, '\\', s.len - at);
        size_t      plain = back ? (size_t)(back - s.ptr) - at : s.len - at;
        memcpy(to, s.ptr + at, plain);
        to += plain;
        at += plain;
        if (!back)
            break;
        char c = at + 1 < s.len ? s.ptr[at + 1] : 0;
        at += 2;
        static const char plain_of[256] = {['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
                                           ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
        if (plain_of[(uint8_t)c]) {
            *to++ = plain_of[(uint8_t)c];
        } else {
            uint32_t code = 0;
            size_t   used = c == 'u' ? take_unicode(s.ptr + at, s.len - at, &code) : 0;
            if (!used)
                return broken(node);
            at += used;
            to += put_utf8(to, code);
        }
    }
    out->len = (size_t)(to - out->ptr);
    return true;
}

static bool json_text(struct node *node, struct str *text_out)
{
    bool has_escape;
    return take_quoted(node, text_out, &has_escape) && (!has_escape || unescape(node, *text_out, text_out));
}

/* A number or a word: up to what ends it. */
static struct str json_bare(struct node *node)
{
    const uint8_t *from = node->bytes.at, *at = from;
    while (at < node->bytes.end && *at != ',' && *at != '}' && *at != ']' && *at != ':' && *at != '"' && !is_blank(*at))
        at++;
    node->bytes.at = at;
    return str_slice((const char *)from, (size_t)(at - from));
}

/* Digits are by far the most common, and nobody wants their value. */
static bool bare_is_good(struct str bare)
{
    size_t at = bare.len > 1 && bare.ptr[0] == '-';
    while (at < bare.len && bare.ptr[at] >= '0' && bare.ptr[at] <= '9')
        at++;
    double number;
    return (at == bare.len && at > 0) || str_equal(bare, STR("true")) || str_equal(bare, STR("false")) ||
           str_equal(bare, STR("null")) ||
           str_to_double(bare, &number);
}

/* Brackets are matched by a bit a level; what stands between them is not looked at closely. */
static void json_skip(struct node *node)
{
    uint64_t maps = 0;
    unsigned depth = 0;
    do {
        struct str inside;
        bool       has_escape;
        uint8_t    c = peek(node);
        if (c == '{' || c == '[') {
            if (depth++ == CBOR_LEVELS_MAX) {
                broken(node);
                return;
            }
            maps = maps << 1 | (c == '{');
            node->bytes.at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0 || (maps & 1) != (c == '}')) {
                broken(node);
                return;
            }
            depth--;
            maps >>= 1;
            node->bytes.at++;
        } else if (c == '"') {
            if (!take_quoted(node, &inside, &has_escape))
                return;
        } else if (c == 0 || (depth == 0 && (c == ',' || c == ':'))) {
            broken(node);
            return;
        } else if (c == ',' || c == ':') {
            node->bytes.at++;
        } else if (!bare_is_good(json_bare(node))) {
            broken(node);
            return;
        }
    } while (depth);
}

/* Opens at the bracket; anything else is skipped. */
static bool json_enter(struct node *node, uint8_t bracket, struct node_map *map_out)
{
    *map_out = (struct node_map){0};
    if (peek(node) != bracket) {
        json_skip(node);
        return false;
    }
    node->bytes.at++;
    return true;
}

/* To the next member or item; false at the closing bracket, which is taken. */
static bool json_more(struct node *node, uint8_t closer, struct node_map *map)
{
    uint8_t c = peek(node);
    if (c == closer) {
        node->bytes.at++;
        return false;
    }
    if (map->is_begun) {
        if (c != ',')
            return broken(node);
        node->bytes.at++;
        if (peek(node) == closer)
            return broken(node);
    }
    map->is_begun = true;
    return c != 0 || broken(node);
}

/* ---- Both ---- */

static bool enter(struct node *node, enum cbor_kind kind, uint8_t bracket, struct node_map *map_out)
{
    if (!node->is_cbor)
        return json_enter(node, bracket, map_out);
    struct cbor      before = node->bytes;
    struct cbor_item item;
    *map_out = (struct node_map){0};
    if (!cbor_next(&node->bytes, &item))
        return broken(node);
    if (item.kind != kind) {
        node->bytes = before;
        cbor_skip(&node->bytes);
        return false;
    }
    map_out->left = item.number;
    return true;
}

bool node_map(struct node *node, struct node_map *map_out)
{
    return enter(node, CBOR_MAP, '{', map_out);
}

bool node_list(struct node *node, struct node_map *list_out)
{
    return enter(node, CBOR_LIST, '[', list_out);
}

bool node_key(struct node *node, struct node_map *map, struct str *key_out)
{
    if (node->is_cbor) {
        if (node->bytes.is_broken || map->left == 0)
            return false;
        map->left--;
        if (!cbor_key(&node->bytes, &map->last))
            return false;
        *key_out = map->last;
        return true;
    }
    if (!json_more(node, '}', map))
        return false;
    if (peek(node) != '"' || !json_text(node, key_out) || peek(node) != ':')
        return broken(node);
    node->bytes.at++;
    return true;
}

bool node_item(struct node *node, struct node_map *list)
{
    if (!node->is_cbor)
        return json_more(node, ']', list);
    if (node->bytes.is_broken || list->left == 0)
        return false;
    list->left--;
    return true;
}

/* The next scalar of CBOR; a list or a map is skipped whole. */
static bool cbor_scalar(struct node *node, enum cbor_kind kind, struct cbor_item *item_out)
{
    struct cbor before = node->bytes;
    if (!cbor_next(&node->bytes, item_out))
        return broken(node);
    if (item_out->kind == CBOR_LIST || item_out->kind == CBOR_MAP) {
        node->bytes = before;
        cbor_skip(&node->bytes);
    }
    return item_out->kind == kind;
}

bool node_text(struct node *node, struct str *text_out)
{
    struct cbor_item item;
    if (node->is_cbor) {
        if (!cbor_scalar(node, CBOR_TEXT, &item))
            return false;
        *text_out = item.bytes;
        return true;
    }
    if (peek(node) == '"')
        return json_text(node, text_out);
    json_skip(node);
    return false;
}

bool node_number(struct node *node, int64_t *number_out)
{
    struct cbor_item item;
    if (node->is_cbor) {
        if (cbor_scalar(node, CBOR_NEGATIVE, &item)) {
            *number_out = -1 - (int64_t)item.number;
            return true;
        }
        if (node->bytes.is_broken || item.kind != CBOR_NUMBER || item.number > INT64_MAX)
            return false;
        *number_out = (int64_t)item.number;
        return true;
    }
    uint8_t c = peek(node);
    if (c != '-' && (c < '0' || c > '9')) {
        json_skip(node);
        return false;
    }
    struct str bare = json_bare(node);
    return str_to_i64(bare, number_out) || (!bare_is_good(bare) && broken(node));
}

bool node_flag(struct node *node, bool *flag_out)
{
    struct cbor_item item;
    if (node->is_cbor) {
        bool is_true = cbor_scalar(node, CBOR_TRUE, &item);
        *flag_out = is_true;
        return is_true || (!node->bytes.is_broken && item.kind == CBOR_FALSE);
    }
    uint8_t c = peek(node);
    if (c != 't' && c != 'f') {
        json_skip(node);
        return false;
    }
    struct str bare = json_bare(node);
    *flag_out = str_equal(bare, STR("true"));
    return *flag_out || str_equal(bare, STR("false")) || broken(node);
}

bool node_bytes(struct node *node, struct str *bytes_out)
{
    struct cbor_item item;
    if (!node->is_cbor) {
        json_skip(node);
        return false;
    }
    if (!cbor_scalar(node, CBOR_BYTES, &item))
        return false;
    *bytes_out = item.bytes;
    return true;
}

bool node_link(struct node *node, struct str *cid_out)
{
    struct cbor_item item;
    struct node_map  map;
    struct str       key;
    bool             has_it = false;
    if (node->is_cbor) {
        if (!cbor_scalar(node, CBOR_LINK, &item))
            return false;
        *cid_out = item.bytes;
        return true;
    }
    if (!node_map(node, &map))
        return false;
    while (node_key(node, &map, &key)) {
        if (str_equal(key, STR("$link")))
            has_it = node_text(node, cid_out);
        else
            node_skip(node);
    }
    return has_it && !node->bytes.is_broken;
}

void node_skip(struct node *node)
{
    if (node->is_cbor)
        cbor_skip(&node->bytes);
    else
        json_skip(node);
}

struct str node_whole(struct node *node)
{
    if (!node->is_cbor)
        peek(node);
    const uint8_t *from = node->bytes.at;
    node_skip(node);
    return node->bytes.is_broken ? (struct str){0} : str_slice((const char *)from, (size_t)(node->bytes.at - from));
}

bool node_is_at_end(const struct node *node)
{
    const uint8_t *at = node->bytes.at;
    while (!node->is_cbor && at < node->bytes.end && is_blank(*at))
        at++;
    return !node->bytes.is_broken && at == node->bytes.end;
}
