/* Every setting there is. `bellwether print-config --explain` prints them as a file. */
#include "settings/settings.h"

#define RESTART .needs_restart = true

const struct setting_row setting_rows[] = {
    {"server", "listen", SETTING_TEXT, "127.0.0.1:8600", RESTART,
     .help = "Address and port to listen on: 127.0.0.1:8600, [::1]:8600, :8600 for every address, or unix:/path."},
    {"server", "public_url", SETTING_URL, "",
     .help = "How people reach it, such as https://listen.example.org: for links in mails and for the "
             "check of where a request comes from. Empty: the Host header."},
    {"server", "trusted_proxies", SETTING_TEXT, "", RESTART,
     .help = "Addresses and nets whose X-Forwarded-For is believed, with commas between: 127.0.0.1, 10.0.0.0/8, unix. "
             "Nobody's where empty."},
    {"server", "workers", SETTING_NUMBER, "0", 0, 256, RESTART,
     .help = "Threads that answer requests; 0: two for each core, at least four."},
    {"server", "grace_s", SETTING_NUMBER, "25", 0, 600,
     .help = "Seconds that running requests have to end when the server is stopped."},

    {"limits", "connections", SETTING_NUMBER, "1024", 16, 100000, RESTART, .help = "Connections at once."},
    {"limits", "connections_per_peer", SETTING_NUMBER, "128", 1, 100000, RESTART,
     .help = "Of them from one address (trusted proxies: any number)."},
    {"limits", "queued", SETTING_NUMBER, "256", 1, 100000, RESTART,
     .help = "Requests that wait for a worker; more are answered 503."},
    {"limits", "body_bytes", SETTING_BYTES, "32MiB", 1024, 1 << 30, RESTART,
     .help = "The largest body of a request; larger ones are answered 413."},
    {"limits", "bodies_bytes", SETTING_BYTES, "256MiB", 1024, INT64_C(1) << 36, RESTART,
     .help = "All bodies at once; more are answered 503."},
    {"limits", "header_bytes", SETTING_BYTES, "32KiB", 4096, 1 << 20, RESTART,
     .help = "The headers of a request; larger ones are answered 431."},
    {"limits", "idle_s", SETTING_NUMBER, "30", 1, 3600, RESTART,
     .help = "Seconds after which a connection that moves nothing is closed."},
    {"limits", "request_s", SETTING_NUMBER, "60", 1, 3600, RESTART,
     .help = "Seconds from the first byte of a request to its last."},
    {"limits", "requests_per_peer_s", SETTING_NUMBER, "500", 1, 1000000, RESTART,
     .help = "Requests in a second from one address, for two seconds at once; more are answered 429."},

    {"log", "format", SETTING_WORD, "text", .words = "text logfmt json", .help = "How a line of the log is written."},
    {"log", "level", SETTING_WORD, "info", .words = "debug info warning error", .help = "The least that is logged."},
    {"log", "requests", SETTING_BOOLEAN, "yes",
     .help = "Whether each answered request is a line. Those that fail always are."},

    {"metrics", "token", SETTING_TEXT, "", RESTART, .is_secret = true,
     .help = "Bearer token that /metrics asks for. Empty: /metrics answers this machine alone."},

    {"mail", "host", SETTING_TEXT, "", .help = "The SMTP server for alerts. Empty: no mail is sent."},
    {"mail", "port", SETTING_NUMBER, "587", 1, 65535, .help = "Its port: 587 with starttls, 465 with tls."},
    {"mail", "tls", SETTING_WORD, "starttls", .words = "starttls tls none",
     .help = "How the connection is kept private. none: for a server on this machine."},
    {"mail", "user", SETTING_TEXT, "", .help = "The name to log in with. Empty: without."},
    {"mail", "password", SETTING_TEXT, "", .is_secret = true, .help = "Its password."},
    {"mail", "from", SETTING_TEXT, "", .help = "The sender's address, such as bellwether@example.org."},

    {"webhooks", "private_addresses", SETTING_BOOLEAN, "no",
     .help = "Whether webhooks may go to this machine and to private nets. No: a member cannot make the server knock "
             "on inner doors."},

    {"sources", "private_addresses", SETTING_BOOLEAN, "no", RESTART,
     .help = "Whether sources may speak to this machine and to private nets (a forum in the house). No: who adds one "
             "cannot make the server knock on inner doors."},
    {"sources", "programs", SETTING_TEXT, "", RESTART,
     .help = "A folder with connectors of others: each program in it can be added as a source, and runs as this "
             "server's user. Empty: none may run."},
    {0},
};
