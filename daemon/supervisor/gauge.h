/*
 * One number of a control group, read once: for the main loop, which has no descriptors at the ready.
 */
#pragma once

#include "shared/knobs.h"

/**
 * gauge_at() - the number in @file of the group
 * @directory: of the group, O_PATH is enough
 *
 * Context: main loop; opens the file.
 * Errors:  of opening; else as gauge_read(). @ret_value is then untouched.
 */
int gauge_at(int directory, enum group_file file, uint64_t *ret_value);
