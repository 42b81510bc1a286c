/*
 * The client's side of the bus (shared/bus.h): one question, one answer, and words for why there is none.
 */
#pragma once

#include "ctl/ctl.h"

struct bus_question {
	const char *method;
	const char *argument; /* NULL: it has none */
	unsigned int timeout_msec; /* 0: BUS_TIMEOUT_MSEC */
};

#define BUS_TIMEOUT_MSEC 2000 /* the daemon answers within 0.2 s, or its supervisor hangs */

/**
 * bus_ask() - connect, ask, wait
 * @ret_text: the answer of a method that has one, else NULL; owner: the caller, free(3)
 *
 * Context: says with ctl_refuse() why there is no answer.
 * Return:  EXIT_CODE_OK; EXIT_CODE_UNREACHABLE; EXIT_CODE_NO_CGROUP for a group the daemon does not know;
 *          EXIT_CODE_CONFIG for a reload that was refused; EXIT_CODE_FAILURE for all else.
 */
enum exit_code bus_ask(const struct ctl *ctl, const struct bus_question *question, char **ret_text);
