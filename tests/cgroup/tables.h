/*
 * The daemon's tables, mapped for reading from outside: a witness that is asked without asking the daemon,
 * which would look again because it was asked.
 */
#pragma once

#include "cgroup/instance.h"
#include "shared/inherit.h"

/* Mapped until the case ends. */
const void *tables_of(const struct instance *instance, enum inherit_fd table, size_t size);

/* The fact of @pid; all zero while there is none. */
struct fact facts_find(const struct facts *facts, pid_t pid);
