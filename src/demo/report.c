#include "demo/demo.h"
void demo_print_report(const struct demo_report *report, struct buf *out) { (void)report; (void)out; }
void demo_print_json(const struct demo_report *report, struct buf *out) { (void)report; (void)out; }
