/* A delivery that anybody may send once they know the secret, and a state as the archive kept it: bounded, and what was understood is whole. */
#include "fuzz.h"

#include "source/webhook/webhook.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct webhook_names names;
    struct source_batch        *batches[WEBHOOK_BATCHES_MAX];
    size_t                      count;
    uint64_t                    refused = 0;
    struct error                why = {0};
    struct str                  text = str_slice((const char *)bytes, len);
    struct buf                  state = {0};
    webhook_read(text, STR("from"), "s", 2, batches, &count, &refused, &why);
    fuzz_check(count <= WEBHOOK_BATCHES_MAX, "%zu batches", count);
    for (size_t i = 0; i < count; i++) {
        fuzz_check(batches[i]->count <= 2, "%zu items", batches[i]->count);
        for (size_t k = 0; k < batches[i]->count; k++)
            fuzz_check(!batches[i]->items[k].post.id.len || str_starts_with(batches[i]->items[k].post.id, STR("from/")), "an id without its sender");
        source_batch_free(batches[i]);
    }
    webhook_names_read(text, &names);
    webhook_names_print(&names, &state);
    fuzz_check(state.len <= len && (!state.len || memcmp(state.ptr, bytes, state.len) == 0), "a state is printed as it was read");
    buf_fini(&state);
    return 0;
}
