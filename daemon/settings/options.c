/*
 * The tables of all settings, and nothing else; options_load.c works on them. The configuration
 * file oomhandlerd.conf and the manual pages repeat these rows for people: tests hold them
 * together.
 */
#include "settings/options.h"

#include "settings/config.h"
#include "settings/history_file.h"
#include "settings/policy_file.h"
#include "settings/policy_names.h"

#define ROWS(table)                                                                                \
	{                                                                                          \
		.rows = (table), .count = sizeof(table) / sizeof(*(table))                         \
	}
#define IN_CONFIG(member) offsetof(struct config, member)
#define IN_POLICY(member) offsetof(struct policy_file, member)
#define MSEC NSEC_PER_MSEC
#define SEC NSEC_PER_SEC
#define HOUR (3600 * NSEC_PER_SEC)
#define KIB BYTES_PER_KIB
#define MIB BYTES_PER_MIB
#define GIB (1024 * BYTES_PER_MIB)

static const char *const source_names[] = {
	[SOURCE_BPF] = "bpf",
	[SOURCE_ITER] = "iter",
	[SOURCE_FACTS] = "facts",
	[SOURCE_COUNT] = NULL,
};

static const struct option_row config_rows[] = {
	{ "Supervisor",
	  "SampleInterval",
	  { VALUE_SPAN, 100 * MSEC, HOUR, NULL, IN_CONFIG(sample_interval) },
	  "5s",
	  true,
	  "how often the sizes of the processes in armed groups are read when nothing happens" },
	{ "Supervisor",
	  "RescanInterval",
	  { VALUE_SPAN, SEC, HOUR, NULL, IN_CONFIG(rescan_interval) },
	  "10s",
	  true,
	  "how often all groups are looked at again, and new ones searched for where nobody "
	  "tells" },
	{ "Supervisor",
	  "Snapshot",
	  { VALUE_WORD, 0, 0, source_names, IN_CONFIG(source) },
	  "bpf",
	  true,
	  "the best source of snapshots that may be used; the handler goes down from there" },
	{ "Supervisor",
	  "Tracing",
	  { VALUE_YES_NO, 0, 0, NULL, IN_CONFIG(tracing) },
	  "yes",
	  false,
	  "programs in the kernel that tell of births and deaths of processes and groups" },
	{ "Policy",
	  "DefaultDeadline",
	  { VALUE_SPAN, 100 * MSEC, HOUR, NULL, IN_CONFIG(default_deadline) },
	  "2s",
	  true,
	  "the deadline of policies that set none: then the kernel's killer takes over" },
	{ "Policy",
	  "HostKillBudget",
	  { VALUE_BUDGET, 1, CONFIG_BUDGET_MAX, NULL, IN_CONFIG(host_kill_budget) },
	  "none",
	  true,
	  "how many kills all groups may cost together in a time" },
	{ "Lending",
	  "TakeBackStep",
	  { VALUE_SIZE, 64 * KIB, GIB, NULL, IN_CONFIG(take_back_step) },
	  "4M",
	  true,
	  "how much of a raised limit is taken back at once" },
	{ "Lending",
	  "HostLoanCap",
	  { VALUE_AMOUNT, 0, 100, NULL, IN_CONFIG(host_loan_cap) },
	  "10%",
	  true,
	  "how much may be lent to all groups together" },
	{ "Lending",
	  "MinAvailable",
	  { VALUE_AMOUNT, 0, 100, NULL, IN_CONFIG(min_available) },
	  "5%",
	  true,
	  "what a loan must leave available on the host" },
	{ "Records",
	  "HistorySize",
	  { VALUE_SIZE, MIB, GIB, NULL, IN_CONFIG(history_size) },
	  "8M",
	  true,
	  "how much room the records of past episodes may take" },
};

static const struct option_row policy_rows[] = {
	{ "Match",
	  "Cgroup",
	  { .type = VALUE_LIST },
	  NULL,
	  true,
	  "pattern of control group paths; several lines are alternatives" },
	{ "Match",
	  "Force",
	  { VALUE_YES_NO, 0, 0, NULL, IN_POLICY(force) },
	  "no",
	  true,
	  "manage groups that hold the journal, the bus or a container runtime as well" },
	{ "Match",
	  "Children",
	  { VALUE_WORD, 0, 0, policy_children_names, IN_POLICY(children) },
	  "kernel",
	  true,
	  "who is in charge of the limits of child groups without a policy of their own" },
	{ "Victim", "Prefer", { .type = VALUE_LIST }, NULL, true, "who is chosen first" },
	{ "Victim", "Avoid", { .type = VALUE_LIST }, NULL, true, "who is chosen last" },
	{ "Victim", "Protect", { .type = VALUE_LIST }, NULL, true, "who is never chosen" },
	{ "Victim",
	  "Order",
	  { VALUE_WORD, 0, 0, policy_order_names, IN_POLICY(policy.order) },
	  "memory",
	  true,
	  "what ranks processes that no rule tells apart" },
	{ "Victim",
	  "Unit",
	  { VALUE_WORD, 0, 0, policy_unit_names, IN_POLICY(policy.unit) },
	  "process",
	  true,
	  "whether a process is chosen among all, or in the child group with the largest use" },
	{ "Victim",
	  "ProtectAdj",
	  { VALUE_WORD, 0, 0, policy_no_yes_names, IN_POLICY(policy.spare_adj) },
	  "yes",
	  true,
	  "never choose a process with an oom_score_adj of -1000" },
	{ "Victim",
	  "Shims",
	  { .type = VALUE_LIST },
	  "containerd-shim* conmon runc crun pause",
	  true,
	  "names of what container runtimes keep beside a container; spared while it is small" },
	{ "OnOOM",
	  "Mode",
	  { VALUE_WORD, 0, 0, policy_mode_names, IN_POLICY(policy.mode) },
	  "enforce",
	  true,
	  "enforce, say what would be done, or leave the groups alone" },
	{ "OnOOM",
	  "Step",
	  { .type = VALUE_LIST },
	  NULL,
	  true,
	  "what to do, in order; without any: kill, kernel" },
	{ "OnOOM",
	  "Deadline",
	  { VALUE_SPAN, 100 * MSEC, HOUR, NULL, IN_POLICY(policy.deadline) },
	  NULL,
	  true,
	  "the time for all steps; then the kernel's killer takes over" },
	{ "OnOOM",
	  "KillBudget",
	  { VALUE_BUDGET, 1, POLICY_BUDGET_MAX, NULL, IN_POLICY(policy.budget) },
	  "none",
	  true,
	  "how many kills a group may cost in a time" },
	{ "OnOOM",
	  "OnAllocFailure",
	  { VALUE_WORD, 0, 0, policy_alloc_failure_names, IN_POLICY(policy.alloc_failure) },
	  "report",
	  true,
	  "what to do when system calls fail for want of memory and nobody sleeps" },
	{ "OnOOM",
	  "LastResort",
	  { VALUE_WORD, 0, 0, policy_last_resort_names, IN_POLICY(policy.last_resort) },
	  "alarm",
	  true,
	  "what to do where not even the kernel may kill anybody" },
};

_Static_assert(sizeof(config_rows) / sizeof(*config_rows) <= OPTIONS_MAX, "seen[] has no room");
_Static_assert(sizeof(policy_rows) / sizeof(*policy_rows) <= OPTIONS_MAX, "seen[] has no room");

_Static_assert(HISTORY_LINE_MAX <= MIB / 2, "each of the two files has room for any record");

const struct option_table config_options = ROWS(config_rows);
const struct option_table policy_options = ROWS(policy_rows);
