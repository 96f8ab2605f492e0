/* How often somebody may be wrong: three measures, each a bucket that leaks (the generic cell rate algorithm, ITU-T I.371: one time for
 * each bucket, when it will be empty). By name and address together, so that nobody can lock another out from elsewhere with a handful of
 * tries; by address; and by name, over all addresses. */
#include "team/keep.h"

#include "base/clock.h"

#include <arpa/inet.h>

enum { PAIR, PEER, NAME, KINDS };

static const struct {
    const char *word;
    int64_t     burst, interval_us; /* so many at once, then one in so much time */
} rules[KINDS] = {
    {"pair", 5, CLOCK_MINUTE_US},
    {"peer", 20, 20 * CLOCK_SECOND_US},
    {"name", 30, 20 * CLOCK_SECOND_US},
};

/* An IPv6 network gives each of its machines as many addresses as it likes: the first 64 bits count. */
static struct str network_of(struct str peer, char text[INET6_ADDRSTRLEN])
{
    unsigned char address[16];
    char          copy[64];
    if (peer.len >= sizeof copy || !memchr(peer.ptr ? peer.ptr : "", ':', peer.len))
        return peer;
    memcpy(copy, peer.ptr, peer.len);
    copy[peer.len] = '\0';
    if (inet_pton(AF_INET6, copy, address) != 1)
        return peer;
    memset(address + 8, 0, 8);
    return str_of(inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN));
}

static void make_key(int kind, struct str name, struct str peer, char key[KEY_BYTES])
{
    struct buf text = {0};
    buf_append_str(&text, str_of(rules[kind].word));
    buf_append_sized(&text, kind == PEER ? STR("") : name);
    buf_append_sized(&text, kind == NAME ? STR("") : peer);
    struct secret_hash hash = secret_hash(buf_str(&text));
    memcpy(key, hash.bytes, KEY_BYTES);
    buf_fini(&text);
}

static int64_t read_free_us(struct record *server, const char key[KEY_BYTES], int64_t now_us, enum error_code *code, struct error *error)
{
    struct record_statement *find = record_statement(server, "team_attempt_free");
    record_bind_blob(find, ":key", str_slice(key, KEY_BYTES));
    int64_t free_us = record_step(find) ? record_i64(find, "free_us") : 0;
    *code = record_finish(find, error);
    return free_us > now_us ? free_us : now_us;
}

static enum error_code write_free_us(struct record *server, const char key[KEY_BYTES], int64_t free_us, struct error *error)
{
    struct record_statement *set = record_statement(server, "team_attempt_set");
    record_bind_blob(set, ":key", str_slice(key, KEY_BYTES));
    record_bind_i64(set, ":free_us", free_us);
    return record_run(set, error);
}

static enum error_code count(struct record *server, const struct attempt *attempt, int64_t now_us, struct error *error)
{
    int64_t         free_us[KINDS], wait_us = 0;
    enum error_code code = ERROR_NONE;
    for (int kind = 0; kind < KINDS && !code; kind++) {
        free_us[kind] = read_free_us(server, attempt->keys[kind], now_us, &code, error);
        int64_t over_us = free_us[kind] - now_us - (rules[kind].burst - 1) * rules[kind].interval_us;
        wait_us = over_us > wait_us ? over_us : wait_us;
    }
    if (!code && wait_us > 0) {
        error_set(error, ERROR_BUSY, "too many failed tries to sign in");
        error_hint(error, "try again in %lld seconds", (long long)(wait_us / CLOCK_SECOND_US + 1));
        return ERROR_BUSY;
    }
    for (int kind = 0; kind < KINDS && !code; kind++)
        code = write_free_us(server, attempt->keys[kind], free_us[kind] + rules[kind].interval_us, error);
    if (code)
        return code;
    struct record_statement *tidy = record_statement(server, "team_attempt_tidy");
    record_bind_i64(tidy, ":now_us", now_us);
    record_bind_i64(tidy, ":most", TEAM_ATTEMPTS_MAX);
    return record_run(tidy, error);
}

enum error_code attempt_begin(struct record *server, struct str folded, struct str peer, int64_t now_us, struct attempt *attempt_out,
                              struct error *error)
{
    char       text[INET6_ADDRSTRLEN];
    struct str network = network_of(peer, text);
    for (int kind = 0; kind < KINDS; kind++)
        make_key(kind, folded, network, attempt_out->keys[kind]);
    enum error_code code = record_begin(server, error);
    return code ? code : record_end(server, count(server, attempt_out, now_us, error), error);
}

static enum error_code forgive(struct record *server, const struct attempt *attempt, int64_t now_us, struct error *error)
{
    struct record_statement *forget = record_statement(server, "team_attempt_forget");
    record_bind_blob(forget, ":key", str_slice(attempt->keys[PAIR], KEY_BYTES));
    enum error_code code = record_run(forget, error);
    for (int kind = PEER; kind < KINDS && !code; kind++) {
        int64_t free_us = read_free_us(server, attempt->keys[kind], now_us, &code, error);
        if (!code)
            code = write_free_us(server, attempt->keys[kind], free_us - rules[kind].interval_us, error);
    }
    return code;
}

enum error_code attempt_forgive(struct record *server, const struct attempt *attempt, int64_t now_us, struct error *error)
{
    enum error_code code = record_begin(server, error);
    return code ? code : record_end(server, forgive(server, attempt, now_us, error), error);
}
