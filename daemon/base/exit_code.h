/*
 * Exit statuses of all four programs; documented in oomhandlerd(8) and oomhandlerctl(1).
 * The supervisor's become the guardian's when they come before it was ever ready.
 */
#pragma once

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILURE = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_UNREACHABLE = 3,
	EXIT_CODE_NO_CGROUP = 4,
	EXIT_CODE_CONFIG = 5,
	EXIT_CODE_KERNEL = 6,
	EXIT_CODE_DEGRADED = 7,
};
