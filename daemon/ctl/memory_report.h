/* What a record says of the memory of the group whose limit was hit, as the kernel's own report would. */
#pragma once

#include <stdio.h>

struct json_object;

/* The counters against their limits, then memory.stat. */
void memory_report_print(const struct json_object *record, FILE *out);
