/*
 * The doctor: looks at everything the daemon depends on and says of each thing whether it is well, why
 * it matters, and what to do. `oomhandlerctl doctor` shows it; `oomhandlerd-supervisor --probe` prints
 * it as JSON. What a privilege allows is tried, in a child, not concluded from a capability.
 */
#pragma once

#include <json-c/json.h>

#include "base/exit_code.h"
#include "settings/command_line.h"
#include "settings/config.h"
#include "supervisor/kernel_gate.h"

enum probe_verdict {
	PROBE_OK,
	PROBE_WARNING, /* it works, with less than it could have */
	PROBE_FAILED, /* groups will not be armed, or not safely */
	PROBE_VERDICT_COUNT,
};

struct probe {
	struct json_object *checks; /* owner: probe_run() */
	enum probe_verdict worst;
	const struct command_line *line;
	struct config config; /* as the daemon would read it; with mistakes in it, the defaults */
};

/**
 * probe_run() - look at everything, print {"checks":[{"name","verdict","detail","advice"}…]}
 *
 * Context: supervisor without threads and without the guardian; forks; makes and removes one group.
 * Return:  OK; DEGRADED with warnings; FAILURE when something failed, also a look; KERNEL when it is the
 *          kernel that is unfit.
 */
enum exit_code probe_run(const struct command_line *line);

/**
 * probe_note() - one finding
 * @advice: what to do about it; NULL when there is nothing to do
 * @format: what was seen; names in it are escaped by the caller
 */
void probe_note(struct probe *probe, const char *name, enum probe_verdict verdict,
		const char *advice, const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * The looks, by subject. probe_config() comes before those that ask for a setting; probe_kernel() returns
 * the verdict of the kernel gate.
 */
void probe_config(struct probe *probe);
enum kernel_gate_verdict probe_kernel(struct probe *probe);
void probe_snapshot(struct probe *probe);
void probe_privileges(struct probe *probe);
void probe_place(struct probe *probe);
