/*
 * An outcome record as one line and as journal fields. The kernel prints no report for an OOM it does
 * not kill for: this replaces it.
 */
#pragma once

#include "supervisor/message.h"
#include "supervisor/outcome_json.h"

/**
 * outcome_message() - e.g.
 *	resolved cgroup=/a limit=64.0M victim=1234(hog) rss=60.0M uid=0 step=kill decide=180.0us
 *	resolve=4.2ms candidates=3 freed=58.0M record=1f2e3d4c5b6a001 policy=50-web signal=SIGKILL
 *	victims=1 reason=prefer rule=Prefer=comm:hog asleep=1 kernel_kills=0 source=bpf
 *
 * The keys and their order are stable: new ones come at the end; limit_cgroup= stands before policy= when
 * it is another group, and source_failed= last when a better source failed. What there is none of reads `-`. Blanks in names are written as \x20, so a name
 * cannot forge a key.
 *
 * The reason is the tier that put the first of the ranking before the second, `only` when there is no
 * second; the rule, that of a policy which had a say in it.
 */
void outcome_message(const struct outcome *outcome, const struct outcome_context *context,
		     struct message *ret_message);
