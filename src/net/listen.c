#include "net/listen.h"

#include "base/str.h"
#include "base/vfs.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static enum error_code failed(const char *where, int fd, struct error *error)
{
    int what = errno;
    if (fd >= 0)
        close(fd);
    errno = what;
    switch (what) {
    case EADDRINUSE: return error_set(error, ERROR_CONFLICT, "%s: the address is in use", where);
    case EADDRNOTAVAIL: return error_set(error, ERROR_INVALID, "%s: not an address of this machine", where);
    case EACCES: return error_set(error, ERROR_FORBIDDEN, "%s: this port needs more rights", where);
    default: return error_set_os(error, "cannot listen on %s", where);
    }
}

/* A socket file that nobody answers at was left by a process that was killed. */
static void remove_stale(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)at, sizeof *at) && errno == ECONNREFUSED)
        vfs_remove(at->sun_path, NULL);
    if (fd >= 0)
        close(fd);
}

static enum error_code open_unix(const char *path, struct listening *listening_out, struct error *error)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof at.sun_path || !*path)
        return error_set(error, ERROR_INVALID, "unix:%s: a socket's path has 1 to %zu bytes", path,
                         sizeof at.sun_path - 1);
    memcpy(at.sun_path, path, strlen(path) + 1);
    remove_stale(&at);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)(void *)&at, sizeof at) || listen(fd, BACKLOG))
        return failed(path, fd, error);
    *listening_out = (struct listening){.fd = fd};
    memcpy(listening_out->unix_path, path, strlen(path) + 1);
    return ERROR_NONE;
}

static int port_of(int fd)
{
    struct sockaddr_storage at;
    socklen_t               len = sizeof at;
    if (getsockname(fd, (struct sockaddr *)(void *)&at, &len))
        return 0;
    return ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)(void *)&at)->sin_port
                                         : ((struct sockaddr_in6 *)(void *)&at)->sin6_port);
}

/* "host:port" into two texts; the brackets of IPv6 come off. */
static bool split(const char *where, char host[256], char port[8])
{
    const char *colon = strrchr(where, ':');
    int64_t     number;
    if (!colon || !str_to_i64(str_of(colon + 1), &number) || colon[1] == '-' || colon[1] == '+' || number > 65535 ||
        strlen(colon + 1) > 5)
        return false;
    struct str name = str_slice(where, (size_t)(colon - where));
    if (name.len >= 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']')
        name = str_slice(name.ptr + 1, name.len - 2);
    else if (name.len && memchr(name.ptr, ':', name.len))
        return false; /* IPv6 without brackets: which of the colons is the port's? */
    if (name.len >= 256)
        return false;
    memcpy(host, name.ptr, name.len);
    host[name.len] = '\0';
    memcpy(port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

enum error_code listen_open(const char *where, struct listening *listening_out, struct error *error)
{
    struct addrinfo  hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found = NULL;
    char             host[256], port[8];
    const int        on = 1, off = 0;
    if (strncmp(where, "unix:", 5) == 0)
        return open_unix(where + 5, listening_out, error);
    if (!split(where, host, port)) {
        error_set(error, ERROR_INVALID, "%s is no address to listen on", where);
        return error_hint(
            error, "for example 127.0.0.1:8600, [::1]:8600, :8600 for every address, or unix:/run/bellwether.sock");
    }
    if (!*host || strcmp(host, "*") == 0)
        memcpy(host, "::", 3);
    int code = getaddrinfo(host, port, &hints, &found);
    if (code)
        return error_set(error, ERROR_INVALID, "%s: %s", where, gai_strerror(code));
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd >= 0 && found->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    bool is_open = fd >= 0 && !bind(fd, found->ai_addr, found->ai_addrlen) && !listen(fd, BACKLOG);
    freeaddrinfo(found);
    if (!is_open)
        return failed(where, fd, error);
    *listening_out = (struct listening){.fd = fd, .port = port_of(fd)};
    return ERROR_NONE;
}
