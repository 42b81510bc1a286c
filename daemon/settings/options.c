/*
 * The tables of all settings, and nothing else; options_load.c works on them. The configuration
 * file oomhandlerd.conf and the manual pages repeat these rows for people: tests hold them
 * together.
 */
#include "settings/options.h"

#include "settings/config.h"
#include "settings/policy_file.h"
#include "settings/policy_text.h"

#define ROWS(table)                                                                                \
	{                                                                                          \
		.rows = (table), .count = sizeof(table) / sizeof(*(table))                         \
	}
#define MSEC NSEC_PER_MSEC
#define SEC NSEC_PER_SEC
#define HOUR (3600 * NSEC_PER_SEC)
#define KIB BYTES_PER_KIB
#define GIB (1024 * BYTES_PER_MIB)

static const struct option_row config_rows[] = {
	{ "Supervisor", "SampleInterval", OPTION_SPAN, 100 * MSEC, HOUR, NULL,
	  offsetof(struct config, sample_interval), "5s", true,
	  "how often the sizes of the processes in armed groups are read when nothing happens" },
	{ "Supervisor", "RescanInterval", OPTION_SPAN, SEC, HOUR, NULL,
	  offsetof(struct config, rescan_interval), "10s", true,
	  "how often the whole hierarchy is walked for groups whose creation went unnoticed" },
	{ "Policy", "DefaultDeadline", OPTION_SPAN, 100 * MSEC, HOUR, NULL,
	  offsetof(struct config, default_deadline), "2s", true,
	  "the deadline of policies that set none: then the kernel's killer takes over" },
	{ "Lending", "TakeBackStep", OPTION_SIZE, 64 * KIB, GIB, NULL,
	  offsetof(struct config, take_back_step), "4M", true,
	  "how much of a raised limit is taken back at once" },
};

static const struct option_row policy_rows[] = {
	{ "Match", "Cgroup", OPTION_LIST, 0, 0, NULL, 0, NULL, true,
	  "pattern of control group paths; several lines are alternatives" },
	{ "Match", "Force", OPTION_YES_NO, 0, 0, NULL, offsetof(struct policy_file, force), "no",
	  true, "manage groups that hold the journal, the bus or a container runtime as well" },
	{ "OnOOM", "Mode", OPTION_WORD, 0, 0, policy_mode_names,
	  offsetof(struct policy_file, policy.mode), "enforce", true,
	  "enforce, say what would be done, or leave the groups alone" },
	{ "OnOOM", "Step", OPTION_LIST, 0, 0, NULL, 0, NULL, true,
	  "what to do, in order; without any: kill, kernel" },
	{ "OnOOM", "Deadline", OPTION_SPAN, 100 * MSEC, HOUR, NULL,
	  offsetof(struct policy_file, policy.deadline), NULL, true,
	  "the time for all steps; then the kernel's killer takes over" },
	{ "OnOOM", "KillBudget", OPTION_LATER, 0, 0, NULL, 0, NULL, true, "kills in a window" },
	{ "Victim", "Prefer", OPTION_LATER, 0, 0, NULL, 0, NULL, true, "chosen first" },
	{ "Victim", "Avoid", OPTION_LATER, 0, 0, NULL, 0, NULL, true, "chosen last" },
	{ "Victim", "Protect", OPTION_LATER, 0, 0, NULL, 0, NULL, true, "never chosen" },
	{ "Victim", "Order", OPTION_LATER, 0, 0, NULL, 0, NULL, true, "what ranks the others" },
};

_Static_assert(sizeof(config_rows) / sizeof(*config_rows) <= OPTIONS_MAX, "seen[] has no room");
_Static_assert(sizeof(policy_rows) / sizeof(*policy_rows) <= OPTIONS_MAX, "seen[] has no room");

const struct option_table config_options = ROWS(config_rows);
const struct option_table policy_options = ROWS(policy_rows);
