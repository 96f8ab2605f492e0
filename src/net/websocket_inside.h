/* Within the room: a WebSocket's parts. websocket.c opens and talks, websocket_frames.c joins frames into messages. */
#ifndef NET_WEBSOCKET_INSIDE_H
#define NET_WEBSOCKET_INSIDE_H

#include "net/client_curl.h"
#include "net/websocket.h"

#include <wslay/wslay.h>

enum {
    FRAMES_PIECE_BYTES = 64 * 1024,  /* read from the socket in one go */
    FRAMES_WAITING_MOST = 4096,      /* messages one piece can complete, beyond that the peer sends nothing but frames without content */
    FRAMES_OWED_MOST = 1024,         /* pongs that the peer does not take */
    FRAMES_PINGS_MOST = 500          /* a second */
};

struct frames_message {
    size_t start, len; /* in content */
    bool   is_binary;
};

/* Bytes in, messages out; messages in, bytes out. No socket: for tests and fuzzing it stands alone. */
struct frames {
    wslay_event_context_ptr wslay;
    struct str  in;      /* not yet read by wslay */
    struct buf  content; /* of finished messages, then of the one that is being received */
    struct frames_message waiting[FRAMES_WAITING_MOST];
    size_t   waiting_count, waiting_taken;
    size_t   part_start;  /* of the message that is being received, in content */
    int64_t  part_since_us; /* when it began; 0: none */
    size_t   most_bytes;
    bool     is_control; /* the frame that is being received */
    bool     is_oversize, is_flood;
    int64_t  now_us;
    unsigned pings;
    int64_t  pings_since_us;
    char     farewell[124]; /* what the peer's close said, printable */
    ssize_t (*write)(void *context, const uint8_t *bytes, size_t len); /* bytes taken; 0: none now; -1: lost */
    void     *context;
};

enum error_code frames_init(struct frames *frames, size_t most_bytes, ssize_t (*write)(void *, const uint8_t *, size_t), void *context,
                            struct error *error);
void            frames_fini(struct frames *frames);
bool            frames_next(struct frames *frames, struct websocket_message *message_out); /* false: none is whole */
/* Only where frames_next gave none. False: the protocol was broken, or it ended; frames_why says how. */
bool            frames_read(struct frames *frames, struct str bytes, int64_t now_us);
bool            frames_write(struct frames *frames); /* what is queued, as far as it goes; false: lost */
bool            frames_wants_write(const struct frames *frames);
bool            frames_is_over(const struct frames *frames); /* a close came, or was sent */
enum error_code frames_why(const struct frames *frames, struct error *error);
bool            frames_queue(struct frames *frames, uint8_t opcode, struct str bytes);
void            frames_queue_close(struct frames *frames, unsigned code);

#endif
