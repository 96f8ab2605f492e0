/* server.db in memory, an actor, and members by one line. */
#ifndef TEAM_FIXTURE_H
#define TEAM_FIXTURE_H

#include "check.h"

#include "base/clock.h"
#include "team/keep.h"

#define FIXTURE_PASSWORD "gulls over harbour"

struct fixture {
    struct record      *server;
    struct arena        arena;
    struct error        error;
    struct record_actor actor;
    char                folder[64]; /* of the data; made by fixture_folder */
};

static inline void fixture_init(struct fixture *fixture)
{
    static const struct record_domain *const domains[] = {&team_domain, NULL};
    *fixture = (struct fixture){.actor = {0, STR("test")}};
    check_ok(record_open(NULL, domains, &fixture->server, &fixture->error), fixture->error, "server.db");
}

static inline void fixture_fini(struct fixture *fixture)
{
    char command[128];
    record_close(fixture->server);
    arena_fini(&fixture->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->folder);
    if (fixture->folder[0])
        assert_int_equal(system(command), 0);
}

static inline int64_t add_member(struct fixture *fixture, const char *name, bool is_server_admin)
{
    int64_t id = 0;
    check_ok(team_member_add(fixture->server, fixture->actor, str_of(name), STR(FIXTURE_PASSWORD), is_server_admin, &id, &fixture->error),
             fixture->error, "%s", name);
    return id;
}

static inline void add_client(struct fixture *fixture, const char *name)
{
    int64_t id;
    if (!fixture->folder[0]) {
        strcpy(fixture->folder, "/tmp/bellwether-team-XXXXXX");
        assert_non_null(mkdtemp(fixture->folder));
    }
    check_ok(team_client_add(fixture->server, fixture->folder, fixture->actor, str_of(name), (struct str){0}, &id, &fixture->error), fixture->error,
             "%s", name);
}

/* Rows of the trail with this action. */
static inline size_t audited(struct fixture *fixture, const char *action)
{
    struct buf  out = {0};
    struct json json = json_writer(&out);
    char        wanted[64];
    size_t      found = 0;
    int64_t     next;
    check_ok(record_begin(fixture->server, &fixture->error), fixture->error, "begin");
    check_ok(record_end(fixture->server,
                        record_audit_list(fixture->server, &(struct record_audit_filter){.most = 1000}, &json, &next, &fixture->error),
                        &fixture->error), fixture->error, "the trail");
    buf_append_char(&out, '\0');
    snprintf(wanted, sizeof wanted, "\"action\":\"%s\"", action);
    for (const char *at = out.ptr; (at = strstr(at, wanted)); at++)
        found++;
    check(!strstr(out.ptr, FIXTURE_PASSWORD) && !strstr(out.ptr, "argon2"), "the trail tells a secret: %s", out.ptr);
    buf_fini(&out);
    return found;
}

#endif
