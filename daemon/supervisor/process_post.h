/*
 * What the handler is told of the processes: descriptors of those it may have to kill, and which of them
 * to close again. It is told of confirmed members only.
 */
#pragma once

#include "supervisor/processes.h"

/**
 * process_post() - tell the handler what it does not know yet
 *
 * Errors:  -EAGAIN when the handler is behind, restarting or not there: call again soon.
 */
int process_post(struct processes *processes);

/* The handler has forgotten everything: all is to be told again. */
void process_post_again(struct processes *processes);
