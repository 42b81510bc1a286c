/*
 * The other programs of this project, as the command line starts them: found beside its own binary or
 * among the helpers, never through PATH.
 */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/units.h"

/**
 * program_find() - the full path of program @name
 *
 * Errors:  -ENOENT when it is neither beside /proc/self/exe nor in LIBEXECDIR.
 */
int program_find(const char *name, char ret_path[static PATH_MAX]);

/**
 * program_read() - run @arguments and collect what it prints to stdout
 * @arguments: ends with NULL; the first is the full path
 * @patience:  after this time it is killed
 * @ret_text:  NUL-terminated; owner: the caller, ends with free()
 * @ret_status: as waitpid(2) gives it
 *
 * Errors:  -ETIMEDOUT, -EFBIG for more than 1 MiB, else what the system says; nothing is left running.
 */
int program_read(char *const *arguments, struct nsec patience, char **ret_text, int *ret_status);
