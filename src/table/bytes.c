#include "table/bytes.h"

static enum error_code read_memory(void *context, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    (void)error;
    struct bytes_memory *memory = context;
    size_t               got = memory->left.len < len ? memory->left.len : len;
    if (memory->most && got > memory->most)
        got = memory->most;
    if (got)
        memcpy(bytes, memory->left.ptr, got);
    memory->left = str_slice(memory->left.ptr + got, memory->left.len - got);
    *got_out = got;
    return ERROR_NONE;
}

struct bytes_source bytes_source_of_memory(struct bytes_memory *memory)
{
    return (struct bytes_source){read_memory, memory};
}
