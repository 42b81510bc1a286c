/*
 * See record_shape.h. The format, member by member, as the supervisor's outcome_json.c and
 * candidate_json.c write it; a member that is not here is never used.
 */
#include "ctl/record_shape.h"

#include "ctl/shape.h"

/* clang-format off */
#define PROCESS                                                                                    \
	COUNT("pid"), COUNT("uid"), TEXT("comm"), TEXT("exe"), SIGNED("oom_score_adj"),            \
	FLAG("asleep"), FLAG("frozen"), FLAG("estimated"), TEXT("mmap_lock"), COUNT("vm_size"),    \
	COUNT("rss"), COUNT("anon"), COUNT("file"), COUNT("shmem"), COUNT("swap"),                 \
	COUNT("page_tables"), SIGNED("badness"), COUNT("sharers"), TEXT("tier"), TEXT("rule"),     \
	COUNT("age_msec"), TEXT("cgroup")

const struct document_member candidate_shape[] = {
	PROCESS, END
};

static const struct document_member victim_shape[] = {
	PROCESS, TEXT("signal"), TEXT("method"), TEXT("end"), TEXT("error"),
	COUNT("signalled_usec"), COUNT("exited_usec"), END
};

static const struct document_member step_shape[] = {
	TEXT("step"), TEXT("result"), TEXT("error"), COUNT("begun_usec"), COUNT("ended_usec"),
	COUNT("amount"), COUNT("count"), END
};

static const struct document_member memsw_shape[] = {
	COUNT("limit"), COUNT("usage"), COUNT("failcnt"), END
};

static const struct document_member memory_shape[] = {
	COUNT("cache"), COUNT("rss"), COUNT("rss_huge"), COUNT("shmem"), COUNT("mapped_file"),
	COUNT("dirty"), COUNT("writeback"), COUNT("swap"), COUNT("inactive_anon"),
	COUNT("active_anon"), COUNT("inactive_file"), COUNT("active_file"), COUNT("unevictable"),
	COUNT("kernel"), END
};

const struct document_member record_shape[] = {
	TEXT("id"), TEXT("time"), TEXT("kind"), TEXT("cgroup"), TEXT("limit_cgroup"), TEXT("policy"),
	TEXT("cause"), COUNT("limit"), COUNT("usage"), COUNT("failcnt"), COUNT("failcnt_rise"),
	TEXT("counter"), OBJECT("memsw", memsw_shape), OBJECT("memory", memory_shape),
	TEXT("found_by"), TEXT("order"), TEXT("unit"), COUNT("candidates_total"), COUNT("eligible"),
	COUNT("asleep"), COUNT("facts_missed"), COUNT("facts_age_usec"), COUNT("decide_usec"),
	COUNT("resolve_usec"), OBJECTS("candidates", candidate_shape),
	OBJECTS("victims", victim_shape), OBJECTS("steps", step_shape), FLAG("last_resort"),
	TEXT("proof"), TEXT("error"), COUNT("usage_after"), COUNT("freed"), COUNT("kernel_kills"),
	COUNT("page_faults"), TEXT("source"), TEXT("source_failed"), TEXT("source_error"),
	FLAG("dry_run"), END
};
/* clang-format on */
