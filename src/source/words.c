#include "source/source.h"

const char *const source_phases[7] = {"backfill", "live", "idle", "rate_limited", "auth_failed", "gap", "error"};
const char *const source_failures[10] = {"", "rate_limited", "transient", "auth", "not_permitted", "gone", "invalid", "duplicate", "unsupported",
                                         "unknown_outcome"};
