/*
 * oomhandlerd.conf: one struct, filled from the option table in options.c. Read by inih through
 * ini.c.
 */
#pragma once

#include <stdbool.h>

#include "base/units.h"
#include "settings/problems.h"
#include "shared/policy.h"
#include "shared/source.h"

#define CONFIG_BUDGET_MAX 256 /* kills the handler can remember for the host */
#define CONFIG_FILE SYSCONFDIR "/oomhandlerd/oomhandlerd.conf"

struct config {
	struct nsec sample_interval; /* [Supervisor] SampleInterval=5s */
	struct nsec rescan_interval; /* [Supervisor] RescanInterval=10s */
	uint32_t source; /* [Supervisor] Snapshot=bpf, enum source: the best one that may be used */
	bool tracing; /* [Supervisor] Tracing=yes; what is loaded at the start stays */
	struct nsec default_deadline; /* [Policy] DefaultDeadline=2s */
	struct kill_budget host_kill_budget; /* [Policy] HostKillBudget=none */
	struct bytes take_back_step; /* [Lending] TakeBackStep=4M */
	struct amount host_loan_cap; /* [Lending] HostLoanCap=10%, of all memory of the host */
	struct amount min_available; /* [Lending] MinAvailable=5%, likewise */
	struct bytes history_size; /* [Records] HistorySize=8M */
};

/* The values that hold without a file; the option table is their only source. */
void config_defaults(struct config *ret_config);

/**
 * config_load() - read @path strictly
 *
 * An unknown section, key or value is an error; every error is listed. A missing file is an error
 * only when @required.
 *
 * Errors:  -EINVAL with at least one error in @problems; @ret_config is then untouched.
 */
int config_load(const char *path, bool required, struct config *ret_config,
		struct problems *problems);
